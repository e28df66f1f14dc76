"""A quick look that spares most pairs the closer one: does a text have a word that begins as the accepted answer's?"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache

from eval.metrics.knowledge.alias import STOP, words
from eval.metrics.knowledge.gold import gold_readings
from eval.metrics.knowledge.literal import worded
from eval.metrics.quantities.dates import told
from eval.metrics.quantities.number_words import LEXICONS
from eval.metrics.quantities.numerals import spelled, spelled_anywhere
from eval.metrics.quantities.quantity import lone_quantity
from eval.metrics.text.abbreviation import stands_short
from eval.metrics.text.codes import is_code

NUMBER = 4
"""A number in words with its unit has seldom more words."""
_PARTED = re.compile(r"[(\[,;]|\s[oO][rR]\s")
_CAPITAL = re.compile(r"\b[A-Z](?=[a-z])")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ\s.,'’()-]+")


def is_apart(given: str, answer: str) -> bool:
    """Whether a text has no word that begins as one of an accepted answer's, which spares the closer look."""
    begins = _begins(answer)
    return bool(begins) and begins.isdisjoint(_prefixes(given)) and not stands_short(given, answer)


def _is_number(answer: str) -> bool:
    """Whether an accepted answer is a quantity, in the words of any language where it is short."""
    may_count = (worded(answer) or not answer.isascii()) and len(answer.split()) <= NUMBER
    if may_count and any(spelled(answer, name) and lone_quantity(answer, name) is not None for name in LEXICONS):
        return True
    return lone_quantity(answer) is not None


def _words_of_readings(answer: str) -> set[str]:
    """All words of all readings of an accepted answer, and perhaps more of its own."""
    if not answer.isascii() or _PARTED.search(answer):
        return {w for g in gold_readings(answer) for w in g.words}
    capitals = _CAPITAL.findall(answer)  # no other reading of a text without brackets and commas has other words
    return {*words(answer), *(words("".join(capitals)) if len(capitals) >= 3 else ())}


@lru_cache(maxsize=65536)
def _begins(answer: str) -> frozenset[str]:
    """How the words of an accepted answer begin; empty where other words may meet it: a figure, code or initials."""
    if worded(answer) and " or " not in answer and not spelled_anywhere(answer) and sum(map(str.isupper, answer)) < 3:
        own = words(answer)  # no other reading has other words
        return frozenset(key for w in own if w not in STOP or STOP.issuperset(own) for key in _outlines(w))
    if not _LATIN.fullmatch(answer) or answer.isupper():
        return frozenset()
    if (told(answer) or spelled_anywhere(answer)) and _is_number(answer):
        return frozenset()
    if is_code(answer):
        return frozenset()
    found = _words_of_readings(answer)
    return frozenset(key for w in found if w not in STOP or found <= STOP for key in _outlines(w))


@lru_cache(maxsize=4096)
def _prefixes(text: str) -> frozenset[str]:
    found = words(text)
    short = [i for i, w in enumerate(found) if len(w) < 3]
    glued = ["".join(found[i : i + 3])[:3] for i in short if i + 1 < len(found)]
    return frozenset([*itertools.chain.from_iterable(map(_outlines, found)), *glued])  # J K L is Jkl


@lru_cache(maxsize=65536)
def _outlines(word: str) -> tuple[str, ...]:
    """How a word begins, and how it begins and ends: a slip leaves one of the two."""
    return (word[:3], f"{word[:2]}-{word[-2:]}") if len(word) > 4 else (word[:3],)
