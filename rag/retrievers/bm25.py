"""Passages by the words that they share with the question: BM25."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.retrievers.ranking import RankingRetriever
from rag.retrievers.rerank import open_reranker
from rag.retrievers.retriever import Opened, Retriever, retriever
from rag.retrievers.rows import Rows, best

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.lexical.word_index import Weights, WordIndex
    from rag.retrievers.rows import Found


class WordRanking:
    """Scores passages by BM25; the index has one row for each of the store, in the same order."""

    def __init__(self, words: WordIndex, rows: Rows) -> None:
        self.rows = rows
        self._scores = lru_cache(maxsize=64)(words.scores)
        self._weights = lru_cache(maxsize=64)(words.weights)

    def weights(self, question: str) -> Weights:
        """What the terms of a question weigh."""
        return self._weights(question)

    def candidates(self, questions: Sequence[str], k: int) -> list[Found]:
        """The best `k` rows of each question; those without any word of it come last, with a score of 0."""
        distinct = self.rows.distinct
        return [best(distinct, self._scores(q)[distinct], k) for q in questions]

    def scores_in(self, question: str, rows: NDArray[np.int64]) -> NDArray[np.floating]:
        """Their BM25 scores."""
        return self._scores(question)[rows]


@retriever("bm25")
def bm25(opened: Opened) -> Retriever:
    """BM25 over all passages."""
    words = WordRanking(opened.words, Rows(opened.store, opened.preferred))
    return RankingRetriever(words, opened.settings, open_reranker(opened.settings.rerank))
