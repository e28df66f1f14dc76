"""Where in its file a passage stands: pages, slides, sheet and cells, messages; and the headings above it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from rag.readers.documents import Document
from rag.readers.marks import HEADING, MESSAGE, PAGE, ROW, SHEET, SLIDE, Mark

LOOKED_AT = 4
"""Lines of a passage by which its beginning is found: a splitter may have changed the blanks of the first one."""
_MARKDOWN = re.compile(r"^(#{1,6}) +(.+)$", re.MULTILINE)
MARKED_UP = (".md", ".ipynb", ".odt", ".odp")
"""Kinds of files in whose text `#` begins a heading."""


def locators(document: Document, pieces: Sequence[str]) -> list[tuple[str, str]]:
    """For each piece of a document, in order: (place, such as `page 3` or `Prices!A5:D9`; headings, as `A > B`).

    Either is empty where the file has no such thing.
    """
    headings = _headings(document)
    by_kind = {kind: [m for m in document.marks if m[1] == kind] for kind in (PAGE, SLIDE, MESSAGE, SHEET, ROW)}
    found: list[tuple[str, str]] = []
    at = 0
    before: list[str] = []
    for piece in pieces:
        lines = [line for line in piece.split("\n") if line.strip()]
        start, end = _span(document.text, lines[_repeated(before, lines) :], at)
        at, before = start, lines
        found.append((_place(by_kind, start, end), _path(headings, start)))
    return found


def _repeated(before: Sequence[str], lines: Sequence[str]) -> int:
    """How many lines a piece begins with that the one before began with, too: a head that each of them has."""
    same = 0
    while same < min(len(before), len(lines) - 1) and before[same] == lines[same]:
        same += 1
    return same


def _span(text: str, lines: Sequence[str], at: int) -> tuple[int, int]:
    """Where lines begin and end in the text, from an offset on."""
    begins = [there for line in lines[:LOOKED_AT] if (there := text.find(line, at)) >= 0]
    start = min(begins, default=at)
    last = text.find(lines[-1], start) if lines else -1
    return start, max(start, last)


def _place(marks: dict[str, list[Mark]], start: int, end: int) -> str:
    if marks[ROW]:
        return _cells(marks[SHEET], marks[ROW], start, end)
    for kind, several in ((PAGE, "pages"), (SLIDE, "slides"), (MESSAGE, "messages")):
        if (first := _value(marks[kind], start)) and (last := _value(marks[kind], end)):
            return f"{kind} {first}" if first == last else f"{several} {first} to {last}"
    return ""


def _cells(sheets: list[Mark], rows: list[Mark], start: int, end: int) -> str:
    """The cells of a run of rows, as Sheet!A5:D9; of a table without a name, its lines."""
    current = sheets[max(0, _until(sheets, start) - 1)] if sheets else (0, SHEET, "")
    sheet = current[2]
    lowest = bisect_left(rows, current[0], key=lambda m: m[0])
    a, b = (max(lowest, _until(rows, at) - 1) for at in (start, end))
    if a >= len(rows) or rows[a][0] > end:
        return sheet.rpartition("!")[0]
    first, last = rows[a][2], rows[b][2]
    if not sheet:
        return f"row {first}" if first == last else f"rows {first} to {last}"
    name, _, columns = sheet.rpartition("!")
    left, _, right = columns.partition(":")
    return f"{name}!{left}{first}:{right}{last}"


def _value(marks: list[Mark], at: int) -> str:
    """What the last mark up to an offset says; empty before the first one."""
    place = _until(marks, at)
    return marks[place - 1][2] if place else ""


def _until(marks: list[Mark], at: int) -> int:
    """How many marks stand up to an offset."""
    return bisect_right(marks, at, key=lambda m: m[0])


def _headings(document: Document) -> list[tuple[int, int, str]]:
    """(offset, level, name) of the headings of a document."""
    marked = [(at, int(kind[1:]), name) for at, kind, name in document.marks if kind[:1] == HEADING and kind[1:]]
    if marked or not document.id.lower().endswith(MARKED_UP):
        return marked
    return [(m.start(), len(m[1]), m[2].strip()) for m in _MARKDOWN.finditer(document.text)]


def _path(headings: Sequence[tuple[int, int, str]], at: int) -> str:
    path: dict[int, str] = {}
    for start, level, name in headings:
        if start > at:
            break
        path = {deeper: n for deeper, n in path.items() if deeper < level} | {level: name}
    return " > ".join(path.values())
