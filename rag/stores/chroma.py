"""Chroma on disk, by way of LlamaIndex: the default store, and the one place that imports chromadb."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from eval.errors import UserError
from rag.stores.store import Entry, Place, VectorStore, server_name, store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SEARCH_WIDTH = 400
"""HNSW's `ef`: how many candidates its search keeps; used only above the exact search's limit."""
ROWS_AT_ONCE = 1000
"""Chroma takes about 5,000 rows at once."""
READ_AT_ONCE = 10_000
"""Chroma names each row that it reads in one statement, and SQLite takes 32,766 names."""


class ChromaStore:
    """One collection of a Chroma database."""

    def __init__(self, collection: Any, nodes: Any) -> None:
        self._collection, self._nodes = collection, nodes

    def __len__(self) -> int:
        return int(self._collection.count())

    def held(self) -> Counter[str]:
        """How many passages it holds of each document."""
        return Counter(str(row["document"]) for page in self._pages("metadatas") for row in page["metadatas"])

    def upsert(self, entries: Sequence[Entry]) -> None:
        """Keep these passages."""
        from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

        for start in range(0, len(entries), ROWS_AT_ONCE):
            self._make_room([_name((e.document, e.position)) for e in entries[start : start + ROWS_AT_ONCE]])
            self._nodes.add([
                TextNode(
                    id_=_name((e.document, e.position)), text=e.text, embedding=list(e.vector),
                    metadata={"document": e.document, "position": e.position},
                    relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=e.document)},
                )
                for e in entries[start : start + ROWS_AT_ONCE]
            ])  # fmt: skip

    def _make_room(self, names: list[str]) -> None:
        """LlamaIndex adds and never replaces."""
        if there := self._collection.get(ids=names, include=[])["ids"]:
            self._collection.delete(ids=there)

    def delete(self, documents: Sequence[str]) -> None:
        """Drop all passages of these documents."""
        for start in range(0, len(documents), ROWS_AT_ONCE):
            self._collection.delete(where={"document": {"$in": list(documents[start : start + ROWS_AT_ONCE])}})

    def contents(self) -> list[tuple[str, int, str]]:
        """(document, position, text) of every passage, sorted."""
        pages = self._pages("metadatas", "documents")
        rows = (row for page in pages for row in zip(page["metadatas"], page["documents"], strict=True))
        return sorted((str(m["document"]), int(m["position"]), str(text)) for m, text in rows)

    def vectors(self, places: Sequence[Place] | None = None) -> NDArray[np.float64]:
        """Their vectors, shape (places, dimensions)."""
        import numpy as np

        names = [_name(p) for p in (places if places is not None else [row[:2] for row in self.contents()])]
        pages = self._pages("embeddings", names=None if places is None else names)
        known = {name: vector for page in pages for name, vector in zip(page["ids"], page["embeddings"], strict=True)}
        return np.array([known[name] for name in names], dtype=np.float64)

    def _pages(self, *fields: str, names: Sequence[str] | None = None) -> Iterator[Any]:
        """These fields of all rows, or of those that are named."""
        for start in range(0, len(self) if names is None else len(names), READ_AT_ONCE):
            if names is None:
                yield self._collection.get(limit=READ_AT_ONCE, offset=start, include=list(fields))
            else:
                yield self._collection.get(ids=list(names[start : start + READ_AT_ONCE]), include=list(fields))

    def search(self, vector: Sequence[float], k: int) -> list[Place]:
        """The places of about the `k` nearest passages, by HNSW."""
        found = self._collection.query(query_embeddings=[list(vector)], n_results=k, include=["metadatas"])
        return [(str(m["document"]), int(m["position"])) for m in found["metadatas"][0]]


@store("chroma")
def open_chroma(folder: Path, name: str, url: str = "") -> VectorStore:
    """The collection of this index in a database below the folder, or on the server at `url`."""
    import chromadb
    from llama_index.vector_stores.chroma import ChromaVectorStore

    settings = chromadb.Settings(anonymized_telemetry=False)
    if url:
        client, (own, family) = _server(url, settings), server_name(folder, name)
    else:
        client, own, family = (
            chromadb.PersistentClient(str(folder / "chroma"), settings=settings),
            f"passages-{name}",
            "",
        )
    for other in client.list_collections():
        if other.name != own and other.name.startswith(family):
            client.delete_collection(other.name)
    # Without `embedding_function=None` Chroma would fetch a model of its own.
    collection = client.get_or_create_collection(
        own, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": SEARCH_WIDTH}}
    )
    return ChromaStore(collection, ChromaVectorStore(chroma_collection=collection))


def _server(url: str, settings: Any) -> Any:
    import chromadb

    parts = urlsplit(url)
    secure = parts.scheme == "https"
    try:
        return chromadb.HttpClient(
            host=parts.hostname or url, port=parts.port or (443 if secure else 8000), ssl=secure, settings=settings
        )
    except ValueError as error:
        raise UserError(f"retrieval.store_url: no Chroma server answers at {url} ({error})") from None


def _name(place: Place) -> str:
    return f"{place[0]}#{place[1]}"
