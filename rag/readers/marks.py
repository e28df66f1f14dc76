"""Where in a file a text stands: marks that readers put before a text, and that leave it as offsets.

While a text is cleaned the marks stand in it between two signs of a private use area; cleaning leaves those alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

Mark = tuple[int, str, str]
"""(offset in the text, kind, value): what begins there."""

PAGE, SLIDE, MESSAGE, SHEET, ROW, HEADING = "page", "slide", "message", "sheet", "row", "h"
"""Kinds of marks; of a heading with its level behind it, as h2."""
_OPEN, _SHUT, _HERE = "\uf8e0", "\uf8e1", "\uf8e2"
_MARK = re.compile(f"{_OPEN}([a-z]+[1-6]?):([^{_SHUT}]*){_SHUT}")
_SIGNS = re.compile(f"[{_OPEN}{_SHUT}{_HERE}]")


def mark(kind: str, value: str) -> str:
    """A mark to put right before the text that it is about."""
    return f"{_OPEN}{kind}:{_SIGNS.sub('', ' '.join(value.split()))}{_SHUT}"


def heading_mark(level: int, value: str) -> str:
    """A mark for a heading of a level, from 1."""
    return mark(f"{HEADING}{max(1, min(level, 6))}", value)


def unmarked(text: str) -> str:
    """The text without its marks."""
    return _SIGNS.sub("", _MARK.sub("", text))


def take_marks(text: str) -> tuple[str, tuple[Mark, ...]]:
    """(the text without marks, the marks in their order)."""
    found: list[Mark] = []
    parts: list[str] = []
    length = at = 0
    for match in _MARK.finditer(text):
        parts.append(_SIGNS.sub("", text[at : match.start()]))
        length += len(parts[-1])
        found.append((length, match[1], match[2]))
        at = match.end()
    parts.append(_SIGNS.sub("", text[at:]))
    return "".join(parts), tuple(found)


def with_signs(text: str, marks: Sequence[Mark]) -> str:
    """The text with a sign where each mark stands; behind a word that a line end tears, only after its other half."""
    parts: list[str] = []
    at = 0
    for offset, _, _ in marks:
        place = offset
        if text[max(0, offset - 2) : offset] == "-\n":
            end = text.find("\n", offset)
            place = len(text) if end < 0 else end + 1
        place = max(place, at)
        parts += [text[at:place], _HERE]
        at = place
    return "".join([*parts, text[at:]])


def without_signs(text: str, marks: Sequence[Mark]) -> tuple[str, tuple[Mark, ...]]:
    """(the text without signs, the marks at the places of their signs)."""
    pieces = text.split(_HERE)
    found: list[Mark] = []
    length = 0
    for piece, (_, kind, value) in zip(pieces, marks, strict=False):
        length += len(piece)
        found.append((length, kind, value))
    return "".join(pieces), tuple(found)
