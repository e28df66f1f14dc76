"""Headers, footers and page numbers of a PDF: what the margins of several pages repeat."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.readers.pdf.pdf_page import Line, Page
from rag.readers.titles import is_page_mark

MARGIN = 0.1
"""Of a page's height, above and below: where headers and footers stand."""


def take_running_lines(pages: Sequence[Page]) -> list[str]:
    """Take headers, footers and numbers of pages out of the pages; returns each header and footer once.

    A line in the margin is one when it stands on the same height of three pages, or of two where there are no more than
    five; the first or last line of a page also elsewhere, on half of the pages. Page numbers do not tell lines apart.
    """
    with_text = [page for page in pages if page.lines]
    places: dict[tuple[str, int], int] = {}
    for page in with_text:
        for key in {_place(line, page) for line in _outer(page)}:
            places[key] = places.get(key, 0) + 1
    few = 3 if len(with_text) > 5 else 2
    half = max(2, (len(with_text) + 1) // 2)
    kept: dict[str, None] = {}
    for page in with_text:
        for line in _outer(page):
            repeated = places[_place(line, page)] >= (few if _in_margin(line, page) else half)
            if repeated or (_in_margin(line, page) and is_page_mark(line.text)):
                page.lines.remove(line)
                if repeated and not is_page_mark(line.text):
                    kept.setdefault(_form(line.text, None, page), None)
    return [line for line in kept if line]


def _place(line: Line, page: Page) -> tuple[str, int]:
    """What a line says and where it stands, as far as other pages repeat it."""
    return _form(line.text, line, page), round(line.top / 8)


def _outer(page: Page) -> list[Line]:
    """The lines in the margins, and the first and the last line."""
    ends = (0, len(page.lines) - 1)
    return [line for i, line in enumerate(page.lines) if not line.table and (i in ends or _in_margin(line, page))]


def _in_margin(line: Line, page: Page) -> bool:
    return line.bottom < MARGIN * page.height or line.top > (1 - MARGIN) * page.height


_NUMBERED = re.compile(
    r"(?:\b(?:page|seite|p\.|pg\.?|página|pagina|blatt|sheet)|第|페이지|ページ)\s*\d+(?:\s*(?:of|von|de|di|sur|/)\s*\d+)?"
    r"|\b\d+\s*(?:/|of|von)\s*\d+\s*$|\d+\s*(?:页|頁|쪽|페이지|ページ)",
    re.IGNORECASE,
)


def _form(text: str, line: Line | None, page: Page) -> str:
    """A line without numbers of pages; with a place in the margin also without a number at its very end."""
    text = _NUMBERED.sub("", text)
    if line is not None and _in_margin(line, page):
        text = re.sub(r"^\d+\s*\W\s+|\s+\W?\s*\d+$", "", text)
    return " ".join(text.split()).strip(" |-–—·•")
