"""What can be read in the files of a bundle: the last look for rows of the data set and paths of this machine."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from pathlib import Path

from eval.errors import UserError
from eval.files import texts_of

SQLITE = b"SQLite format 3\x00"
WHOLE = 1 << 28
"""Bytes of a file of numbers that is read as a whole; of a larger one only its beginning, where its settings stand."""


def readable(file: Path) -> str:
    """All text of a file: as it lies there, and as JSON, SQLite and safetensors have it inside.

    A database splits a long text over pages, and JSON writes what is not ASCII, quotes and line ends otherwise.
    """
    with file.open("rb") as stream:
        data = stream.read(WHOLE)
    texts = [data.decode("utf-8", errors="replace")]
    if data.startswith(SQLITE):
        texts += _database(file)
    elif file.suffix == ".safetensors":
        size = int.from_bytes(data[:8], "little")
        texts += texts_of(json.loads(data[8 : 8 + size]))
    elif file.suffix in (".json", ".jsonl"):
        parts = [texts[0]] if file.suffix == ".json" else texts[0].splitlines()
        texts += [text for part in parts if part.strip() for text in texts_of(json.loads(part))]
    return "\n".join(texts)


def refuse_contents(
    folder: Path, rows: Collection[str], paths: Iterable[Path], *, is_corpus: Callable[[str], bool]
) -> None:
    """Raise UserError that names the file in which a row, or a path of this machine, stands.

    In the index a row's text may stand where the corpus itself says it word for word.
    """
    named = sorted({str(p) for p in paths if len(p.parts) > 1}, key=len)
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        name, text = file.relative_to(folder), readable(file)
        for path in named:
            if path in text:
                raise UserError(f"{name}: would carry a path of this machine ({path}); nothing was written")
        for row in rows:
            if row in text and not (name.parts[0] == "index" and is_corpus(row)):
                raise UserError(f"{name}: would carry a row of the data set ('{row[:40]}...'); nothing was written")


def here() -> list[Path]:
    """Folders of this machine that no bundle needs to know."""
    return [Path.home(), Path.cwd(), Path(sys.prefix), Path(__file__).parents[2]]


def _database(file: Path) -> Iterator[str]:
    """Every text and every blob in every table."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as found:
        found.text_factory = lambda b: b.decode("utf-8", errors="replace")
        tables = [name for (name,) in found.execute("select name from sqlite_master where type = 'table'")]
        for table in tables:
            try:
                rows = found.execute(f'select * from "{table}"').fetchall()
            except sqlite3.DatabaseError:  # a virtual table of a module that is not here; its own tables are read
                continue
            for value in (v for row in rows for v in row):
                if isinstance(value, bytes):
                    yield value.decode("utf-8", errors="replace")
                elif isinstance(value, str):
                    yield value
