"""Does a text say a claim's words as the claim does? Scrambled, they state nothing; denied, the contrary."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from eval.metrics.knowledge.alias import STOP, same_word, words
from eval.metrics.knowledge.denial import denies, undenied

FEW = 5
"""Of fewer neighbours the order tells nothing: a passive, or a clause that is moved, leaves little of it."""
ORDERED = 0.4
"""So large a share of the neighbours among the shared words are neighbours in the text; by chance it is 1 / n of n."""
ORDERED_UNSPACED = 0.6
"""The same where each character is a word: two of one word stay neighbours however the words are shuffled."""
TURNED, MOST = 2, 0.2
"""So many words, and so large a share of those that two texts share, are denied by one of them alone."""


def neighbours(wanted: Sequence[str], said: Sequence[str]) -> tuple[int, int]:
    """(how many neighbours among the words that a claim shares with a text are neighbours there too, of how many)."""
    content = [w for w in said if w not in STOP]
    found = [p for w in wanted if (p := [i for i, s in enumerate(content) if w == s or same_word(w, s, False)])]
    rank = {place: i for i, place in enumerate(sorted({p for places in found for p in places}))}
    pairs = list(pairwise(found))
    return sum(any(rank[b] - rank[a] == 1 for a in one for b in other) for one, other in pairs), len(pairs)


def is_ordered(kept: int, pairs: int, unspaced: bool = False) -> bool:
    """Whether so many neighbours of so many show that the words stand in the claim's order, or too few to tell."""
    return pairs < FEW or kept >= (ORDERED_UNSPACED if unspaced else ORDERED) * pairs


def is_contrary(claim: str, wanted: Sequence[str], sentence: str) -> bool:
    """Whether of two texts that share most words one denies what the other asserts."""
    ours, theirs = denies(claim), denies(sentence)
    if not ours and not theirs:
        return False
    said, left = words(sentence), words(undenied(sentence))
    own = words(undenied(claim))
    shared = [w for w in wanted if _is_in(w, said)]
    denied = [w for w in shared if _is_in(w, own) and not _is_in(w, left)]
    asserted = [w for w in shared if not _is_in(w, own) and _is_in(w, left)]
    if ours and theirs:
        return len(denied) + len(asserted) >= max(TURNED, MOST * len(shared))
    if theirs:
        return bool(denied)
    gone = [w for w in wanted if not _is_in(w, own)]
    return bool(gone) and 2 * len(asserted) >= len(gone)


@lru_cache(maxsize=65536)
def _is_in(word: str, text: tuple[str, ...]) -> bool:
    return word in text or any(same_word(word, t, False) for t in text)
