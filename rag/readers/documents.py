"""The corpus folder as documents: which there are, and their text."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from eval.data.jsonl import check_row, nfc, read_json_lines
from eval.errors import UserError
from eval.files import refuse_pointer
from rag.readers.cleaning import join_torn, tidy, words
from rag.readers.kinds import READERS, TORN, unknown_kind
from rag.readers.marks import Mark, with_signs, without_signs
from rag.readers.reading import READING as READING
from rag.readers.reading import Reading
from rag.readers.stored_readings import stored_reading
from rag.readers.titles import Names, choose_titles, top_lines

ROW_KEYS = {"id": "string", "title": "string", "text": "string"}


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the corpus, as plain text."""

    id: str
    """Its path below corpus/, or its `id` in a .jsonl file."""
    text: str
    title: str
    gaps: tuple[str, ...] = ()
    """What of its file could not be read, each as a sentence about it, with the remedy."""
    hidden: int = 0
    """Characters of its file that are not shown and therefore left out."""
    marks: tuple[Mark, ...] = ()
    """Where its pages, slides, messages, rows and headings begin in the text."""
    encoding: str = ""
    """The encoding of its file, where that is neither UTF-8 nor declared."""
    ocr: tuple[str, ...] = ()
    """Pages whose text was recognised on a picture, each with its mean confidence."""


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
    """All documents of `list_documents` with their text and title, in the order of their ids.

    Files that have not changed since this process read them last are not read again.
    Raises UserError, besides its reasons, for a file that cannot be read and for a document without text.
    """
    list_documents(corpus)
    return list(_read_all(corpus, tuple(_state(file) for file in _files(corpus))))


_State = tuple[str, int, int, int, int]


def _state(file: Path) -> _State:
    found = file.stat()
    return str(file), found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


@lru_cache(maxsize=2)
def _read_all(corpus: Path, files: tuple[_State, ...]) -> tuple[Document, ...]:
    rows: list[Document] = []
    read: list[tuple[Path, Reading]] = []
    for file in (Path(name) for name, *_ in files):
        if file.suffix.lower() == ".jsonl":
            rows += text_rows(file)
        else:
            read.append((file, stored_reading(file)))
    return tuple(documents_of(corpus, read, rows))


def documents_of(corpus: Path, read: list[tuple[Path, Reading]], rows: Sequence[Document]) -> list[Document]:
    """Documents of files that have been read and of rows, in the order of their ids; titles by all of them."""
    read = _with_whole_words(read, rows)
    titles = choose_titles([_names(file, reading) for file, reading in read])
    found = [
        Document(
            _path_id(corpus, file),
            reading.text,
            title,
            reading.gaps,
            reading.hidden,
            reading.marks,
            encoding=reading.encoding,
            ocr=reading.ocr,
        )
        for (file, reading), title in zip(read, titles, strict=True)
    ]
    return sorted([*rows, *found], key=lambda d: d.id)


def text_rows(file: Path) -> list[Document]:
    """The documents of a .jsonl file, one a line; raises UserError naming file and line."""
    return [Document(row["id"], tidy(row["text"]), tidy(row["title"])) for _, row in _rows(file)]


def checked_file(corpus: Path, file: Path) -> Path:
    """The file; raises UserError unless it is of a known kind, lies in the corpus and is no pointer."""
    return _checked(file, corpus.resolve())


def _with_whole_words(read: list[tuple[Path, Reading]], rows: Sequence[Document]) -> list[tuple[Path, Reading]]:
    torn = {file for file, reading in read if file.suffix.lower() in TORN and "-\n" in reading.text}
    if not torn:
        return read
    vocabulary = words([reading.text for _, reading in read] + [row.text for row in rows])
    return [(f, _joined(r, vocabulary) if f in torn else r) for f, r in read]


def _joined(reading: Reading, vocabulary: frozenset[str]) -> Reading:
    """The reading with torn words made whole; its marks stay before the texts that they are about."""
    text, marks = without_signs(join_torn(with_signs(reading.text, reading.marks), vocabulary), reading.marks)
    return replace(reading, text=text, marks=marks)


def _names(file: Path, reading: Reading) -> Names:
    given, headings = (tuple(filter(None, map(tidy, names))) for names in (reading.given, reading.headings))
    return Names(given, headings, top_lines(reading.text), nfc(file.stem), hash(reading.text))


def _files(corpus: Path) -> Iterator[Path]:
    """Every file that is not hidden, in sorted order, each checked to be of a known kind and inside the corpus."""
    if not corpus.is_dir():
        raise UserError(f"{corpus}: not a folder; put the documents in a folder of that name")
    root = corpus.resolve()

    def fail(error: OSError) -> None:
        raise UserError(f"{error.filename}: cannot be read ({error.strerror}); fix its permissions")

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
        raise unknown_kind(file)
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
