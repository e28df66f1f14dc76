"""A retriever of the user's own, named as `module:factory`: anything with LangChain's `batch`."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.errors import UserError, first_line
from eval.records import Passage
from rag.chunk import same_text
from rag.retrievers.retriever import Retriever

NAMES = ("document", "source", "id")
"""Keys of a LangChain document's metadata that may name a document of the corpus."""


class OwnRetriever:
    """Asks a LangChain retriever; what only our index knows is asked of our own retriever.

    What it finds counts as of the document that its metadata name: by id, or by a path that ends in it.
    """

    def __init__(self, own: Any, ours: Retriever, name: str, top_k: int) -> None:
        self._own, self._ours, self._name, self._k = own, ours, name, top_k
        rows = ours.contents()
        self._ids = {document for document, _, _ in rows}
        self._places = {(document, same_text(text)): position for document, position, text in rows}

    def retrieve(self, questions: Sequence[str]) -> list[tuple[Passage, ...]]:
        """The first `top_k` that it finds for each question, in its order."""
        found = self._own.batch(list(questions)) if questions else []
        return [tuple(self._passage(d, rank) for rank, d in enumerate(one[: self._k])) for one in found]

    def nearest_in(self, question: str, documents: Sequence[str], k: int) -> list[Passage]:
        """The best passages of the given documents in our own index."""
        return self._ours.nearest_in(question, documents, k)

    def contents(self) -> list[tuple[str, int, str]]:
        """The passages of our own index."""
        return self._ours.contents()

    def _passage(self, found: Any, rank: int) -> Passage:
        document = self._document(dict(found.metadata or {}))
        score = float((found.metadata or {}).get("score", 1 / (1 + rank)))
        position = self._places.get((document, same_text(found.page_content)), -1 - rank)
        return Passage(document, found.page_content, score, position)

    def _document(self, metadata: dict[str, Any]) -> str:
        named = [str(metadata[key]) for key in NAMES if metadata.get(key)]
        for name in named:
            parts = name.replace("\\", "/").split("/")
            for start in range(len(parts)):
                if "/".join(parts[start:]) in self._ids:
                    return "/".join(parts[start:])
        raise UserError(
            f"retrieval.method: {self._name} found a passage of {named[0] if named else 'no named document'}; its "
            f"metadata must name a document of the corpus, as `document` or `source`"
        )


def open_factory(name: str, ours: Retriever, top_k: int) -> Retriever:
    """The retriever that `module:factory` makes; modules of the working folder are found, too.

    Raises UserError where there is no such factory, or what it makes cannot be asked.
    """
    module, _, factory = name.partition(":")
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)
    try:
        own = getattr(importlib.import_module(module), factory)()
    except Exception as error:  # whatever the user's own code raises
        raise UserError(f"retrieval.method: {name} makes no retriever: {first_line(error)}") from None
    if not callable(getattr(own, "batch", None)):
        raise UserError(f"retrieval.method: {name} makes {type(own).__name__}, which has no batch(); make a retriever")
    return OwnRetriever(own, ours, name, top_k)


def factory_version(name: str) -> str:
    """The contents of the module's file, as far as it is found without importing it."""
    from importlib.util import find_spec

    from eval.files import file_digest

    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)
    try:
        spec = find_spec(name.partition(":")[0])
    except (ImportError, ValueError):
        return ""
    return file_digest(Path(spec.origin)) if spec and spec.origin and Path(spec.origin).is_file() else ""
