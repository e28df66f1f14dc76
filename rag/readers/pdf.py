"""PDF files as text: lines in the order they were written, tables with one row a line, form fields, powers.

pdfplumber gives letters with their places, pypdf the metadata and the fields.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.readers import ocr
from rag.readers.marks import PAGE, mark
from rag.readers.pdf_columns import by_columns
from rag.readers.pdf_tables import Word, ruled_tables, unruled_tables
from rag.readers.raised_signs import lowered, raised
from rag.readers.reading import Reading, table_lines
from rag.readers.titles import is_page_mark, sensible

MARGIN = 0.1
"""Of a page's height, above and below: where headers and footers stand."""
SMALL = 0.8
"""Letters of less than this share of the size before them are raised or lowered signs, where they are off the line."""
LARGE = 1.15
"""Letters of more than this multiple of the most common size make a heading."""
UNDECODED = 0.2
"""A page with a larger share of letters that its fonts do not name has no readable text."""
_CID = re.compile(r"\(cid:\d+\)")


class PdfError(Exception):
    """The file is no PDF, or is damaged or protected; the message is the end of a sentence about it."""


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
        fields = [_fields(page) for page in reader.pages]
        with pdfplumber.open(file) as opened:
            pages = []
            for page, values in zip(opened.pages, fields, strict=True):
                pages.append(_recognised(page, _page(page, values)))
                page.close()
    except PdfError:
        raise
    except (PyPdfError, Exception) as error:  # the parsers raise anything at all on a damaged file
        raise PdfError(f"cannot be read as PDF ({type(error).__name__})") from None
    running = _take_running_lines(pages)
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


def _recognised(page: Any, found: Page) -> Page:
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


def _page(page: Any, fields: Sequence[Word]) -> Page:
    """The lines of one page; words of a table stand in its place."""
    turned = _turned(page)
    letters = _scripts(turned if turned is not None else [dict(c) for c in page.chars if c["text"]])
    if sum(bool(_CID.fullmatch(c["text"])) for c in letters) > UNDECODED * max(1, len(letters)):
        return Page(page.height, undecoded=True)
    words = _words(letters)
    for value in fields:
        _insert(words, value)
    tables = ruled_tables(page, words) if turned is None else []
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


def _turned(page: Any) -> list[dict[str, Any]] | None:
    """The letters of a page whose text runs up or down, as if it were turned upright; None for other pages."""
    letters = [dict(c) for c in page.chars if c["text"]]
    aside = [c for c in letters if not c["upright"]]
    if len(aside) <= 0.5 * len(letters):
        return None
    up = sum(c["matrix"][1] > 0 for c in aside) > 0.5 * len(aside)
    for c in letters:
        x0, x1, top, bottom = c["x0"], c["x1"], c["top"], c["bottom"]
        if up:
            c |= {"x0": page.height - bottom, "x1": page.height - top, "top": x0, "bottom": x1}
        else:
            c |= {"x0": top, "x1": bottom, "top": page.width - x1, "bottom": page.width - x0}
        c |= {"doctop": c["top"], "upright": True, "size": c["bottom"] - c["top"]}
    return letters


