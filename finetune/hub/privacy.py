"""The last look at what leaves the machine: no file may carry a row of the data set or a sentence of its corpus."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from eval.data.dataset import Dataset
from eval.errors import UserError
from eval.files import texts_of

LEAST = 20
"""Characters of a text that is looked for, half of them letters or digits: others stand in files by chance."""


def refuse_rows(dataset: Dataset, files: Mapping[str, bytes | Path]) -> None:
    """Raise UserError when a question, answer, reply or document sentence stands in one of the files.

    Of a safetensors file the header is read: the rest is numbers.
    """
    texts = set(private_texts(dataset))
    for name, content in files.items():
        found = _readable(name, content)
        for text in texts:
            if text in found:
                raise UserError(f"{name}: would carry a text of {dataset.path} ('{text[:40]}...'); nothing was sent")


def private_texts(dataset: Dataset) -> Iterator[str]:
    """Every question, answer, reply and sentence of the data set that is long enough to differ from chance."""
    for example in (*dataset.train, *dataset.dev, *dataset.test):
        for text in (example.question, example.reply, *example.answers):
            if _telling(text):
                yield text
    for document in dataset.documents:
        yield from _sentences(dataset.corpus / document)


def _sentences(file: Path) -> Iterator[str]:
    """Of documents that are text; others (PDF, DOCX) are compressed, and their text stands in no file of ours."""
    if not file.is_file() or file.suffix.lower() not in {".md", ".txt", ".html", ".htm"}:
        return
    text = file.read_text(encoding="utf-8", errors="replace")
    for piece in re.split(r"(?<=[.!?])\s+|\n+", text):
        if _telling(piece.strip()):
            yield piece.strip()


def _telling(text: str) -> bool:
    return len(text) >= LEAST and 2 * sum(c.isalnum() for c in text) >= LEAST


def _readable(name: str, content: bytes | Path) -> str:
    """A file's text, with what JSON escapes also as it reads."""
    if isinstance(content, Path):
        with content.open("rb") as stream:
            size = int.from_bytes(stream.read(8), "little") if name.endswith(".safetensors") else -1
            content = stream.read(size)
    text = content.decode("utf-8", errors="replace")
    if not name.endswith(".json"):
        return text
    return text + "\n" + "\n".join(texts_of(json.loads(text)))
