"""The corpus folder as documents: which there are, and their text."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import UserError
from eval.files import refuse_pointer
from eval.jsonlines import check_row, nfc, read_json_lines, read_utf8

ROW_KEYS = {"id": "string", "title": "string", "text": "string"}


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the corpus, as plain text."""

    id: str
    """Its path below corpus/, or its `id` in a .jsonl file."""
    text: str
    title: str


def list_documents(corpus: Path) -> list[str]:
    """Ids of all documents below `corpus`, sorted; reads no document but .jsonl files, and loads no library.

    Raises UserError for an empty corpus, an unknown kind of file, a link that leads out, a bad row or an id used twice.
    """
    ids: dict[str, str] = {}
    for file in _files(corpus):
        if file.suffix.lower() == ".jsonl":
            entries = [(row["id"], f"{file}:{line}") for line, row in _rows(file)]
        else:
            entries = [(_path_id(corpus, file), str(file))]
        for document, where in entries:
            if document in ids:
                raise UserError(f"{where}: document id '{document}' is taken by {ids[document]}; give each its own")
            ids[document] = where
    if not ids:
        raise UserError(f"{corpus}: no documents in it; add {', '.join(sorted(READERS))} or .jsonl files")
    return sorted(ids)


def read_documents(corpus: Path) -> list[Document]:
    """All documents of `list_documents` with their text, in the order of their ids.

    Raises UserError, besides its reasons, for a file that cannot be read and for a document without text.
    """
    list_documents(corpus)
    documents = []
    for file in _files(corpus):
        if file.suffix.lower() == ".jsonl":
            documents += [Document(r["id"], _tidy(r["text"]), r["title"].strip()) for _, r in _rows(file)]
        else:
            documents.append(_read_file(corpus, file))
    return sorted(documents, key=lambda d: d.id)


def _files(corpus: Path) -> Iterator[Path]:
    """Every file that is not hidden, in sorted order, each checked to be of a known kind and inside the corpus."""
    if not corpus.is_dir():
        raise UserError(f"{corpus}: not a folder; put the documents in a folder of that name")
    root = corpus.resolve()

    def fail(error: OSError) -> None:
        raise UserError(f"{error.filename}: cannot be read ({error.strerror}); mend its permissions")

    for folder, folders, names in os.walk(corpus, onerror=fail):
        folders[:] = sorted(n for n in folders if not n.startswith("."))
        for name in folders:
            if (Path(folder) / name).is_symlink():
                raise UserError(f"{Path(folder) / name}: is a link to a folder; put a copy of the folder there")
        for name in sorted(names):
            if not name.startswith((".", "~$")):  # ~$ are the lock files of an open office document
                yield _checked(Path(folder) / name, root)


def _checked(file: Path, root: Path) -> Path:
    if file.is_symlink() and not file.resolve().is_relative_to(root):
        raise UserError(f"{file}: is a link that leads out of the corpus; put a copy of the file there")
    if not file.is_file():
        raise UserError(f"{file}: is not a regular file; remove it")
    if file.suffix.lower() not in {*READERS, ".jsonl"}:
        known = ", ".join(sorted({*READERS, ".jsonl"}))
        raise UserError(f"{file}: unknown kind of file; known: {known}; convert it, or take it out of the corpus")
    refuse_pointer(file)
    return file


def _path_id(corpus: Path, file: Path) -> str:
    document = file.relative_to(corpus).as_posix()
    try:
        document.encode("utf-8")
    except UnicodeEncodeError:
        raise UserError(f"{file!a}: the name is not UTF-8; rename the file") from None
    return nfc(document)


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    rows = read_json_lines(file)
    for line, row in rows:
        check_row(row, ROW_KEYS, ("id", "title", "text"), f"{file}:{line}")
        row["id"] = nfc(row["id"])
    return rows


def _read_file(corpus: Path, file: Path) -> Document:
    title, text = READERS[file.suffix.lower()](file)
    text = _tidy(text)
    if not text:
        raise UserError(f"{file}: no text in it; if it is a scan, run OCR on it, else take it out of the corpus")
    return Document(_path_id(corpus, file), text, title or _heading(text) or file.stem)


def _heading(text: str) -> str:
    """A Markdown heading on the first line, else the first line where it is short enough to be a title."""
    first = text.split("\n", 1)[0].strip()
    return first.lstrip("#").strip() if first.startswith("#") or len(first) <= 80 else ""


def _tidy(text: str) -> str:
    """Text without control characters, trailing blanks and runs of empty lines."""
    text = re.sub(r"[^\S\n]+\n", "\n", re.sub(r"[\x00-\x08\x0b-\x1f]", "", text).replace("\u00a0", " ") + "\n")
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _read_plain(file: Path) -> tuple[str, str]:
    return "", read_utf8(file)


def _read_html(file: Path) -> tuple[str, str]:
    from rag.markup import html_text

    return html_text(read_utf8(file))


def _read_pdf(file: Path) -> tuple[str, str]:
    from llama_index.readers.file import PDFReader

    return _read_with(PDFReader(return_full_document=True), file, "PDF")


def _read_docx(file: Path) -> tuple[str, str]:
    from llama_index.readers.file import DocxReader

    return _read_with(DocxReader(), file, "DOCX")


def _read_with(reader: Any, file: Path, kind: str) -> tuple[str, str]:
    try:
        with _silent("pypdf"):
            parts: Sequence[Any] = reader.load_data(file)
    except Exception:  # the parsers raise anything at all on a damaged file
        raise UserError(
            f"{file}: cannot be read as {kind}; it is damaged or protected: save it again as {kind}, or as .txt"
        ) from None
    return "", "\n\n".join(part.text for part in parts)


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


READERS: dict[str, Callable[[Path], tuple[str, str]]] = {
    ".md": _read_plain,
    ".txt": _read_plain,
    ".html": _read_html,
    ".pdf": _read_pdf,
    ".docx": _read_docx,
}
"""How each kind of file becomes (title, text); an empty title is looked for in the text."""
