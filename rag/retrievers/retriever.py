"""What a retriever can do, and which there are. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from eval.config import Retrieval
from eval.records import Passage
from eval.registry import Registry

if TYPE_CHECKING:
    from rag.embed import Embedder
    from rag.lexical.word_index import WordIndex
    from rag.stores.store import VectorStore


class Retriever(Protocol):
    """Finds passages in an index. Equal scores rank by document id, then position, so that runs are the same."""

    def retrieve(self, questions: Sequence[str]) -> list[tuple[Passage, ...]]:
        """The best `top_k` passages of each question, best first; scores need not be cosines."""
        ...

    def nearest_in(self, question: str, documents: Sequence[str], k: int) -> list[Passage]:
        """The best `k` passages of the given documents, best first, each text once."""
        ...

    def contents(self) -> list[tuple[str, int, str]]:
        """(document, position, text) of all that may be found, sorted, each text once."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """An index that is up to date, and how it is to be asked."""

    store: VectorStore
    words: WordIndex
    """BM25 over the same passages, a row for each of `store.contents()`."""
    embedder: Embedder
    settings: Retrieval
    preferred: Collection[str] = ()
    """Of passages with one text only one is found: that of a document named here, else the first."""


Make = Callable[[Opened], Retriever]

RETRIEVERS: Registry[Make] = Registry("retriever")


def retriever(name: str) -> Callable[[Make], Make]:
    """Register a function as a retriever under the name that `retrieval.method` may have."""
    return lambda make: RETRIEVERS.add(name, make)