def _scripts(letters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A page's letters in the order they were written; raised and lowered ones as `10^3` and `H2O` on their line."""
    result: list[dict[str, Any]] = []
    i = 0
    while i < len(letters):
        base = next((c for c in reversed(result[-1:]) if not c["text"].isspace()), None)
        run: list[dict[str, Any]] = []
        while base is not None and i + len(run) < len(letters) and _off_line(base, run, letters[i + len(run)]):
            run.append(letters[i + len(run)])
        if not run or base is None:
            result.append(letters[i])
            i += 1
            continue
        before = _before(result)
        up = run[0]["bottom"] < base["bottom"] - 0.1 * base["size"]
        text = (raised if up else lowered)(before, "".join(c["text"] for c in run))
        joined = run[0] | {"text": text, "x1": run[-1]["x1"]}
        joined |= {key: base[key] for key in ("top", "bottom", "doctop", "size", "y0", "y1")}
        result.append(joined)
        i += len(run)
    return result


def _off_line(base: dict[str, Any], run: Sequence[dict[str, Any]], letter: dict[str, Any]) -> bool:
    """Whether a letter is a small one, above or below the line, right behind `base` or the run after it."""
    last = run[-1] if run else base
    near = -0.2 * base["size"] <= letter["x0"] - last["x1"] <= 0.2 * base["size"]
    small = letter["size"] < SMALL * base["size"] and not letter["text"].isspace()
    if run:
        return bool(near and small and abs(letter["bottom"] - run[0]["bottom"]) < 0.1 * base["size"])
    off = abs(letter["bottom"] - base["bottom"]) > 0.12 * base["size"]
    overlap = letter["top"] < base["bottom"] and letter["bottom"] > base["top"]
    return bool(near and small and off and overlap)


def _before(result: Sequence[dict[str, Any]]) -> str:
    """The last letters on the line of the last one, without a break."""
    text = ""
    for letter in reversed(result[-24:]):
        if abs(letter["bottom"] - result[-1]["bottom"]) > 0.3 * result[-1]["size"]:
            break
        text = letter["text"] + text
    return text


def _words(letters: Sequence[dict[str, Any]]) -> list[Word]:
    from pdfplumber.utils.text import extract_words

    found = extract_words(
        list(letters), use_text_flow=True, extra_attrs=["size"], keep_blank_chars=False, expand_ligatures=True
    )
    return [
        Word(_CID.sub("", w["text"]), w["x0"], w["x1"], w["top"], w["bottom"], w["size"])
        for w in found
        if _CID.sub("", w["text"])
    ]


def _insert(words: list[Word], value: Word) -> None:
    """Put the value of a form field where it stands: behind its label, before what is to the right of it."""
    middle = (value.top + value.bottom) / 2
    row = [i for i, w in enumerate(words) if w.top <= middle <= w.bottom]
    left = [i for i in row if words[i].x0 <= value.x0]
    right = [i for i in row if words[i].x0 > value.x0]
    if left or right:
        at = max(left, key=lambda i: words[i].x0) if left else min(right, key=lambda i: words[i].x0)
        near = words[at]
        x0, x1 = (max(value.x0, near.x1 + 1), value.x1) if left else (value.x0, near.x0 - 1)
        placed = Word(value.text, x0, x1, near.top, near.bottom, near.size, after=near if left else None)
        words.insert(at + 1 if left else at, placed)
    else:
        below = next((i for i, w in enumerate(words) if w.top > middle), len(words))
        text = f"{value.label}: {value.text}" if value.label else value.text
        words.insert(below, Word(text, value.x0, value.x1, value.top, value.bottom, value.size))


def _fields(page: Any) -> list[Word]:
    """The values of a page's form fields and its texts in boxes, each with its place from the top left."""
    height = float(page.mediabox.top)
    found = []
    for reference in page.get("/Annots") or []:
        annotation = reference.get_object()
        kind = annotation.get("/Subtype")
        rect = [float(x) for x in annotation.get("/Rect", [])]
        if len(rect) != 4 or int(annotation.get("/F", 0)) & 2:  # 2: hidden
            continue
        text = str(annotation.get("/Contents", "")) if kind == "/FreeText" else ""
        label = ""
        if kind == "/Widget":
            text = _value(annotation)
            name = str(_inherited(annotation, "/TU") or _inherited(annotation, "/T") or "")
            label = name if len(name) > 2 else ""
        if text.strip():
            left, right = sorted((rect[0], rect[2]))
            bottom, top = sorted((rect[1], rect[3]))
            found.append(Word(" ".join(text.split()), left, right, height - top, height - bottom, 10.0, label))
    return found


def _value(annotation: Any) -> str:
    value = _inherited(annotation, "/V")
    kind = _inherited(annotation, "/FT")
    if kind == "/Btn":
        if int(_inherited(annotation, "/Ff") or 0) & (1 << 16):  # a push button holds no value
            return ""
        state = annotation.get("/AS", value)
        return "[ ]" if state in (None, "/Off") else "[x]"
    if kind == "/Sig" or value is None:
        return ""
    value = value.get_object() if hasattr(value, "get_object") else value
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _inherited(annotation: Any, key: str) -> Any:
    """A setting of a field, or of the field that it is a part of."""
    for _ in range(8):
        if key in annotation:
            return annotation[key]
        parent = annotation.get("/Parent")
        if parent is None:
            return None
        annotation = parent.get_object()
    return None


def _take_running_lines(pages: Sequence[Page]) -> list[str]:
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


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


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
