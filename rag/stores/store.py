"""What a vector store can do, and which there are. Imports nothing heavy.

A store holds the passages of one index, each at its place: a document's id and a position in it. Everything else, which
documents are current, what is embedded, how results are ranked, is the same for all stores and is not theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from eval.errors import UserError
from eval.files import fingerprint
from eval.registry import Registry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Place = tuple[str, int]
"""(document id, position of the passage in it)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One passage with its vector."""

    document: str
    position: int
    text: str
    vector: Sequence[float]
    """Of unit length."""


class VectorStore(Protocol):
    """Passages and their vectors, on disk; what is written is there after the process has died."""

    def __len__(self) -> int:
        """How many passages it holds."""
        ...

    def held(self) -> Counter[str]:
        """How many passages it holds of each document."""
        ...

    def upsert(self, entries: Sequence[Entry]) -> None:
        """Keep these passages; what was at their places before is replaced."""
        ...

    def delete(self, documents: Sequence[str]) -> None:
        """Drop all passages of these documents."""
        ...

    def contents(self) -> list[tuple[str, int, str]]:
        """(document, position, text) of every passage, sorted."""
        ...

    def vectors(self, places: Sequence[Place] | None = None) -> NDArray[np.float64]:
        """Their vectors, shape (places, dimensions), in this order; None: of everything, in the order of `contents`."""
        ...

    def search(self, vector: Sequence[float], k: int) -> list[Place]:
        """The places of about the `k` nearest passages by cosine, in any order; fewer where it holds fewer."""
        ...


Open = Callable[..., VectorStore]
"""(folder, name of the index[, url]) -> the store for this index, empty where it is new; those of other names that were
made for this folder go. `url` is given where `retrieval.store_url` names a server."""

STORES: Registry[Open] = Registry("vector store")


def store(name: str) -> Callable[[Open], Open]:
    """Register a function as a vector store under the name that `retrieval.store` may have."""
    return lambda open: STORES.add(name, open)


def open_store(kind: str, folder: Path, name: str, url: str | None) -> VectorStore:
    """The store of an index, in its folder or on a server; raises UserError where that kind takes no server."""
    if not url:
        return STORES[kind](folder, name)
    if "url" not in signature(STORES[kind]).parameters:
        raise UserError(f"retrieval.store_url: the store '{kind}' takes none; remove the key, or name another store")
    return STORES[kind](folder, name, url=url)


def server_name(folder: Path, name: str) -> tuple[str, str]:
    """(the name of an index among those of others on one server, what all names of this folder's begin with)."""
    family = f"passages-{fingerprint(str(folder.resolve()))[:16]}-"
    return family + name, family
