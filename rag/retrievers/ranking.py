"""From scores to passages: what all retrievers of ours have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from eval.config import Retrieval
from eval.records import Passage
from rag.retrievers.rerank import Reranker, rerank
from rag.retrievers.rows import Rows, best
from rag.retrievers.selection import at_most, with_neighbours

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.retrievers.rows import Found


class Ranking(Protocol):
    """One way to score passages."""

    @property
    def rows(self) -> Rows:
        """The passages that it scores."""
        ...

    def candidates(self, questions: Sequence[str], k: int) -> list[Found]:
        """The best `k` rows of each question, each text once."""
        ...

    def scores_in(self, question: str, rows: NDArray[np.int64]) -> NDArray[np.floating]:
        """The scores of given rows, shape (rows,)."""
        ...


class RankingRetriever:
    """A retriever that gives what a ranking puts first; equal scores rank by document id, then position."""

    def __init__(self, ranking: Ranking, settings: Retrieval, reranker: Reranker | None = None) -> None:
        self.ranking, self.top_k, self._settings, self._reranker = ranking, settings.top_k, settings, reranker

    @property
    def rows(self) -> Rows:
        """The passages that may be found."""
        return self.ranking.rows

    def retrieve(self, questions: Sequence[str]) -> list[tuple[Passage, ...]]:
        """The best `top_k` passages of each question, best first."""
        if not questions or not self.rows.all:
            return [() for _ in questions]
        settings, rows = self._settings, self.rows
        spare = self._reranker or settings.per_document or settings.context == "neighbours"
        found = self.ranking.candidates(questions, max(settings.candidates, self.top_k) if spare else self.top_k)
        if self._reranker:
            found = rerank(self._reranker, questions, found, rows)
        if settings.per_document:
            found = [at_most(one, rows, settings.per_document) for one in found]
        if settings.context == "neighbours":
            return [with_neighbours(one, rows, self.top_k) for one in found]
        return [tuple(self._passages(one)[: self.top_k]) for one in found]

    def ranked(self, questions: Sequence[str], k: int) -> list[list[Passage]]:
        """The best `k` passages of each question as the ranking has them, whatever the settings do with them after."""
        if not questions or not self.rows.all:
            return [[] for _ in questions]
        return [self._passages(found) for found in self.ranking.candidates(questions, k)]

    def nearest_in(self, question: str, documents: Sequence[str], k: int) -> list[Passage]:
        """The best `k` passages of the given documents, best first, each text once."""
        rows = self.rows.of(documents)
        return self._passages(best(rows, self.ranking.scores_in(question, rows), k)) if len(rows) else []

    def contents(self) -> list[tuple[str, int, str]]:
        """(document, position, text) of all that may be found, sorted, each text once."""
        return self.rows.contents()

    def _passages(self, found: Found) -> list[Passage]:
        return [self.rows.passage(int(row), float(score)) for row, score in zip(*found, strict=True)]
