"""OpenDocument spreadsheets: each cell holds the text that it shows beside its value."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from rag.readers.archive import ArchiveError, opened, part
from rag.readers.sheets.sheet import Sheet, kept

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
WIDEST = 1_024
"""Columns of a row that are read; programs fill rows up to 16,384 with one empty cell that is repeated."""


def read_ods(file: Path) -> list[Sheet]:
    """The sheets that are shown; raises ArchiveError for a damaged or protected file."""
    with opened(file) as archive:
        refuse_protected(archive)
        content = part(archive, "content.xml")
        if content is None:
            raise ArchiveError("lacks its content; save it again")
        hidden_tables = {
            style.get(f"{STYLE}name")
            for style in content.iter(f"{STYLE}style")
            if any(p.get(f"{TABLE}display") == "false" for p in style)
        }
        return list(_sheets(content, hidden_tables))


def refuse_protected(archive: ZipFile) -> None:
    """Raise ArchiveError where a password is needed to read the document."""
    manifest = part(archive, "META-INF/manifest.xml")
    if manifest is not None and any(e.tag.endswith("}encryption-data") for e in manifest.iter()):
        raise ArchiveError("is protected by a password; save it without one")


def plain(element: Element) -> str:
    """The text of a paragraph with its blanks, tabs and line ends."""
    text = element.text or ""
    for child in element:
        match child.tag.removeprefix(TEXT):
            case "s":
                text += " " * int(child.get(f"{TEXT}c", "1"))
            case "tab":
                text += "\t"
            case "line-break":
                text += "\n"
            case "note" | "tracked-changes":
                pass
            case _ if not child.tag.endswith("}annotation"):
                text += plain(child)
        text += child.tail or ""
    return text


def _sheets(content: Element, hidden_tables: set[str | None]) -> Iterator[Sheet]:
    hidden = 0
    for table in content.iter(f"{TABLE}table"):
        if table.get(f"{TABLE}style-name") in hidden_tables:
            hidden += 1
            continue
        yield _sheet(table)
    if hidden:
        yield Sheet("", (), (), (f"{hidden} hidden sheet{'s' * (hidden > 1)}",))


def _sheet(table: Element) -> Sheet:
    unseen = [i for i, shown in enumerate(_column_flags(table)) if not shown]
    rows: list[list[str]] = []
    numbers: list[int] = []
    number = hidden_rows = 0
    above: dict[int, tuple[int, str]] = {}
    for element in table.iter(f"{TABLE}table-row"):
        times = int(element.get(f"{TABLE}number-rows-repeated", "1"))
        cells, above = _cells(element, above)
        shown = element.get(f"{TABLE}visibility", "visible") == "visible"
        full = any(cells)
        hidden_rows += times if full and not shown else 0
        for _ in range(times if full and shown else 0):
            number += 1
            rows.append([cell for i, cell in enumerate(cells) if i not in unseen])
            numbers.append(number)
        number += 0 if full and shown else times
    name = table.get(f"{TABLE}name", "")
    counts = (("row", hidden_rows), ("column", len(unseen)))
    gone = [f"{n} hidden {what}{'s' * (n > 1)} of {name}" for what, n in counts if n]
    return kept(name, rows, numbers, gone)


def _column_flags(table: Element) -> list[bool]:
    flags: list[bool] = []
    for column in table.iter(f"{TABLE}table-column"):
        times = min(int(column.get(f"{TABLE}number-columns-repeated", "1")), WIDEST)
        flags += [column.get(f"{TABLE}visibility", "visible") == "visible"] * times
    return flags[:WIDEST]


def _cells(row: Element, above: dict[int, tuple[int, str]]) -> tuple[list[str], dict[int, tuple[int, str]]]:
    """The texts of a row; a cell that spans rows stands in each of them."""
    texts: list[str] = []
    below: dict[int, tuple[int, str]] = {}
    for cell in row:
        if not cell.tag.startswith(TABLE) or len(texts) >= WIDEST:
            continue
        text = "\n".join(plain(p) for p in cell if p.tag == f"{TEXT}p").strip()
        for _ in range(min(int(cell.get(f"{TABLE}number-columns-repeated", "1")), WIDEST - len(texts))):
            column = len(texts)
            if cell.tag == f"{TABLE}covered-table-cell" and column in above:
                left, text_above = above[column]
                texts.append(text_above)
                if left > 1:
                    below[column] = (left - 1, text_above)
                continue
            texts.append(text)
            if (spans := int(cell.get(f"{TABLE}number-rows-spanned", "1"))) > 1:
                below[column] = (spans - 1, text)
    while texts and not texts[-1]:
        texts.pop()
    return texts, below
