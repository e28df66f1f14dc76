"""Facts in tables: the row's first cell is the subject, the column's head the attribute."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from eval.data.drafting.fact import Fact, finder, located

if TYPE_CHECKING:
    from rag.readers.documents import Document

_ROW = re.compile(r"^\|?.* \| ?.*$", re.MULTILINE)
LEAST_ROWS = 2
WIDEST = 12


@finder("table")
def find_tables(document: Document) -> Iterator[Fact]:
    """One fact a cell, in tables whose first row is a head: words in every cell, none of them twice."""
    for head, rows in tables(document.text):
        for at, cells in rows:
            key = cells[0][1]
            if not key or len(key.split()) > 8:
                continue
            for (offset, cell), name in zip(cells[1:], head[1:], strict=False):
                if name and (fact := located(document, "table", at + offset, cell, _plain(key), name)):
                    yield fact


def tables(text: str) -> Iterator[tuple[list[str], list[tuple[int, list[tuple[int, str]]]]]]:
    """(head, rows) of each table; a row is (offset in the text, cells as (offset in the row, text))."""
    block: list[tuple[int, str]] = []
    position = 0
    for line in [*text.split("\n"), ""]:
        if " | " in line or (line.startswith("|") and line.count("|") > 1):
            block.append((position, line))
        elif block:
            if (found := _table(block)) is not None:
                yield found
            block = []
        position += len(line) + 1


def _table(block: list[tuple[int, str]]) -> tuple[list[str], list[tuple[int, list[tuple[int, str]]]]] | None:
    rows = [(at, _cells(line)) for at, line in block if not re.fullmatch(r"[|\s:-]+", line)]
    if len(rows) < LEAST_ROWS + 1:
        return None
    head = [_plain(text) for _, text in rows[0][1]]
    width = len(head)
    named = [name for name in head[1:] if name]
    if not 2 <= width <= WIDEST or not named or len(set(named)) < len(named):
        return None
    if any(re.search(r"\d", name) or len(name.split()) > 6 for name in named):  # a row of figures is no head
        return None
    keys = [cells[0][1] for _, cells in rows[1:] if cells]
    if len(set(keys)) < len(keys) or any(len(cells) > width for _, cells in rows[1:]):
        return None
    return head, [(at, cells) for at, cells in rows[1:] if cells]


def _cells(line: str) -> list[tuple[int, str]]:
    """(offset, text) of each cell; bars at the ends, as Markdown has them, divide nothing."""
    start = 1 if line.startswith("|") else 0
    end = len(line) - 1 if line.startswith("|") and line.rstrip().endswith("|") else len(line)
    found, at = [], start
    for raw in line[start:end].split("|"):
        found.append((at + len(raw) - len(raw.lstrip()), raw.strip()))
        at += len(raw) + 1
    return found


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[*_`]", "", text).split())
