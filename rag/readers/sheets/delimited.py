"""CSV and TSV as people's programs write them: any separator, line end and byte-order mark, and old encodings."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from eval.data.jsonl import unix_lines
from eval.errors import UserError
from rag.readers.encodings import decoded
from rag.readers.sheets.sheet import Sheet, kept

SEPARATORS = ",;\t|"
_COMMA = re.compile(r"[-+]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+\s*[%€]?|[-+]?\d{1,3}(?:\.\d{3})+\s*[%€]?")
_POINT = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d+\s*[%$]?|[-+]?\d{1,3}(?:,\d{3})+\s*[%$]?")
LIMIT = 16 * 2**20
"""Characters that one cell may hold; the library's own limit of 131,072 is below a long document."""


def read_delimited(file: Path) -> Sheet:
    """The one sheet of a CSV or TSV file; raises UserError for an encoding that is not known and a quote left open."""
    text, encoding = _decoded(file)
    declared = re.match(r"sep=(.)\n", text)  # what Excel writes and reads to name the separator
    if declared:
        text = text[declared.end() :]
    separator = declared[1] if declared else "\t" if file.suffix.lower() == ".tsv" else _separator(text)
    csv.field_size_limit(LIMIT)
    rows: list[list[str]] = []
    numbers: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            rows.append([unix_lines(cell).strip() for cell in row])
            numbers.append(reader.line_num)
    except csv.Error as error:
        raise UserError(f"{file}:{reader.line_num}: {error}; close the quotes there, or save the file again") from None
    left_out = [f"read as {encoding}, not UTF-8"] if encoding else []
    return kept("", rows, _first_lines(rows, numbers, bool(declared)), left_out, comma=_has_comma(rows, separator))


def _first_lines(rows: list[list[str]], ends: list[int], declared: bool) -> list[int]:
    """The line on which each row begins: a cell may hold line ends."""
    starts = [1, *(end + 1 for end in ends[:-1])]
    return [start + declared for start in starts[: len(rows)]]


def _decoded(file: Path) -> tuple[str, str]:
    """(text, name of the encoding where it is an old one)."""
    try:
        return decoded(file)
    except UserError as error:
        raise UserError(str(error).replace("save the file as UTF-8", "save it as 'CSV UTF-8'")) from None


def _separator(text: str) -> str:
    """The separator that divides the most lines into the same number of cells; the comma where none does."""
    best, most = ",", (0.0, 0)
    for separator in SEPARATORS:
        try:
            widths = [len(r) for r in csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=separator) if r]
        except csv.Error:
            continue
        common = max(set(widths), key=lambda w: (widths.count(w), w)) if widths else 1
        found = (widths.count(common) / len(widths) if common > 1 else 0.0, common)
        if found > most:
            best, most = separator, found
    return best


def _has_comma(rows: list[list[str]], separator: str) -> bool:
    """Whether the sheet's numbers have a decimal comma: some can only have one, and none a decimal point."""
    cells = [cell for row in rows for cell in row]
    return separator != "," and any(map(_COMMA.fullmatch, cells)) and not any(map(_POINT.fullmatch, cells))
