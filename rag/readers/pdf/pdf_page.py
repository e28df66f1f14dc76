"""One page of a PDF as lines in reading order, a table as one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rag.readers import ocr
from rag.readers.pdf.pdf_columns import by_columns
from rag.readers.pdf.pdf_fields import insert_value
from rag.readers.pdf.pdf_letters import CID, UNDECODED, turned, with_scripts, words_of
from rag.readers.pdf.pdf_tables import Word, ruled_tables, unruled_tables
from rag.readers.reading import table_lines


@dataclass(slots=True)
class Line:
    """A line of a page, or a table as one."""

    text: str
    top: float
    bottom: float
    size: float
    """Of its largest letters, in points; of a table, of the middling ones."""
    table: bool = False


@dataclass(slots=True)
class Page:
    """The lines of a page in reading order."""

    height: float
    lines: list[Line] = field(default_factory=list)
    undecoded: bool = False
    confidence: float | None = None
    """Of its letters, where they were recognised on a picture."""
    failed: str = ""
    """Why they were not."""


def recognised(page: Any, found: Page) -> Page:
    """The page with what is recognised on its picture, where it has no text of its own and OCR is there."""
    if found.lines or not ocr.command() or not (page.images or found.undecoded):
        return found
    try:
        read = ocr.recognise(page)
    except OSError as error:
        found.failed = str(error)
        return found
    size = 10.0
    found.lines = [Line(text, 72 + 12 * i, 82 + 12 * i, size) for i, text in enumerate(read.lines)]
    found.confidence = read.confidence if read.lines else None
    return found


def page_lines(page: Any, fields: Sequence[Word]) -> Page:
    """The lines of one page; words of a table stand in its place."""
    upright = turned(page)
    letters = with_scripts(upright if upright is not None else [dict(c) for c in page.chars if c["text"]])
    if sum(bool(CID.fullmatch(c["text"])) for c in letters) > UNDECODED * max(1, len(letters)):
        return Page(page.height, undecoded=True)
    words = words_of(letters)
    for value in fields:
        insert_value(words, value)
    tables = ruled_tables(page, words) if upright is None else []
    inside = {id(w) for table in tables for w in table.words}
    for word in words:
        if word.after and id(word) not in inside:  # beside its label; as wide as the field it would look like a column
            word.x0 = word.after.x1 + 1
            word.x1 = word.x0 + 0.5 * word.size * len(word.text)
    tables += unruled_tables([w for w in words if id(w) not in inside])
    words = by_columns(words, tables)
    owner = {id(word): table for table in tables for word in table.words}
    lines: list[list[Word]] = []
    result = Page(page.height)
    written: set[int] = set()

    def flush() -> None:
        result.lines.extend(
            Line(" ".join(w.text for w in line), min(w.top for w in line), max(w.bottom for w in line),
                 max(w.size for w in line)) for line in lines
        )  # fmt: skip
        lines.clear()

    for word in words:
        table = owner.get(id(word))
        if table is None:
            if lines and _continues(lines[-1], word):
                lines[-1].append(word)
            else:
                lines.append([word])
        elif id(table) not in written:
            flush()
            written.add(id(table))
            top, bottom = min(w.top for w in table.words), max(w.bottom for w in table.words)
            result.lines.append(
                Line(
                    "\n".join(table_lines(table.rows)), top, bottom, _median([w.size for w in table.words]), table=True
                )
            )
    flush()
    return result


def _continues(line: Sequence[Word], word: Word) -> bool:
    """Whether a word stands to the right of a line's last one, on the same height."""
    last = line[-1]
    shared = min(last.bottom, word.bottom) - max(last.top, word.top)
    return shared > 0.5 * min(last.bottom - last.top, word.bottom - word.top) and word.x0 >= last.x1 - 0.5 * last.size


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
