"""Text without its topic, in pieces of one length: what is left to tell two writers apart is how they write."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable

_UNIT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\s\u3040-\u30ff\u3400-\u9fff]+")
"""A word with the signs on it, or one Chinese or Japanese character."""
_WORD = re.compile(r"\d+|[^\W\d_]+")
COMMON = 0.05
"""A word belongs to the way of writing, not to the topic, when this share of the groups on a side use it."""


def pieces(text: str, size: int) -> list[str]:
    """The text in pieces of `size` words, cut at white space; the last one reaches back to be as long as the others."""
    units = list(_UNIT.finditer(text))
    if len(units) <= size:
        return [text] if units else []
    starts = [*range(0, len(units) - size, size), len(units) - size]
    return [text[units[i].start() : units[i + size - 1].end()] for i in starts]


def length(text: str) -> int:
    """The number of words, as `pieces` counts them."""
    return len(_UNIT.findall(text))


def common_words(texts: Iterable[tuple[str, str]]) -> set[str]:
    """Lower-case words that are used in at least `COMMON` of the groups, and in three; texts are (group, text)."""
    uses: dict[str, set[str]] = {}
    for group, text in texts:
        uses.setdefault(group, set()).update(w.lower() for w in _WORD.findall(text))
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
