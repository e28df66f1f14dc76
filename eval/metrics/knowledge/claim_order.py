"""Does a text say a claim's words as the claim does? Scrambled, they state nothing; denied, the contrary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from eval.metrics.knowledge.alias import STOP, same_word, words
from eval.metrics.knowledge.denial import denied_heads, denies, undenied

FEW = 5
"""Of fewer neighbours the order tells nothing: a passive, or a clause that is moved, leaves little of it."""
ORDERED = 0.4
"""So large a share of the neighbours among the shared words are neighbours in the text; by chance it is 1 / n of n."""
ORDERED_UNSPACED = 0.6
"""The same where each character is a word: two of one word stay neighbours however the words are shuffled."""
TURNED, MOST = 2, 0.2
"""So many words, and so large a share of those that two texts share, are denied by one of them alone."""
REACH, CLOSE, MANY = 2, 0.7, 8
"""Or so large a share are so near each other, of so many at least: a passive turns small words round."""


@dataclass(frozen=True, slots=True)
class Order:
    """How far the words that a claim shares with a text stand there as in the claim."""

    follow: int
    """So many of the neighbours among them follow each other there too."""
    close: int
    """So many are at most REACH apart, in either order."""
    pairs: int
    """Of so many."""


def order(wanted: Sequence[str], said: Sequence[str]) -> Order:
    """The order of the words that a claim shares with a text."""
    content = [w for w in said if w not in STOP]
    found = [p for w in wanted if (p := [i for i, s in enumerate(content) if w == s or same_word(w, s, False)])]
    rank = {place: i for i, place in enumerate(sorted({p for places in found for p in places}))}
    steps = [[rank[b] - rank[a] for a in one for b in other] for one, other in pairwise(found)]
    return Order(sum(1 in s for s in steps), sum(any(0 < abs(d) <= REACH for d in s) for s in steps), len(steps))


def is_ordered(orders: Iterable[Order], unspaced: bool = False) -> bool:
    """Whether words stand in a claim's order, by and large and all in all, or are too few to tell."""
    found = list(orders)
    pairs = sum(o.pairs for o in found)
    if pairs < FEW or sum(o.follow for o in found) >= (ORDERED_UNSPACED if unspaced else ORDERED) * pairs:
        return True
    return not unspaced and pairs >= MANY and sum(o.close for o in found) >= CLOSE * pairs


def is_contrary(claim: str, wanted: Sequence[str], sentence: str) -> bool:
    """Whether of two texts that share most words one denies what the other asserts."""
    ours, theirs = denies(claim), denies(sentence)
    if not ours and not theirs:
        return False
    said, left = words(sentence), words(undenied(sentence))
    own = words(undenied(claim))
    shared = [w for w in wanted if _is_in(w, said)]
    if ours and theirs:
        if not _BEHIND.search(claim):
            return _denies_other(claim, sentence, tuple(shared))
        turned = sum(_is_in(w, own) != _is_in(w, left) for w in shared)
        return turned >= max(TURNED, MOST * len(shared))
    if theirs:
        return any(_is_in(w, own) and not _is_in(w, left) for w in shared)
    gone = [w for w in wanted if not _is_in(w, own)]
    return bool(gone) and 2 * sum(_is_in(w, left) for w in gone) >= len(gone)


_BEHIND = re.compile(r"[\u0600-\u06ff\u3040-\u30ff\u3400-\u9fff가-힣]")
"""Scripts whose negations stand behind the word, or without a blank before it."""


def _denies_other(claim: str, sentence: str, shared: tuple[str, ...]) -> bool:
    """Whether of two texts that deny something one denies a word that both have and the other does not deny."""
    both = [[words(heads) for heads in denied_heads(text)] for text in (claim, sentence)]
    return any(
        any(_is_in(h, shared) for h in heads) and not any(_is_in(h, o) for h in heads for o in other)
        for these, other in (both, both[::-1])
        for heads in these
    )


@lru_cache(maxsize=65536)
def _is_in(word: str, text: tuple[str, ...]) -> bool:
    return word in text or any(same_word(word, t, False) for t in text)
