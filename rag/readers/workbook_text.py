"""Spreadsheets as documents: every table of a sheet under the sheet's name, one row a line, the header first."""

from __future__ import annotations

from pathlib import Path

from rag.readers.marks import ROW, SHEET, mark
from rag.readers.reading import Reading, table_lines
from rag.readers.sheets.sheet import Sheet, column_letters
from rag.readers.sheets.spreadsheets import read_sheets
from rag.readers.sheets.tables import tables


def read_workbook(file: Path) -> Reading:
    """The cells that are shown, as they are shown; raises UserError naming the file and the cell."""
    sheets = read_sheets(file)
    blocks = []
    for table in (table for sheet in sheets if sheet.rows for table in tables(sheet)):
        head = f"{_sheet_mark(table)}## {table.name} ({area(table)})\n\n" if table.name else ""
        lines = zip(table.numbers, table_lines(table.rows), strict=True)
        blocks.append(head + "\n".join(mark(ROW, str(number)) + line for number, line in lines))
    gaps = tuple(
        f"{note}: not indexed; show it in the file if it should be"
        for sheet in sheets
        for note in sheet.left_out
        if note.split()[1:2] == ["hidden"]
    )
    return Reading("\n\n".join(blocks), (file.stem,), gaps=gaps)


def _sheet_mark(sheet: Sheet) -> str:
    last = sheet.first_column + len(sheet.rows[0]) - 1
    return mark(SHEET, f"{sheet.name}!{column_letters(sheet.first_column)}:{column_letters(last)}")


def area(sheet: Sheet) -> str:
    """The cells of a sheet that are shown, such as A1:C9."""
    last = sheet.first_column + len(sheet.rows[0]) - 1
    return f"{column_letters(sheet.first_column)}{sheet.numbers[0]}:{column_letters(last)}{sheet.numbers[-1]}"
