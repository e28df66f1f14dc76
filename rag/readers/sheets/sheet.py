"""One sheet of a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of one sheet that are shown, as they are shown; rows without a cell are left out."""

    name: str
    rows: tuple[Cells, ...]
    numbers: tuple[int, ...]
    """The number that each row has in its program, from 1."""
    left_out: tuple[str, ...] = ()
    """What is not shown and therefore not here, each as a phrase with its count."""
    comma: bool = False
    """Whether numbers are written with a decimal comma."""
    first_column: int = 0
    """The ordinal of the first column, from 0; columns are letters in a workbook."""


def column_letters(ordinal: int) -> str:
    """The letters of a column by its ordinal from 0: A, B, ... Z, AA."""
    letters = ""
    ordinal += 1
    while ordinal:
        ordinal, rest = divmod(ordinal - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def kept(name: str, rows: list[list[str]], numbers: list[int], left_out: list[str], *, comma: bool = False) -> Sheet:
    """A sheet without empty rows and without empty columns at either side."""
    full = [(n, row) for n, row in zip(numbers, rows, strict=True) if any(cell.strip() for cell in row)]
    used = [i for _, row in full for i, cell in enumerate(row) if cell.strip()]
    if not used:
        return Sheet(name, (), (), tuple(left_out), comma)
    first, width = min(used), max(used) + 1
    cells = tuple(tuple([*row, *[""] * (width - len(row))][first:width]) for _, row in full)
    return Sheet(name, cells, tuple(n for n, _ in full), tuple(left_out), comma, first)
