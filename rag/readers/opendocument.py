"""OpenDocument texts and slides (ODT, ODP): headings, paragraphs, lists, tables by row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from rag.readers.archive import ArchiveError, opened, part
from rag.readers.marks import heading_mark, unmarked
from rag.readers.reading import Reading, table_lines
from rag.readers.sheets.ods import OFFICE, TABLE, TEXT, plain, refuse_protected

DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"


def read_opendocument(file: Path) -> Reading:
    """Text, title and headings; raises ArchiveError where it is damaged or protected."""
    with opened(file) as archive:
        refuse_protected(archive)
        content = part(archive, "content.xml")
        meta = part(archive, "meta.xml")
    body = None if content is None else content.find(f".//{OFFICE}body")
    if body is None:
        raise ArchiveError("lacks its content; save it again")
    found = None if meta is None else next((e.text for e in meta.iter() if e.tag.endswith("}title")), None)
    headings = [" ".join(plain(h).split()) for h in body.iter(f"{TEXT}h")]
    blocks = [block for block in _blocks(body) if block.strip()]
    return Reading("\n\n".join(blocks), (found.strip(),) if found and found.strip() else (), tuple(headings[:1]))


def _blocks(parent: Element, lead: str = "") -> Iterator[str]:
    for child in parent:
        tag = child.tag
        if tag == f"{TEXT}h":
            level = min(int(child.get(f"{TEXT}outline-level", "1")), 6)
            name = " ".join(plain(child).split())
            yield f"{heading_mark(level, name)}{'#' * level} {name}"
        elif tag == f"{TEXT}p":
            text = plain(child).strip()
            yield lead + text if text else ""
            yield from (b for frame in child.iter(f"{DRAW}text-box") for b in _blocks(frame))
            yield from _notes(child)
        elif tag == f"{TEXT}list":
            yield "\n".join(_items(child))
        elif tag == f"{TABLE}table":
            yield "\n".join(table_lines(_rows(child)))
        elif tag not in (f"{TEXT}tracked-changes", f"{TEXT}sequence-decls") and not tag.endswith("}forms"):
            yield from _blocks(child)


def _items(element: Element) -> Iterator[str]:
    for item in element:
        for block in _blocks(item):
            if block.strip():
                block = unmarked(block)
                yield block if block.startswith("- ") else f"- {block}"


def _notes(paragraph: Element) -> Iterator[str]:
    """Foot and end notes, below the paragraph that refers to them."""
    for note in paragraph.iter(f"{TEXT}note"):
        citation = note.find(f"{TEXT}note-citation")
        body = note.find(f"{TEXT}note-body")
        if body is not None:
            sign = plain(citation).strip() if citation is not None else "*"
            yield f"[{sign}] " + " ".join(unmarked(" ".join(_blocks(body))).split())


def _rows(table: Element) -> list[list[str]]:
    rows: list[list[str]] = []
    for row in table.iter(f"{TABLE}table-row"):
        cells: list[str] = []
        for cell in row:
            if not cell.tag.startswith(TABLE):
                continue
            text = " ".join(unmarked(" ".join(_blocks(cell))).replace(" | ", ", ").split())
            covered = cell.tag == f"{TABLE}covered-table-cell" and rows and len(cells) < len(rows[-1])
            if covered and not _spans(row, cells):
                text = rows[-1][len(cells)]
            times = min(int(cell.get(f"{TABLE}number-columns-repeated", "1")), 256)
            cells += [text] * times
        rows.append(cells)
    return rows


def _spans(row: Element, before: list[str]) -> bool:
    """Whether the cell at this place is covered by one of its own row, which spans columns."""
    column = 0
    for cell in row:
        width = int(cell.get(f"{TABLE}number-columns-spanned", "1"))
        if column < len(before) < column + width:
            return True
        column += int(cell.get(f"{TABLE}number-columns-repeated", "1"))
    return False
