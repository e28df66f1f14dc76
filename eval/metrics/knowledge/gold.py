"""Accepted answers in their readings, and whether one of their words is said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from eval.metrics.knowledge.alias import readings, same_word, words
from eval.metrics.text.korean import HANGUL


@dataclass(frozen=True, slots=True)
class Gold:
    """One reading of an accepted answer."""

    text: str
    words: tuple[str, ...]
    names: frozenset[str]
    """Those of its words that are written with a capital."""
    figures: frozenset[str] = frozenset()
    """Those that hold a digit."""


@lru_cache(maxsize=65536)
def gold_readings(answer: str) -> tuple[Gold, ...]:
    """The readings of an accepted answer, split into words once."""
    return tuple(read(t) for t in readings(answer))


def read(text: str) -> Gold:
    """A text as the one reading of an accepted answer."""
    found = words(text)
    return Gold(text, found, names_in(text), frozenset(w for w in found if _DIGIT.search(w)))


@lru_cache(maxsize=65536)
def names_in(text: str) -> frozenset[str]:
    """The words of a text that are written with a capital."""
    return frozenset(w for f in _LETTERS.findall(text) if f[0].isupper() for w in words(f))


_LETTERS = re.compile(r"[^\W\d_][\w'’-]*")
_DIGIT = re.compile(r"\d")


def is_said(word: str, reply: tuple[str, ...], name: bool, initial: bool = True) -> bool:
    """Whether a word is said; a single letter may be the initial of a name, but not the letter of Plan B."""
    there = _by_letter(reply).get(word[0], ())
    if len(word) == 1 and word.isalpha() and not HANGUL.match(word) and initial:
        return bool(there)
    return word in there or any(same_word(word, r, name) for r in there)


@lru_cache(maxsize=4096)
def _by_letter(reply: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The different words of a reply by their first letter, which no inflection or slip changes."""
    found: dict[str, list[str]] = {}
    for word in dict.fromkeys(reply):
        found.setdefault(word[0], []).append(word)
    return {letter: tuple(words) for letter, words in found.items()}
