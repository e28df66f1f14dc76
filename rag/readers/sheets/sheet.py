"""One sheet of a spreadsheet, and which files hold some."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eval.errors import UserError
from rag.readers.archive import ArchiveError

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


def read_sheets(file: Path) -> list[Sheet]:
    """The sheets of a CSV, TSV, XLSX or ODS file, in order; raises UserError naming the file and the cell."""
    reader = SHEETS.get(file.suffix.lower())
    if reader is None:
        raise UserError(f"{file}: is no spreadsheet by its ending; known: {', '.join(SHEETS)}; save it as one of these")
    try:
        return [sheet for sheet in reader(file) if sheet.rows or sheet.left_out]
    except ArchiveError as error:
        raise UserError(f"{file}: {error}") from None


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


def _xlsx(file: Path) -> list[Sheet]:
    from rag.readers.sheets.xlsx import read_xlsx

    return read_xlsx(file)


def _ods(file: Path) -> list[Sheet]:
    from rag.readers.sheets.ods import read_ods

    return read_ods(file)


def _delimited(file: Path) -> list[Sheet]:
    from rag.readers.sheets.delimited import read_delimited

    return [read_delimited(file)]


SHEETS: dict[str, Callable[[Path], list[Sheet]]] = {
    ".csv": _delimited,
    ".tsv": _delimited,
    ".xlsx": _xlsx,
    ".xlsm": _xlsx,
    ".ods": _ods,
}
"""How each kind of spreadsheet is read."""
