"""Excel workbooks, by openpyxl: values as their number formats show them, what is hidden left out and counted."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from eval.errors import UserError, need
from rag.readers.archive import ArchiveError, damaged, opened
from rag.readers.sheets.cell_display import displayed
from rag.readers.sheets.sheet import Sheet, kept


def read_xlsx(file: Path) -> list[Sheet]:
    """The sheets that are shown; raises UserError for a formula without a stored result and for a damaged file."""
    need("openpyxl", why=f"{file}: reading Excel files")
    with opened(file):
        pass
    book = _load(file, values=False)
    formulas = {
        s.title: [c.coordinate for r in s.iter_rows() for c in r if c.data_type == "f"] for s in book.worksheets
    }
    results = _load(file, values=True) if any(formulas.values()) else book
    sheets = []
    hidden = 0
    for sheet in results.worksheets:
        if sheet.sheet_state != "visible":
            hidden += 1
            continue
        sheets.append(_sheet(file, sheet, set(formulas[sheet.title])))
    if hidden:
        sheets.append(Sheet("", (), (), (f"{hidden} hidden sheet{'s' * (hidden > 1)}",)))
    return sheets


def _load(file: Path, *, values: bool) -> Any:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_workbook(file, data_only=values, keep_links=False)
    except (BadZipFile, KeyError, ValueError, InvalidFileException, TypeError) as error:
        raise ArchiveError(damaged(file, error)) from None


def _sheet(file: Path, sheet: Any, formulas: set[str]) -> Sheet:
    hidden_columns = _hidden_columns(sheet)
    hidden_rows = {n for n, d in sheet.row_dimensions.items() if d.hidden}
    rows: list[list[str]] = []
    numbers: list[int] = []
    left = {"row": 0, "column": 0}
    width = sheet.max_column or 0
    covered = _covered(sheet)
    for cells in sheet.iter_rows():
        number = cells[0].row
        if number in hidden_rows:
            left["row"] += any(c.value is not None for c in cells)
            continue
        row = []
        for cell in cells:
            if cell.column in hidden_columns:
                continue
            value, form = covered.get((number, cell.column), (cell.value, getattr(cell, "number_format", "General")))
            if value is None and cell.coordinate in formulas:
                raise UserError(
                    f"{file}: {sheet.title}!{cell.coordinate} holds a formula without a stored result; "
                    "open the file in a spreadsheet program and save it"
                )
            row.append(displayed(value, form).replace("\r\n", "\n").strip())
        rows.append(row)
        numbers.append(number)
    left["column"] = sum(1 for c in hidden_columns if c <= width)
    gone = [f"{n} hidden {what}{'s' * (n > 1)} of {sheet.title}" for what, n in left.items() if n]
    return kept(sheet.title, rows, numbers, gone)


def _hidden_columns(sheet: Any) -> set[int]:
    """Ordinals from 1; a dimension may stand for a run of columns."""
    found: set[int] = set()
    for dimension in sheet.column_dimensions.values():
        if dimension.hidden:
            found.update(range(dimension.min, min(dimension.max, sheet.max_column or 0) + 1))
    return found


def _covered(sheet: Any) -> dict[tuple[int, int], tuple[Any, str]]:
    """(row, column) of cells below a merged one's first row, with what that shows: it holds for each of its rows."""
    found: dict[tuple[int, int], tuple[Any, str]] = {}
    for area in sheet.merged_cells.ranges:
        first = sheet.cell(area.min_row, area.min_col)
        for row in range(area.min_row + 1, area.max_row + 1):
            found[row, area.min_col] = (first.value, first.number_format)
    return found
