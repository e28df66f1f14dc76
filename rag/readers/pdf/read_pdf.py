"""PDF files as text: lines in the order they were written, tables with one row a line, form fields, powers.

pdfplumber gives letters with their places, pypdf the metadata and the fields.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.readers import ocr
from rag.readers.marks import PAGE, mark
from rag.readers.pdf.pdf_fields import form_values
from rag.readers.pdf.pdf_margins import take_running_lines
from rag.readers.pdf.pdf_page import Line, Page, page_lines, recognised
from rag.readers.reading import Reading
from rag.readers.titles import sensible

LARGE = 1.15
"""Letters of more than this multiple of the most common size make a heading."""


class PdfError(Exception):
    """The file is no PDF, or is damaged or protected; the message is the end of a sentence about it."""


def read_pdf(file: Path) -> Reading:
    """Text, titles and headings of a PDF; raises PdfError where it cannot be read."""
    import pdfplumber
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            raise PdfError("is protected by a password; save it without one")
        title = " ".join(str((reader.metadata and reader.metadata.title) or "").split())
        fields = [form_values(page) for page in reader.pages]
        with pdfplumber.open(file) as opened:
            pages = []
            for page, values in zip(opened.pages, fields, strict=True):
                pages.append(recognised(page, page_lines(page, values)))
                page.close()
    except PdfError:
        raise
    except (PyPdfError, Exception) as error:  # the parsers raise anything at all on a damaged file
        raise PdfError(f"cannot be read as PDF ({type(error).__name__})") from None
    running = take_running_lines(pages)
    heading = _heading(pages)
    text = "\n".join(
        (mark(PAGE, str(number)) if i == 0 else "") + line.text
        for number, page in enumerate(pages, 1)
        for i, line in enumerate(page.lines)
    )
    if running:
        text = f"{text}\n\n" + "\n".join(running)
    given = (title,) if title and sensible(title, file.stem) else ()
    return Reading(
        text if any(p.lines for p in pages) else "", given, (heading,) if heading else (), _gaps(pages),
        ocr=tuple(f"page {i}: {p.confidence:.0f}" for i, p in enumerate(pages, 1) if p.confidence is not None),
    )  # fmt: skip


def _heading(pages: Sequence[Page]) -> str:
    """The largest line of the first page with text, where its letters are larger than most; empty else."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
    first = next((page for page in pages if page.lines), None)
    if first is None or not sizes:
        return ""
    largest = max((line.size for line in first.lines if not line.table), default=0.0)
    if largest < LARGE * sizes.most_common(1)[0][0]:
        return ""
    return " ".join(line.text for line in _first_run(first.lines, largest))


def _first_run(lines: Sequence[Line], size: float) -> Iterator[Line]:
    """The first lines of that size that follow one another: a heading may run over two."""
    started = False
    for line in lines:
        if abs(line.size - size) < 0.5 and not line.table:
            started = True
            yield line
        elif started:
            return


def _gaps(pages: Sequence[Page]) -> tuple[str, ...]:
    """Which pages have no text, and on which it was recognised badly."""
    unsure = [f"{i} ({p.confidence:.0f} of 100)" for i, p in enumerate(pages, 1) if (p.confidence or 100) < ocr.UNSURE]
    gaps = [f"OCR is unsure of page {', '.join(unsure[:10])}; look at what `rag read` shows of them"] if unsure else []
    empty = [i for i, page in enumerate(pages, 1) if not page.lines]
    if not empty:
        return tuple(gaps)
    named = ", ".join(map(str, empty[:10])) + (f" and {len(empty) - 10} more" if len(empty) > 10 else "")
    why = "; the fonts of some do not name their letters" if any(p.undecoded for p in pages) else ""
    failed = next((p.failed for p in pages if p.failed), "")
    why += f"; OCR failed: {failed}" if failed else ""
    remedy = "run OCR on the file" if ocr.command() else ocr.REMEDY
    return (*gaps, f"{len(empty)} of {len(pages)} pages have no text (page {named}){why}; {remedy} if they are scans")
