"""Whether two names may be forms of one: Ned and Eddard Stark, US and United States, FB and Facebook."""

from __future__ import annotations

from functools import lru_cache

from eval.metrics.knowledge.alias import STOP, same_word, words
from eval.metrics.knowledge.small_words import OF, THE


def _shortens(short: str, name: str) -> bool:
    """Whether capitals alone stand for a name by its first letter and some of the others: FB, LA."""
    if not short.isupper() or not 2 <= len(short) <= 5 or not short.isalpha() or short[0] != name[0].upper():
        return False
    letters = iter(name.upper())
    return all(c in letters for c in short)


BEGINS = 4
"""Names that begin with the same letters may be forms of one."""


@lru_cache(maxsize=16384)
def same_name(name: str, other: str) -> bool:
    """Whether two names may be of one thing: a word in common, inflected or misspelled, or the initials."""
    ours = [w for w in words(name) if w not in STOP and w not in THE and w not in OF]
    theirs = [w for w in words(other) if w not in STOP and w not in THE and w not in OF]
    numbers = [{w for w in name if any(map(str.isdigit, w))} for name in (ours, theirs)]
    if all(numbers) and numbers[0].isdisjoint(numbers[1]):
        return False  # Pump 400 is not Pump 300
    if any(same_word(a, b, True) or a[:BEGINS] == b[:BEGINS] for a in ours for b in theirs):
        return True
    if _shortens(name, other) or _shortens(other, name):
        return True
    glued = ["".join(ours), "".join(theirs)]
    initials = ["".join(w[0] for w in ours), "".join(w[0] for w in theirs)]
    return glued[0] == initials[1] or glued[1] == initials[0] or glued[0] == glued[1]
