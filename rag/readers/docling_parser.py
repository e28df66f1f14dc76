"""Rich files by the library docling (MIT): its items in reading order, tables by row, pages as marks.

Word and PowerPoint files need no model. PDF does: its models are read from disk and never downloaded here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.readers.marks import PAGE, SLIDE, heading_mark, mark
from rag.readers.reading import Reading, table_lines


def read(file: Path) -> Reading:
    """A file as its items in reading order; raises whatever the library raises on a file it cannot read."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from docling.document_converter import DocumentConverter

    document = DocumentConverter().convert(file).document
    items = list(_items(document))
    headings = [item.text for item in items if _level(item) == 1 and item.text.strip()]
    section = SLIDE if file.suffix.lower() == ".pptx" else PAGE
    return Reading("\n\n".join(_lines(items, section)), headings=tuple(headings[:1]))


def _items(document: Any) -> Iterator[Any]:
    """Items in reading order, without what lies within a table: the table's rows hold it."""
    for item, _ in document.iterate_items():
        if not any(_is_table(above) for above in _above(item, document)):
            yield item


def _above(item: Any, document: Any) -> Iterator[Any]:
    while item.parent is not None:
        item = item.parent.resolve(document)
        yield item


def _is_table(item: Any) -> bool:
    return hasattr(item, "data") and hasattr(item.data, "grid")


def _level(item: Any) -> int:
    """Of a heading, from 1; 0 for what is none."""
    label = str(getattr(item, "label", ""))
    return 1 if label == "title" else int(getattr(item, "level", 1)) if label == "section_header" else 0


def _lines(items: list[Any], section: str) -> Iterator[str]:
    place = None
    for item in items:
        if _is_table(item):
            text = "\n".join(table_lines([[cell.text for cell in row] for row in item.data.grid]))
        else:
            text = str(getattr(item, "text", ""))
        if not text.strip():
            continue
        page = next((p.page_no for p in item.prov), None)
        begins = mark(section, str(page)) if page is not None and page != place else ""
        place = page
        if level := _level(item):
            begins += heading_mark(level, text)
        yield begins + ("- " * (str(item.label) == "list_item")) + text
