"""PowerPoint files, by python-pptx: title, body in reading order, tables by row, notes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.errors import need
from rag.readers.archive import ArchiveError, damaged, opened
from rag.readers.marks import SLIDE, mark
from rag.readers.reading import Reading, table_lines
from rag.readers.titles import sensible

ROW = 100_000
"""Shapes whose tops differ by less stand in one row (EMU; 914,400 are an inch)."""


def read_slides(file: Path) -> Reading:
    """Each slide under its number and title; raises ArchiveError where the file cannot be read."""
    need("python-pptx", why=f"{file}: reading PowerPoint files")
    with opened(file):
        pass
    from pptx import Presentation
    from pptx.exc import PackageNotFoundError

    try:
        deck = Presentation(str(file))
    except (PackageNotFoundError, KeyError, ValueError, AttributeError) as error:
        raise ArchiveError(damaged(file, error)) from None
    blocks: list[str] = []
    hidden = pictures = 0
    headings: list[str] = []
    for number, slide in enumerate(deck.slides, 1):
        if slide._element.get("show") == "0":
            hidden += 1
            continue
        title = " ".join((slide.shapes.title.text_frame.text if slide.shapes.title is not None else "").split())
        headings += [title] if title else []
        body = list(_shapes(slide.shapes, slide.shapes.title))
        pictures += not body and not title and any(s.shape_type == 13 for s in slide.shapes)
        notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
        if notes is not None and notes.text.strip():
            body.append(f"Notes: {_lines(notes.text)}")
        head = f"{mark(SLIDE, str(number))}## Slide {number}" + (f": {title}" if title else "")
        blocks.append("\n\n".join([head, *body]))
    gaps = []
    if hidden:
        gaps.append(f"{hidden} hidden slide{'s' * (hidden > 1)}: not indexed; show them if they should be")
    if pictures:
        gaps.append(
            f"{pictures} of {len(deck.slides)} slides are pictures without text; write what they say into their notes"
        )
    core = deck.core_properties.title or ""
    return Reading(
        "\n\n".join(blocks), (core,) if core and sensible(core, file.stem) else (), tuple(headings[:1]), tuple(gaps)
    )


def _shapes(shapes: Any, title: Any) -> Iterator[str]:
    """Texts in reading order: by row from the top, in a row from the left."""
    for shape in sorted(shapes, key=lambda s: ((s.top or 0) // ROW, s.left or 0)):
        if title is not None and shape.shape_id == title.shape_id:
            continue
        if getattr(shape, "shapes", None) is not None:
            yield from _shapes(shape.shapes, None)
        elif getattr(shape, "has_table", False) and shape.has_table:
            yield "\n".join(table_lines(_rows(shape.table)))
        elif getattr(shape, "has_chart", False) and shape.has_chart:
            yield "\n".join(table_lines(_chart(shape.chart)))
        elif shape.has_text_frame and shape.text_frame.text.strip():
            yield _lines(shape.text_frame.text)


def _rows(table: Any) -> list[list[str]]:
    """What spans rows stands in each of them, what spans columns in the first."""
    rows: list[list[str]] = []
    for i, row in enumerate(table.rows):
        cells = []
        for j, cell in enumerate(row.cells):
            above = rows[i - 1][j] if i and cell.is_spanned and table.cell(i, j)._tc.get("vMerge") == "1" else ""
            cells.append(above or cell.text_frame.text)
        rows.append(cells)
    return rows


def _chart(chart: Any) -> list[list[str]]:
    from rag.readers.sheets.cell_display import displayed

    plot = chart.plots[0]
    names = [str(c) for c in plot.categories]
    rows = [["", *(s.name or "" for s in plot.series)]]
    return rows + [[name, *(displayed(s.values[i]) for s in plot.series)] for i, name in enumerate(names)]


def _lines(text: str) -> str:
    return "\n".join(line.strip() for line in text.replace("\v", "\n").split("\n") if line.strip())
