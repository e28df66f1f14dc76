"""Tables of a PDF page: those with ruled lines, and those whose columns show by their places alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

GAP = 1.2
"""Between two cells of a line, in multiples of the letter size; words stand about a quarter apart."""
PROSE = 6
"""Words in the middling cell of a column from which on it is a column of running text, not of a table."""

MARK = re.compile(r"\W?|[(\[]?\w{1,3}[.)\]]")
"""The mark of a list item: a bullet, 1. or a)."""


@dataclass(slots=True)
class Word:
    """A word of a page with its place in points from the top left."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    label: str = ""
    """Of a form field: its name, where that is a name for people."""
    after: Word | None = None
    """Of a form field: the word to its left."""

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return (self.x0 + self.x1) / 2, (self.top + self.bottom) / 2


@dataclass(slots=True)
class Table:
    """Cells by row, and the words that they are made of."""

    rows: list[list[str]]
    words: list[Word]


def ruled_tables(page: Any, words: Sequence[Word]) -> list[Table]:
    """Tables whose cells lines divide; a frame around text and an empty grid are none.

    What spans rows stands in each of them, what spans columns in the first.
    """
    found = []
    for table in page.find_tables():
        left, top, right, bottom = table.bbox
        mine = [w for w in words if left <= w.middle[0] <= right and top <= w.middle[1] <= bottom]
        rows = _ruled_rows(table.cells, mine)
        filled = sum(bool(cell) for row in rows for cell in row)
        if (
            len(rows) > 1
            and len(rows[0]) > 1
            and filled >= 3
            and sum(any(column) for column in zip(*rows, strict=False)) > 1
        ):
            found.append(Table(rows, mine))
    return found


def _ruled_rows(cells: Sequence[tuple[float, float, float, float]], words: Sequence[Word]) -> list[list[str]]:
    xs, ys = _edges([c[0] for c in cells]), _edges([c[1] for c in cells])
    rows = [["" for _ in xs] for _ in ys]
    for x0, top, x1, bottom in cells:
        text = join_lines([w for w in words if x0 <= w.middle[0] < x1 and top <= w.middle[1] < bottom])
        column = min(range(len(xs)), key=lambda i: abs(xs[i] - x0))
        for i, y in enumerate(ys):
            if top - 1 <= y < bottom - 1:
                rows[i][column] = text
    return rows


def _edges(values: Sequence[float]) -> list[float]:
    """Distinct values in order; what lies within 3 points is one."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > 3:
            found.append(value)
    return found


def join_lines(words: Sequence[Word]) -> str:
    """Words from top to bottom and left to right, as one line."""
    return " ".join(w.text for line in visual_lines(words) for w in line)


def visual_lines(words: Sequence[Word]) -> list[list[Word]]:
    """Words that stand on one height, from left to right, the heights from top to bottom."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.middle[1]):
        if lines and word.middle[1] - lines[-1][0].middle[1] < 0.5 * min(word.size, lines[-1][0].size):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda w: w.x0) for line in lines]


def unruled_tables(words: Sequence[Word]) -> list[Table]:
    """Tables that show by columns of words with wide gaps between them, on three lines or more that follow another.

    Two lines are enough where they have three cells. Columns of running text are none.
    """
    lines = [_cells(line) for line in visual_lines(words)]
    found, start = [], 0
    while start < len(lines):
        end = start
        while end < len(lines) and _goes_on(lines, start, end):
            end += 1
        while end > start and len(lines[end - 1]) < 2:
            end -= 1
        # A heading that spans columns would join them: the table then begins below it.
        tables = (_table(lines[at:end]) for at in range(start, min(start + 3, end)))
        found += [table for table in tables if table][:1]
        start = max(end, start + 1)
    return found


def _goes_on(lines: Sequence[Sequence[list[Word]]], start: int, at: int) -> bool:
    """Whether line `at` may be a row of the table that begins at `start`: cells, close below the line before."""
    line = lines[at]
    if at > start:
        above = max(w.bottom for cell in lines[at - 1] for w in cell)
        below = min(w.top for cell in line for w in cell)
        if below - above > 2.5 * line[0][0].size:
            return False
    if len(line) > 1:
        return True
    # A row of which only the first cell is filled: it stands below the first cells, and is no wider than their column.
    rows = [row for row in lines[start:at] if len(row) > 1]
    return bool(rows) and abs(line[0][0].x0 - rows[-1][0][0].x0) < 3 and line[0][-1].x1 < rows[-1][1][0].x0


def _cells(line: Sequence[Word]) -> list[list[Word]]:
    cells: list[list[Word]] = []
    for word in line:
        if cells and word.x0 - cells[-1][-1].x1 < GAP * max(word.size, cells[-1][-1].size):
            cells[-1].append(word)
        else:
            cells.append([word])
    return cells


def _table(lines: Sequence[Sequence[list[Word]]]) -> Table | None:
    if len(lines) < 2 or (len(lines) == 2 and min(map(len, lines)) < 3):
        return None
    columns: list[list[float]] = []
    for x0, x1 in sorted((cell[0].x0, cell[-1].x1) for line in lines for cell in line):
        if columns and x0 < columns[-1][1]:
            columns[-1][1] = max(columns[-1][1], x1)
        else:
            columns.append([x0, x1])
    rows = [["" for _ in columns] for _ in lines]
    for row, line in zip(rows, lines, strict=True):
        for cell in line:
            at = next(i for i, (x0, x1) in enumerate(columns) if x0 <= cell[0].x0 <= x1)
            if row[at]:
                return None  # two cells in what would be one column
            row[at] = " ".join(w.text for w in cell)
    if len(columns) < 2:
        return None
    if all(MARK.fullmatch(row[0]) for row in rows):  # a list, whose marks may have been written apart from its text
        rows = [[f"{row[0]} {row[1]}".strip(), *row[2:]] for row in rows]
    lengths = [sorted(len(row[i].split()) for row in rows if row[i]) for i in range(len(rows[0]))]
    if sum(found[len(found) // 2] >= PROSE for found in lengths) > 1:
        return None
    return Table(rows, [w for line in lines for cell in line for w in cell])
