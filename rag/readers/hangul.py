"""HWPX, the open format of Hangul word processors (KS X 6101): paragraphs, and tables by row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from rag.readers.archive import ArchiveError, opened, part
from rag.readers.reading import Reading, table_lines
from rag.readers.xml_names import local_name


def read_hangul(file: Path) -> Reading:
    """The text of all sections; raises ArchiveError where it is damaged."""
    with opened(file) as archive:
        names = [n for n in archive.namelist() if re.fullmatch(r"Contents/section\d+\.xml", n)]
        if not names:
            raise ArchiveError("has no text of a Hangul document; save it again as HWPX")
        sections = [part(archive, name) for name in sorted(names, key=lambda n: int(re.sub(r"\D", "", n)))]
    blocks = [block for section in sections if section is not None for block in _blocks(section) if block.strip()]
    return Reading("\n\n".join(blocks))


def _blocks(parent: Element) -> Iterator[str]:
    for child in parent:
        match local_name(child):
            case "p":
                yield "".join(_text(child)).strip()
                for table in _tables(child):
                    yield "\n".join(table_lines(_rows(table)))
            case _:
                yield from _blocks(child)


def _text(element: Element) -> Iterator[str]:
    """What stands in a paragraph itself, not in its tables."""
    for child in element:
        match local_name(child):
            case "t":
                yield "".join(child.itertext())
            case "lineBreak":
                yield "\n"
            case "tbl":
                pass
            case _:
                yield from _text(child)


def _tables(element: Element) -> Iterator[Element]:
    for child in element:
        if local_name(child) == "tbl":
            yield child
        elif local_name(child) != "p":
            yield from _tables(child)


def _rows(table: Element) -> list[list[str]]:
    """What spans rows stands in each of them, what spans columns in the first."""
    rows: list[list[str]] = []
    reach: dict[int, tuple[int, str]] = {}  # by column: rows that a cell still spans, and its text there
    for tr in (e for e in table if local_name(e) == "tr"):
        cells: list[str] = []
        below: dict[int, tuple[int, str]] = {}

        for tc in (e for e in tr if local_name(e) == "tc"):
            _carry(cells, reach, below)
            span = next((e for e in tc if local_name(e) == "cellSpan"), None)
            wide = int(span.get("colSpan", "1")) if span is not None else 1
            high = int(span.get("rowSpan", "1")) if span is not None else 1
            text = " ".join(" ".join(block.replace(" | ", ", ") for block in _blocks(tc)).split())
            for i in range(wide):
                if high > 1:
                    below[len(cells)] = (high - 1, "" if i else text)
                cells.append("" if i else text)
        _carry(cells, reach, below)
        reach = below
        rows.append(cells)
    return rows


def _carry(cells: list[str], reach: dict[int, tuple[int, str]], below: dict[int, tuple[int, str]]) -> None:
    """Add what reaches down from above at the next columns of a row."""
    while (column := len(cells)) in reach:
        left, text = reach[column]
        cells.append(text)
        if left > 1:
            below[column] = (left - 1, text)
