"""How each kind of file is read; each reader is loaded when the first file of its kind is read."""

from __future__ import annotations

import logging
import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from eval.data.jsonl import read_raw
from eval.errors import UserError
from rag.readers.cleaning import tidy
from rag.readers.encodings import decoded
from rag.readers.front_matter import split_front_matter
from rag.readers.marks import take_marks
from rag.readers.parsers import reader_of
from rag.readers.reading import Reading

LIGHT = (".md", ".txt", ".html", ".json", ".ipynb")
"""Kinds that are read where one is, and not in a process of their own with limits: no parser of a rich format runs."""


def read_kind(file: Path) -> Reading:
    """A file as text by its kind; raises UserError naming it, why it cannot be read, and the fix."""
    kind = file.suffix.lower()
    reading = (reader_of(kind) or READERS[kind])(file)
    text, marks = take_marks(tidy(reading.text))
    if not text:
        why = reading.gaps[0] if reading.gaps else "take it out of the corpus"
        raise UserError(f"{file}: no text in it; {why}")
    return replace(reading, text=text, marks=marks)


def _read_plain(file: Path) -> Reading:
    whole, encoding = decoded(file)
    title, text = split_front_matter(whole)
    return Reading(text, (title,) if title else (), encoding=encoding)


def _read_markdown(file: Path) -> Reading:
    reading = _read_plain(file)
    return replace(reading, headings=_headings(reading.text))


def _headings(text: str) -> tuple[str, ...]:
    """The first headings of the first level; lines within fenced code are none."""
    text = re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"^# +(.+?)(?: +#+)?(?: *\{[^}]*\})?$|^(?![\s>|#=-])(.{1,200})\n=+ *$", text, flags=re.MULTILINE)
    return tuple(plain for first, second in found[:3] if (plain := _unmarked(first or second)))


def _unmarked(heading: str) -> str:
    """A Markdown heading without links, emphasis and code marks."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"\*\*|__|`", "", heading)).strip()


def _read_html(file: Path) -> Reading:
    from rag.readers.markup import html_text, read_html

    whole, encoding = read_html(file, read_raw(file))
    title, markup = split_front_matter(whole)
    reading = replace(html_text(markup), encoding=encoding)
    return replace(reading, given=(title, *reading.given)) if title else reading


def _read_pdf(file: Path) -> Reading:
    from rag.readers.pdf.read_pdf import PdfError, read_pdf

    try:
        with _silent("pypdf"), _silent("pdfminer"):
            return read_pdf(file)
    except PdfError as error:
        raise _unreadable(file, "PDF", str(error)) from None


def _read_docx(file: Path) -> Reading:
    from rag.readers.archive import ArchiveError, opened
    from rag.readers.word.read_docx import DocxError, read_docx

    try:
        with opened(file):
            pass
        return read_docx(file)
    except ArchiveError as error:
        if str(error).startswith("is damaged"):
            raise _unreadable(file, "DOCX") from None
        raise UserError(f"{file}: {error}") from None
    except DocxError:
        raise _unreadable(file, "DOCX") from None


def _archived(module: str, name: str) -> Callable[[Path], Reading]:
    """A reader of a format that lies in an archive, from its module when it is needed."""

    def read(file: Path) -> Reading:
        from importlib import import_module

        from rag.readers.archive import ArchiveError

        try:
            reading: Reading = getattr(import_module(f"rag.readers.{module}"), name)(file)
        except ArchiveError as error:
            raise UserError(f"{file}: {error}") from None
        return reading

    return read


def _unreadable(file: Path, kind: str, why: str = "") -> UserError:
    if why.startswith("is protected"):
        return UserError(f"{file}: {why}")
    return UserError(
        f"{file}: cannot be read as {kind}; it is damaged or protected: save it again as {kind}, or as .txt"
    )


@contextmanager
def _silent(name: str) -> Iterator[None]:
    """Keep a library's complaints about a damaged file off the screen; the error says it in one line."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


_WORKBOOK = _archived("workbook_text", "read_workbook")
_OPEN = _archived("opendocument", "read_opendocument")

READERS: dict[str, Callable[[Path], Reading]] = {
    ".md": _read_markdown,
    ".txt": _read_plain,
    ".html": _read_html,
    ".htm": _read_html,
    ".pdf": _read_pdf,
    ".docx": _read_docx,
    ".pptx": _archived("slides", "read_slides"),
    ".xlsx": _WORKBOOK,
    ".xlsm": _WORKBOOK,
    ".ods": _WORKBOOK,
    ".csv": _WORKBOOK,
    ".tsv": _WORKBOOK,
    ".odt": _OPEN,
    ".odp": _OPEN,
    ".rtf": _archived("structured", "read_rtf"),
    ".eml": _archived("mail", "read_message"),
    ".mbox": _archived("mail", "read_mailbox"),
    ".epub": _archived("ebook", "read_ebook"),
    ".hwpx": _archived("hangul", "read_hangul"),
    ".ipynb": _archived("structured", "read_notebook"),
    ".json": _archived("structured", "read_json"),
}
"""By the ending; titles are chosen when all files are read, because one that many share names none."""

CONVERSIONS = {
    ".xls": "soffice --headless --convert-to xlsx {name}", ".doc": "soffice --headless --convert-to docx {name}",
    ".ppt": "soffice --headless --convert-to pptx {name}", ".xlsb": "soffice --headless --convert-to xlsx {name}",
    ".pages": "export it from Pages as .docx", ".key": "export it from Keynote as .pptx",
    ".numbers": "export it from Numbers as .xlsx",
    ".msg": "msgconvert {name}, of libemail-outlook-message-perl, or save the message as .eml",
    ".hwp": "save it as .hwpx in Hangul, or hwp5txt {name} > {stem}.txt, of pyhwp",
    ".mobi": "ebook-convert {name} {stem}.epub, of Calibre", ".azw3": "ebook-convert {name} {stem}.epub, of Calibre",
    ".rst": "pandoc {name} -o {stem}.md", ".tex": "pandoc {name} -o {stem}.md", ".org": "pandoc {name} -o {stem}.md",
    ".xml": "pandoc {name} -o {stem}.md where it is DocBook or JATS, else save its text as .txt",
    **dict.fromkeys(
        (".png", ".jpg", ".jpeg", ".tif", ".tiff"), "tesseract {name} {stem}, which writes {stem}.txt"
    ),
}  # fmt: skip
"""How files of kinds that are not read become files that are, by their ending."""


def unknown_kind(file: Path) -> UserError:
    """The error for a file of a kind that is not read: how to convert it where that is known, else which kinds are."""
    if command := CONVERSIONS.get(file.suffix.lower()):
        said = command.format(name=shlex.quote(file.name), stem=shlex.quote(file.stem))
        return UserError(f"{file}: {file.suffix.lower()} files are not read; convert it: {said}")
    known = ", ".join(sorted({*READERS, ".jsonl"}))
    return UserError(f"{file}: unknown kind of file; known: {known}; convert it, or take it out of the corpus")


TABULAR = (".csv", ".tsv", ".xlsx", ".xlsm", ".ods")
"""Kinds of files that hold nothing but tables."""

SECTIONED = (".pptx", ".mbox", ".eml")
"""Kinds of files whose sections say by their head where a text stands: on which slide, in which message."""

TORN = (".pdf", ".txt")
"""Kinds of files in which a hyphen at a line end may tear a word: their lines are as long as a page is wide."""
