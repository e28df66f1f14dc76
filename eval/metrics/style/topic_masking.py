"""Text without its topic and its length: what is left to tell two writers apart is how they write."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable

_UNIT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\s\u3040-\u30ff\u3400-\u9fff]+")
"""A word with the signs on it, or one Chinese or Japanese character."""
_BOUNDARY = re.compile(r"\s*\n\s*|(?<=[.!?…])\s+|(?<=[.!?…][\"'”’»)*_])\s+|(?<=[。！？])")
_WORD = re.compile(r"\d+|[^\W\d_]+")
EDGE = "\n"
COMMON = 0.1
"""A word belongs to the way of writing, not to the topic, when this share of the groups on a side use it."""


def sentences(text: str) -> list[str]:
    """The text's sentences and lines, each between two `EDGE`s.

    So a sentence gives the same features alone as among others, and a long reply is no more than many short ones.
    """
    return [f"{EDGE}{s.strip()}{EDGE}" for s in _BOUNDARY.split(text) if s.strip()]


def length(sentence: str) -> int:
    """The number of words, as `pieces` counts them."""
    return len(_UNIT.findall(sentence))


def pieces(text: str, size: int) -> list[str]:
    """Every sentence in pieces of `size` words; its last one reaches back to be as long as the others."""
    return [piece for sentence in sentences(text) for piece in _cut(sentence, size)]


def _cut(sentence: str, size: int) -> list[str]:
    units = list(_UNIT.finditer(sentence))
    if len(units) <= size:
        return [sentence]
    starts = [*range(0, len(units) - size, size), len(units) - size]
    ends = [units[i + size - 1].end() for i in starts[:-1]] + [len(sentence)]
    return [sentence[0 if i == 0 else units[i].start() : end] for i, end in zip(starts, ends, strict=True)]


def common_words(texts: Iterable[tuple[str, str]]) -> set[str]:
    """Lower-case words that are used in at least `COMMON` of the groups, and in three; texts are (group, text).

    A word with a capital inside a sentence is a name, or a noun in German, and not among them.
    """
    uses: dict[str, set[str]] = {}
    for group, text in texts:
        found = uses.setdefault(group, set())
        for sentence in sentences(text):
            words = _WORD.findall(sentence)
            found.update(w.lower() for i, w in enumerate(words) if i == 0 or not w[0].isupper() or len(w) == 1)
    counts = Counter(w for words in uses.values() for w in words)
    least = max(3.0, COMMON * len(uses))
    return {w for w, n in counts.items() if n >= least and not w.isdigit()}


def distort(text: str, keep: Collection[str]) -> str:
    """The text with every word but those to keep made a blank of its kind, and every number a 0.

    Punctuation, layout, case and common words stay (text distortion; Stamatatos 2017, EACL, section 3).
    """

    def mask(match: re.Match[str]) -> str:
        found = match[0]
        if found.lower() in keep:
            return found
        if found.isdigit():
            return "0"
        return "X" if found.isupper() else "Xx" if found[0].isupper() else "x"

    return _WORD.sub(mask, text)
