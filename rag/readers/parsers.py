"""Another library's parser in the place of ours, where `RAG_READER` names one: `unstructured` or `docling`."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path

from eval.errors import UserError, first_line, need
from rag.readers.archive import ArchiveError, opened
from rag.readers.reading import Reading

VARIABLE = "RAG_READER"
OWN = "own"
"""What the variable says, or nothing, for our own readers."""
ARCHIVES = (".docx", ".pptx")


@dataclass(frozen=True, slots=True)
class Parser:
    """A library that turns rich files into text."""

    distribution: str
    kinds: tuple[str, ...]
    """Endings of the files that it is given; all others are read by our own readers."""
    module: str
    """Below rag.readers; its `read` takes a file and gives a Reading."""


PARSERS = {
    "unstructured": Parser("unstructured", (".pdf", ".docx", ".pptx", ".eml"), "unstructured_parser"),
    "docling": Parser("docling-slim", (".pdf", ".docx", ".pptx"), "docling_parser"),
}
"""By the name that the variable takes."""


def chosen() -> Parser | None:
    """The parser that the environment names, None for ours; raises UserError for a name that is not known."""
    name = os.environ.get(VARIABLE, "").strip().lower()
    if name in ("", OWN):
        return None
    if name not in PARSERS:
        known = ", ".join([OWN, *PARSERS])
        raise UserError(f"{VARIABLE}={name}: no such reader; known: {known}")
    return PARSERS[name]


def reader_of(kind: str) -> Callable[[Path], Reading] | None:
    """The function that reads files of an ending by the chosen parser; None where our own reader does."""
    parser = chosen()
    if parser is None or kind not in parser.kinds:
        return None

    def read(file: Path) -> Reading:
        need(parser.distribution, why=f"{file}: {VARIABLE}={os.environ[VARIABLE]}")
        try:
            if kind in ARCHIVES:
                with opened(file):
                    pass
            reading: Reading = import_module(f"rag.readers.{parser.module}").read(file)
        except ArchiveError as error:
            raise UserError(f"{file}: {error}") from None
        except (UserError, MemoryError, RecursionError):
            raise
        except Exception as error:  # these libraries raise whatever the parser below them raised
            raise UserError(
                f"{file}: {parser.distribution} cannot read it ({first_line(error)}); "
                f"save it again, or unset {VARIABLE} to read it by our own reader"
            ) from None
        return reading

    return read


def identity(kind: str) -> str:
    """Name and version of the parser that reads files of an ending; empty for our own."""
    parser = chosen()
    if parser is None or kind not in parser.kinds:
        return ""
    try:
        return f"{parser.distribution} {metadata.version(parser.distribution)}"
    except metadata.PackageNotFoundError:
        return parser.distribution
