"""Several tables on one sheet: parted where blank rows or columns lie between them and each has a row of names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.readers.sheets.sheet import Cells, Sheet

IsHead = Callable[[Cells, Sequence[Cells]], bool]
"""Whether a row names the columns of the rows below it."""
TITLES = 2
"""Rows of one cell that may stand above a table's row of names."""
HEAD_WITHIN = 10
"""Rows from the top of a table among which its row of names is looked for."""
LONGEST = 40
"""Letters of the name of a column."""


def names_columns(row: Cells, below: Sequence[Cells]) -> bool:
    """Whether a row is one of names: several short words without a figure, with figures alone below one of them."""
    filled = [cell for cell in row if cell.strip()]
    if len(filled) < 2 or len(set(filled)) < len(filled):
        return False
    if any(len(cell) > LONGEST or re.search(r"\d|[.!?。？]\s*$", cell) for cell in filled):
        return False
    columns = [[r[i] for r in below if r[i].strip()] for i, cell in enumerate(row) if cell.strip()]
    return any(cells and all(re.search(r"\d", cell) for cell in cells) for cells in columns)


def tables(sheet: Sheet, is_head: IsHead = names_columns, *, sure: bool = False) -> list[Sheet]:
    """The tables of a sheet, from top to bottom, then from left to right; one where nothing shows that it has more.

    A blank row alone parts nothing, for people put them between the rows of one table: what follows must begin with a
    row of names, below at most `TITLES` rows of one cell. Blank columns part tables that each have such a row, unless
    all begin and end at the same rows under names of their own. With `sure`, what `is_head` says of a row alone needs
    no blank row above it, and two such rows beside one another are enough.
    """
    return [
        _trimmed(table)
        for part in _by_rows(sheet, is_head, sure=sure)
        for side in _by_columns(part, is_head, sure=sure)
        for table in _by_rows(side, is_head, sure=sure)
    ]


def begins(sheet: Sheet, at: int, is_head: IsHead) -> int | None:
    """The row of names of a table that begins at a row; None where none does."""
    for head in range(at, min(at + TITLES + 1, len(sheet.rows) - 1)):
        if is_head(sheet.rows[head], _block(sheet, head + 1)):
            return head
        if sum(bool(cell.strip()) for cell in sheet.rows[head]) != 1:
            return None
    return None


def _block(sheet: Sheet, at: int) -> tuple[Cells, ...]:
    """The rows from one on, up to the next blank row."""
    end = next((i for i in range(at + 1, len(sheet.rows)) if _after_gap(sheet, i)), len(sheet.rows))
    return sheet.rows[at:end]


def _after_gap(sheet: Sheet, at: int) -> bool:
    """Whether a blank row stands above; rows of a text file are numbered by lines, and one takes those of its cells."""
    lines = 1 if sheet.name else 1 + sum(cell.count("\n") for cell in sheet.rows[at - 1])
    return at > 0 and sheet.numbers[at] - sheet.numbers[at - 1] > lines


def _by_rows(sheet: Sheet, is_head: IsHead, *, sure: bool) -> list[Sheet]:
    """The sheet, cut above each further table."""
    cuts = [0]
    for i in range(1, len(sheet.rows)):
        starts = _after_gap(sheet, i) and begins(sheet, i, is_head) is not None
        again = sure and is_head(sheet.rows[i], ()) and not is_head(sheet.rows[i - 1], ())  # two rows may be one head
        if (starts or again) and _has_head(sheet, cuts[-1], i, is_head):
            cuts.append(i)
    ends = [*cuts[1:], len(sheet.rows)]
    return [replace(sheet, rows=sheet.rows[a:b], numbers=sheet.numbers[a:b]) for a, b in zip(cuts, ends, strict=True)]


def _has_head(sheet: Sheet, start: int, end: int, is_head: IsHead) -> bool:
    """Whether one of the first of these rows is one of names."""
    return any(is_head(sheet.rows[k], _block(sheet, k + 1)) for k in range(start, min(end, start + HEAD_WITHIN)))


def _by_columns(sheet: Sheet, is_head: IsHead, *, sure: bool) -> list[Sheet]:
    """The tables that stand beside one another with a blank column between, or the sheet as it is."""
    width = len(sheet.rows[0]) if sheet.rows else 0
    used = [any(row[i].strip() for row in sheet.rows) for i in range(width)]
    starts = [i for i in range(width) if used[i] and (i == 0 or not used[i - 1])]
    ends = [next((k for k in range(i, width) if not used[k]), width) for i in starts]
    if len(starts) < 2:
        return [sheet]
    sides = [_side(sheet, start, end) for start, end in zip(starts, ends, strict=True)]
    heads = [begins(side, 0, (lambda row, below: is_head(row, ())) if sure else is_head) for side in sides]
    named = [side.rows[head] for side, head in zip(sides, heads, strict=True) if head is not None]
    if sure:
        return sides if len(named) > 1 else [sheet]
    alike = len({(side.numbers[0], side.numbers[-1]) for side in sides}) == 1
    shared = len({name for row in named for name in row}) < sum(map(len, named))
    return sides if len(named) == len(sides) and (shared or not alike) else [sheet]


def _side(sheet: Sheet, start: int, end: int) -> Sheet:
    """Some columns of a sheet, without the rows that are blank there."""
    full = [k for k, row in enumerate(sheet.rows) if any(cell.strip() for cell in row[start:end])]
    cells, numbers = tuple(sheet.rows[k][start:end] for k in full), tuple(sheet.numbers[k] for k in full)
    return replace(sheet, rows=cells, numbers=numbers, first_column=sheet.first_column + start)


def _trimmed(sheet: Sheet) -> Sheet:
    """The sheet without blank columns at either side."""
    used = [i for row in sheet.rows for i, cell in enumerate(row) if cell.strip()]
    return _side(sheet, min(used), max(used) + 1) if used else sheet
