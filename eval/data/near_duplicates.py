"""Which questions of two lists are nearly the same: an exact set-similarity join, no sampling and no hashing.

A question is the set of the trigrams of its content words, and two are near when the Jaccard similarity of their sets
is at least THRESHOLD. All such pairs are found without comparing every pair: sets that similar share one of their
few rarest elements (prefix filtering; Chaudhuri, Ganti, Kaushik, A primitive operator for similarity joins, ICDE 2006;
Bayardo, Ma, Srikant, Scaling up all pairs similarity search, WWW 2007).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

THRESHOLD = 0.6

_WORD = re.compile(r"\w+(?:[.,:/-]\w+)*")
_ENGLISH = """
a about according actually an and any are as at be been by can could did do does exactly for from had has have how i
if in into is it its many may me might much must my of on one or our please shall should tell that the their them
there these they this to us was we were what when where which who whom whose why will with would you your
"""
_FUNCTION_WORDS = frozenset(_ENGLISH.split())
"""English words that carry the wording of a question and not its subject. Other languages are compared whole."""

_VERBS = frozenset(["is", "was", "are", "were", "has", "had", "lies", "belongs"])


def shingles(text: str) -> frozenset[str]:
    """The trigrams of the text's content words, each word padded with blanks; numbers and codes stand whole.

    A text of function words alone keeps them all, so that short texts do not become empty and alike. Empty for a text
    without a letter or a digit, which is near nothing.
    """
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    content = [w for w in words if w not in _FUNCTION_WORDS] or words
    return frozenset(piece for word in content for piece in _pieces(word))


def same_names(one: str, other: str) -> bool:
    """Whether two questions can be about one thing: the same numbers and codes, and no two names that differ.

    A name is a word with a capital letter behind the first word, or the first word where a verb follows it; one
    question may name what the other leaves out.
    """
    (numbers, names), (other_numbers, other_names) = names_of(one), names_of(other)
    return numbers == other_numbers and (names <= other_names or other_names <= names)


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """|A and B| / |A or B|; 0 when both are empty, because nothing in common is no likeness."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def near_pairs(
    queries: Sequence[str], texts: Sequence[str], *, threshold: float = THRESHOLD
) -> Iterator[tuple[int, int, float]]:
    """(position in queries, position in texts, similarity) of every pair at or above the threshold in (0, 1]."""
    sets, others = [shingles(q) for q in queries], [shingles(t) for t in texts]
    frequency = Counter(piece for group in (sets, others) for pieces in group for piece in pieces)

    def prefix(pieces: frozenset[str]) -> list[str]:
        rarest = sorted(pieces, key=lambda p: (frequency[p], p))
        return rarest[: len(pieces) - math.ceil(threshold * len(pieces) - 1e-9) + 1]

    postings: dict[str, list[int]] = defaultdict(list)
    for position, pieces in enumerate(others):
        for piece in prefix(pieces):
            postings[piece].append(position)
    for position, pieces in enumerate(sets):
        candidates = {other for piece in prefix(pieces) for other in postings.get(piece, ())}
        for other in sorted(candidates):
            size = len(others[other])
            if threshold * len(pieces) <= size <= len(pieces) / threshold:
                found = jaccard(pieces, others[other])
                if found >= threshold:
                    yield position, other, found


def names_of(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """(numbers and codes, names) that a question holds, case aside; see `same_names`."""
    words = _WORD.findall(unicodedata.normalize("NFKC", text))
    numbers = frozenset(w.casefold() for w in words if any(c.isdigit() for c in w))
    # A single capital letter is the name of a model (Pike A), not an article, unless it is I.
    start = 0 if len(words) > 1 and words[1] in _VERBS else 1  # "Nanjing is ..." begins with a name
    named = (w for w in words[start:] if w != w.casefold() and w != "I")
    names = frozenset(w.casefold() for w in named if len(w) == 1 or w.casefold() not in _FUNCTION_WORDS)
    return numbers, names - numbers


def _pieces(word: str) -> Iterator[str]:
    if any(c.isdigit() for c in word):
        yield word
        return
    padded = f" {word} "
    yield from (padded[i : i + 3] for i in range(len(padded) - 2))
