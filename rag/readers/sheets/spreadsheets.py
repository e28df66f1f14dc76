"""Which files are spreadsheets, and how each kind is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from eval.errors import UserError
from rag.readers.archive import ArchiveError
from rag.readers.sheets.sheet import Sheet


def read_sheets(file: Path) -> list[Sheet]:
    """The sheets of a CSV, TSV, XLSX or ODS file, in order; raises UserError naming the file and the cell."""
    reader = SHEETS.get(file.suffix.lower())
    if reader is None:
        raise UserError(f"{file}: is no spreadsheet by its ending; known: {', '.join(SHEETS)}; save it as one of these")
    try:
        return [sheet for sheet in reader(file) if sheet.rows or sheet.left_out]
    except ArchiveError as error:
        raise UserError(f"{file}: {error}") from None


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
