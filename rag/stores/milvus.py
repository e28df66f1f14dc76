"""Milvus, as Milvus Lite in a file or on a server: the one place that imports pymilvus."""

from __future__ import annotations

import json
import logging
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
LONGEST = 65_535
"""Bytes of a text field, at most."""


class MilvusStore:
    """One collection of a Milvus database; it is made with the first vectors, which tell its dimensions."""

    def __init__(self, client: Any, name: str) -> None:
        self._client, self._name = client, name

    def __len__(self) -> int:
        return sum(self.held().values())

    def held(self) -> Counter[str]:
        """How many passages it holds of each document."""
        return Counter(str(row["document"]) for row in self._rows(["document"]))

    def upsert(self, entries: Sequence[Entry]) -> None:
        """Keep these passages."""
        if entries and not self._there():
            self._make(len(entries[0].vector))
        for start in range(0, len(entries), ROWS_AT_ONCE):
            self._client.upsert(self._name, [
                {"place": _name((e.document, e.position)), "document": e.document, "position": e.position,
                 "text": e.text, "vector": list(e.vector)}
                for e in entries[start : start + ROWS_AT_ONCE]
            ])  # fmt: skip

    def delete(self, documents: Sequence[str]) -> None:
        """Drop all passages of these documents."""
        if not self._there():
            return
        for start in range(0, len(documents), ROWS_AT_ONCE):
            named = json.dumps(list(documents[start : start + ROWS_AT_ONCE]), ensure_ascii=False)
            self._client.delete(self._name, filter=f"document in {named}")

    def contents(self) -> list[tuple[str, int, str]]:
        """(document, position, text) of every passage, sorted."""
        rows = self._rows(["document", "position", "text"])
        return sorted((str(r["document"]), int(r["position"]), str(r["text"])) for r in rows)

    def vectors(self, places: Sequence[Place] | None = None) -> NDArray[np.float64]:
        """Their vectors, shape (places, dimensions)."""
        import numpy as np

        wanted = [row[:2] for row in self.contents()] if places is None else list(places)
        known: dict[str, Any] = {}
        for start in range(0, len(wanted), ROWS_AT_ONCE):
            ids = [_name(place) for place in wanted[start : start + ROWS_AT_ONCE]]
            known.update((r["place"], r["vector"]) for r in self._client.get(self._name, ids, output_fields=["vector"]))
        return np.array([known[_name(place)] for place in wanted], dtype=np.float64)

    def search(self, vector: Sequence[float], k: int) -> list[Place]:
        """The places of about the `k` nearest passages."""
        if not self._there():
            return []
        (found,) = self._client.search(
            self._name, data=[list(vector)], limit=k, output_fields=["document", "position"],
            search_params={"metric_type": "COSINE"},
        )  # fmt: skip
        return [(str(h["entity"]["document"]), int(h["entity"]["position"])) for h in found]

    def _there(self) -> bool:
        return bool(self._client.has_collection(self._name))

    def _make(self, size: int) -> None:
        from pymilvus import DataType

        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("place", DataType.VARCHAR, is_primary=True, max_length=LONGEST)
        schema.add_field("document", DataType.VARCHAR, max_length=LONGEST)
        schema.add_field("position", DataType.INT64)
        schema.add_field("text", DataType.VARCHAR, max_length=LONGEST)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=size)
        index = self._client.prepare_index_params()
        index.add_index("vector", index_type="AUTOINDEX", metric_type="COSINE")
        self._client.create_collection(self._name, schema=schema, index_params=index, consistency_level="Strong")

    def _rows(self, fields: list[str]) -> Iterator[Any]:
        if not self._there():
            return
        self._client.load_collection(self._name)
        pages = self._client.query_iterator(self._name, batch_size=ROWS_AT_ONCE, filter="", output_fields=fields)
        while rows := pages.next():
            yield from rows
        pages.close()


@store("milvus")
def open_milvus(folder: Path, name: str, url: str = "") -> VectorStore:
    """The collection of this index in a file below the folder, or on the server at `url`."""
    folder.mkdir(parents=True, exist_ok=True)
    client = _client(url or str((folder / "milvus.db").resolve()))
    own, family = (n.replace("-", "_") for n in server_name(folder, name))
    for other in client.list_collections():
        if other != own and other.startswith(family):
            client.drop_collection(other)
    return MilvusStore(client, own)


@lru_cache(maxsize=4)
def _client(where: str) -> Any:
    try:
        from pymilvus import MilvusClient
    except ImportError:
        raise UserError("retrieval.store: milvus is not installed: pip install pymilvus milvus-lite") from None
    logging.getLogger("pymilvus").setLevel(logging.ERROR)  # Lite has no clock of a server, and it says so each time
    try:
        return MilvusClient(uri=where)
    except Exception as error:  # what it raises depends on the transport
        reason = str(error).strip().split("\n")[0]
        raise UserError(f"retrieval.store: no Milvus to open at {where} ({reason}); see retrieval.store_url") from None


def _name(place: Place) -> str:
    return f"{place[0]}#{place[1]}"
