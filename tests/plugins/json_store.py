"""A plugin: a vector store that keeps everything in one JSON file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.stores.store import Entry, Place, VectorStore, store


class JsonStore:
    def __init__(self, file: Path) -> None:
        self.file = file
        self.rows: dict[str, list[Any]] = json.loads(file.read_text()) if file.is_file() else {}

    def __len__(self) -> int:
        return len(self.rows)

    def held(self) -> Counter[str]:
        return Counter(row[0] for row in self.rows.values())

    def upsert(self, entries: Sequence[Entry]) -> None:
        self.rows |= {f"{e.document}#{e.position}": [e.document, e.position, e.text, list(e.vector)] for e in entries}
        self.file.write_text(json.dumps(self.rows))

    def delete(self, documents: Sequence[str]) -> None:
        self.rows = {name: row for name, row in self.rows.items() if row[0] not in set(documents)}
        self.file.write_text(json.dumps(self.rows))

    def contents(self) -> list[tuple[str, int, str]]:
        return sorted((document, position, text) for document, position, text, _ in self.rows.values())

    def vectors(self, places: Sequence[Place] | None = None) -> Any:
        import numpy as np

        wanted = [row[:2] for row in self.contents()] if places is None else places
        return np.array([self.rows[f"{document}#{position}"][3] for document, position in wanted], dtype=np.float64)

    def search(self, vector: Sequence[float], k: int) -> list[Place]:
        def nearness(row: list[Any]) -> float:
            return sum(a * b for a, b in zip(row[3], vector, strict=True))

        best = sorted(self.rows.values(), key=nearness, reverse=True)[:k]
        return [(row[0], row[1]) for row in best]


@store("json")
def open_json(folder: Path, name: str) -> VectorStore:
    folder.mkdir(parents=True, exist_ok=True)
    return JsonStore(folder / f"{name}.json")
