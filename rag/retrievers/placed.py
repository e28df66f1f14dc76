"""Passages with the place in their file: page, slide, cells or message, and the headings above."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.records import Passage


class PlaceStore:
    """Where the passages of an index stand in their files; what is written is there after the process has died."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._base = sqlite3.connect(file, check_same_thread=False)
        self._base.execute(
            "CREATE TABLE IF NOT EXISTS places (document TEXT, position INTEGER, place TEXT, headings TEXT, "
            "PRIMARY KEY (document, position)) WITHOUT ROWID"
        )

    def upsert(self, rows: Sequence[tuple[str, int, str, str]]) -> None:
        """Keep these (document, position, place, headings); what was at their positions before is replaced."""
        with self._base:
            self._base.executemany("INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?)", rows)

    def placed(self, passage: Passage) -> Passage:
        """The passage with its place and headings; as it is where neither is known."""
        key = (passage.document, passage.position)
        query = "SELECT place, headings FROM places WHERE document = ? AND position = ?"
        found = self._base.execute(query, key).fetchone()
        return replace(passage, place=found[0], headings=found[1]) if found else passage


class PlacedRetriever:
    """Any retriever, whose passages say where they stand; all else is the retriever's own."""

    def __init__(self, retriever: Any, places: PlaceStore) -> None:
        self._retriever, self._places = retriever, places

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._retriever, name)  # of another author's retriever, what it lacks is lacking here, too
        if name != "ranked":
            return value
        return lambda questions, k: [self._placed(found) for found in value(questions, k)]

    def retrieve(self, questions: Sequence[str]) -> list[tuple[Passage, ...]]:
        """The best passages of each question, best first."""
        return [tuple(self._placed(found)) for found in self._retriever.retrieve(questions)]

    def nearest_in(self, question: str, documents: Sequence[str], k: int) -> list[Passage]:
        """The best `k` passages of the given documents, best first."""
        return self._placed(self._retriever.nearest_in(question, documents, k))

    def contents(self) -> list[tuple[str, int, str]]:
        """(document, position, text) of all that may be found."""
        found: list[tuple[str, int, str]] = self._retriever.contents()
        return found

    def _placed(self, passages: Iterable[Passage]) -> list[Passage]:
        return [self._places.placed(passage) for passage in passages]
