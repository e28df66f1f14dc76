"""A plugin: a retriever that counts the words which question and passage share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from eval.records import Passage
from rag.chunk import same_text
from rag.retrievers.retriever import Opened, Retriever, retriever


class SharedWords:
    def __init__(self, rows: Sequence[tuple[str, int, str]], preferred: Collection[str], k: int) -> None:
        chosen: dict[str, tuple[str, int, str]] = {}
        for row in sorted(rows, key=lambda row: (row[0] not in preferred, row)):
            chosen.setdefault(same_text(row[2]), row)
        self.rows, self.all, self.k = sorted(chosen.values()), rows, k

    def retrieve(self, questions: Sequence[str]) -> list[tuple[Passage, ...]]:
        return [tuple(self._best(q, self.rows, self.k)) for q in questions]

    def nearest_in(self, question: str, documents: Sequence[str], k: int) -> list[Passage]:
        own = {same_text(row[2]): row for row in reversed(self.all) if row[0] in documents}
        return self._best(question, sorted(own.values()), k)

    def contents(self) -> list[tuple[str, int, str]]:
        return self.rows

    def _best(self, question: str, rows: Sequence[tuple[str, int, str]], k: int) -> list[Passage]:
        asked = set(question.lower().split())
        scored = [(len(asked & set(text.lower().split())), row) for row in rows for text in (row[2],)]
        order: Callable[[tuple[int, Any]], Any] = lambda s: (-s[0], s[1])  # noqa: E731
        return [Passage(d, text, float(score), p) for score, (d, p, text) in sorted(scored, key=order)[:k]]


@retriever("words")
def words(opened: Opened) -> Retriever:
    return SharedWords(opened.store.contents(), opened.preferred, opened.settings.top_k)
