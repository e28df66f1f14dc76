"""What of a folder can be read and what cannot, file by file; and both as corpus.json."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval.errors import UserError
from rag.readers.documents import Document, checked_file, documents_of, text_rows
from rag.readers.kinds import READERS, unknown_kind
from rag.readers.parsers import chosen
from rag.readers.reading import Reading
from rag.readers.stored_readings import stored_reading


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that is not in the corpus, and why."""

    file: str
    """Its path below the folder."""
    why: str
    """The one line of its error."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The documents of a folder, and the files that none could be made of."""

    documents: list[Document]
    unread: list[Unread]

    def manifest(self) -> dict[str, Any]:
        """What corpus.json holds: figures for each document, and what was not read."""
        return {
            "documents": [
                {"id": d.id, "title": d.title, "words": len(d.text.split()), "characters": len(d.text),
                 "table_rows": sum(" | " in line for line in d.text.split("\n")), "gaps": list(d.gaps),
                 "characters_not_shown": d.hidden, **({"read_as": d.encoding} if d.encoding else {}),
                 **({"recognised": list(d.ocr)} if d.ocr else {})}
                for d in self.documents
            ],
            "not_read": [{"file": u.file, "why": u.why} for u in self.unread],
            "words": sum(len(d.text.split()) for d in self.documents),
            **({"reader": other.distribution} if (other := chosen()) else {}),
        }  # fmt: skip


def survey(folder: Path, *, leave_out: frozenset[Path] = frozenset()) -> Survey:
    """Read every file below a folder but those left out; what cannot be read is reported, not raised.

    Raises UserError where the folder itself cannot be read, and where two documents have one id.
    """
    read: list[tuple[Path, Reading]] = []
    rows: list[Document] = []
    unread: list[Unread] = []
    for file in _walk(folder):
        if file in leave_out:
            continue
        try:
            checked = checked_file(folder, file)
            if checked.suffix.lower() == ".jsonl":
                rows += text_rows(checked)
            else:
                read.append((checked, stored_reading(checked)))
        except UserError as error:
            unread.append(Unread(file.relative_to(folder).as_posix(), str(error)))
    return Survey(documents_of(folder, read, rows), unread)


def read_one(file: Path) -> Document:
    """One file as the document that is indexed, titled as if it stood alone; raises UserError where it cannot be."""
    if file.suffix.lower() not in READERS:
        raise unknown_kind(file)
    (document,) = documents_of(file.parent, [(file, stored_reading(file, keep=False))], [])
    return replace(document, id=file.name)


def _walk(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise UserError(f"{folder}: not a folder; name the folder of the documents")
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(n for n in folders if not n.startswith(".") and not (Path(place) / n).is_symlink())
        for name in sorted(names):
            if not name.startswith((".", "~$")):
                yield Path(place) / name
