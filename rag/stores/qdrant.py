"""Qdrant, in a folder or on a server: the one place that imports qdrant_client."""

from __future__ import annotations

import atexit
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.errors import UserError
from rag.stores.store import Entry, Place, VectorStore, server_name, store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ROWS_AT_ONCE = 500


class QdrantStore:
    """One collection of a Qdrant database; it is made with the first vectors, which tell its dimensions."""

    def __init__(self, client: Any, name: str) -> None:
        self._client, self._name = client, name

    def __len__(self) -> int:
        return int(self._client.count(self._name, exact=True).count) if self._there() else 0

    def held(self) -> Counter[str]:
        """How many passages it holds of each document."""
        return Counter(str(row.payload["document"]) for row in self._rows(["document"]))

    def upsert(self, entries: Sequence[Entry]) -> None:
        """Keep these passages."""
        from qdrant_client import models

        if entries and not self._there():
            size = len(entries[0].vector)
            vectors = models.VectorParams(size=size, distance=models.Distance.COSINE)
            self._client.create_collection(self._name, vectors_config=vectors)
        for start in range(0, len(entries), ROWS_AT_ONCE):
            points = [
                models.PointStruct(
                    id=_id((e.document, e.position)), vector=list(e.vector),
                    payload={"document": e.document, "position": e.position, "text": e.text},
                )
                for e in entries[start : start + ROWS_AT_ONCE]
            ]  # fmt: skip
            self._client.upsert(self._name, points, wait=True)

    def delete(self, documents: Sequence[str]) -> None:
        """Drop all passages of these documents."""
        from qdrant_client import models

        if not documents or not self._there():
            return
        for start in range(0, len(documents), ROWS_AT_ONCE):
            named = models.MatchAny(any=list(documents[start : start + ROWS_AT_ONCE]))
            chosen = models.Filter(must=[models.FieldCondition(key="document", match=named)])
            self._client.delete(self._name, models.FilterSelector(filter=chosen), wait=True)

    def contents(self) -> list[tuple[str, int, str]]:
        """(document, position, text) of every passage, sorted."""
        rows = (row.payload for row in self._rows(True))
        return sorted((str(r["document"]), int(r["position"]), str(r["text"])) for r in rows)

    def vectors(self, places: Sequence[Place] | None = None) -> NDArray[np.float64]:
        """Their vectors, shape (places, dimensions)."""
        import numpy as np

        wanted = [row[:2] for row in self.contents()] if places is None else list(places)
        known: dict[str, Any] = {}
        for start in range(0, len(wanted), ROWS_AT_ONCE):
            ids = [_id(place) for place in wanted[start : start + ROWS_AT_ONCE]]
            known.update((str(r.id), r.vector) for r in self._client.retrieve(self._name, ids, with_vectors=True))
        return np.array([known[_id(place)] for place in wanted], dtype=np.float64)

    def search(self, vector: Sequence[float], k: int) -> list[Place]:
        """The places of about the `k` nearest passages, by HNSW."""
        if not self._there():
            return []
        found = self._client.query_points(
            self._name, query=list(vector), limit=k, with_payload=["document", "position"]
        )
        return [(str(p.payload["document"]), int(p.payload["position"])) for p in found.points]

    def _there(self) -> bool:
        return bool(self._client.collection_exists(self._name))

    def _rows(self, payload: Any) -> Iterator[Any]:
        after = None
        while self._there():
            rows, after = self._client.scroll(self._name, limit=ROWS_AT_ONCE, offset=after, with_payload=payload)
            yield from rows
            if after is None:
                return


@store("qdrant")
def open_qdrant(folder: Path, name: str, url: str = "") -> VectorStore:
    """The collection of this index in a database below the folder, or on the server at `url`."""
    client = _client(url or str((folder / "qdrant").resolve()))
    own, family = server_name(folder, name)
    for other in client.get_collections().collections:
        if other.name != own and other.name.startswith(family):
            client.delete_collection(other.name)
    return QdrantStore(client, own)


@lru_cache(maxsize=4)
def _client(where: str) -> Any:
    """A client; a folder lets one process hold one alone."""
    try:
        from qdrant_client import QdrantClient
    except ImportError:
        raise UserError("retrieval.store: qdrant is not installed: pip install qdrant-client") from None
    try:
        client = QdrantClient(url=where) if "://" in where else QdrantClient(path=where)
        client.get_collections()
        atexit.register(client.close)  # left to the interpreter's end, it fails there
    except Exception as error:  # what it raises depends on the transport
        reason = str(error).strip().split("\n")[0]
        raise UserError(f"retrieval.store: no Qdrant to open at {where} ({reason}); see retrieval.store_url") from None
    return client


def _id(place: Place) -> str:
    """Qdrant takes numbers and UUIDs alone."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{place[0]}#{place[1]}"))
