"""Passages by words and by vectors together: the default retriever."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING

from eval.config import Retrieval
from rag.languages import reads
from rag.retrievers.bm25 import WordRanking
from rag.retrievers.dense import DenseRanking
from rag.retrievers.ranking import RankingRetriever
from rag.retrievers.rerank import open_reranker
from rag.retrievers.retriever import Opened, Retriever, retriever
from rag.retrievers.rows import Rows, best

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.embed import Embedder
    from rag.retrievers.rows import Found

RECIPROCAL = 60
"""What is added to ranks before they are inverted (Cormack, Clarke and Buettcher, SIGIR 2009)."""


FUSION = 3
"""Raised whenever a question's passages would be fused in another way."""


class HybridRanking:
    """Scores passages by a weighted mean of BM25 and cosine, or of their reciprocal ranks.

    Both look at the `depth` best of either. `weighted` takes both on scales that do not depend on what was found
    (Bruch, Gai and Ingber, TOIS 42, 2023): the cosine as it is, and BM25 as a share of the most that the question's
    terms can bring, less where few of them stand in the corpus. So a long question whose words stand nowhere together
    is left mostly to the vectors. The more of its weight lies in codes and numbers, the more the words count, because
    vectors hardly tell those apart: by the share's square root from `weight` up to 1. A question that the embedder
    cannot read is left to the words alone, and one whose words stand nowhere to the vectors.
    """

    def __init__(self, words: WordRanking, dense: DenseRanking, *, fusion: str, weight: float, depth: int) -> None:
        self.words, self.dense, self.rows = words, dense, words.rows
        self._fusion, self._weight, self._depth = fusion, weight, depth

    def candidates(self, questions: Sequence[str], k: int) -> list[Found]:
        """The best `k` rows of each question."""
        import numpy as np

        depth = max(self._depth, k)
        readable = [q for q in dict.fromkeys(questions) if reads(self.dense.embedder, q)]
        near = dict(zip(readable, self.dense.candidates(readable, depth), strict=True)) if readable else {}
        found: list[Found] = []
        for question, worded in zip(questions, self.words.candidates(questions, depth), strict=True):
            if question not in near:
                found.append((worded[0][:k], self._share(question, worded[1])[:k]))
                continue
            rows = np.union1d(worded[0], near[question][0])
            found.append(best(rows, self._fused(question, rows, worded, near[question]), k))
        return found

    def scores_in(self, question: str, rows: NDArray[np.int64]) -> NDArray[np.floating]:
        """Their fused scores; reciprocal ranks only as far as they are among the best of either."""
        worded = self.words.candidates([question], self._depth)[0]
        if not reads(self.dense.embedder, question):
            return self._share(question, self.words.scores_in(question, rows))
        return self._fused(question, rows, worded, self.dense.candidates([question], self._depth)[0])

    def _fused(self, question: str, rows: NDArray[np.int64], worded: Found, near: Found) -> NDArray[np.floating]:
        vectors = self.dense.scores_in(question, rows)
        if not worded[1].any():  # no word of the question stands anywhere
            return vectors
        if self._fusion == "rrf":
            return self._weight * _reciprocal(worded, rows) + (1 - self._weight) * _reciprocal(near, rows)
        weights = self.words.weights(question)
        weight = self._weight + (1 - self._weight) * sqrt(weights.of_codes / weights.of_known)
        return weight * self._share(question, self.words.scores_in(question, rows)) + (1 - weight) * vectors

    def _share(self, question: str, scores: NDArray[np.floating]) -> NDArray[np.float64]:
        """BM25 scores as shares of the most that they can be, times the square root of how much of that can be found.

        The less of a question stands in the corpus at all, the less its few common words say of where its answer is.
        Beside codes, words that stand nowhere count for less.
        """
        import numpy as np

        weights = self.words.weights(question)
        codes = sqrt(weights.of_codes / weights.of_known) if weights.of_known else 0.0
        most = codes * weights.of_known + (1 - codes) * weights.of_all
        found = weights.of_known / max(most, 1e-9)
        return np.asarray(scores, dtype=np.float64) * sqrt(found) / max(most, 1e-9)


def _reciprocal(found: Found, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    import numpy as np

    ranks = {int(row): rank for rank, row in enumerate(found[0], 1)}
    return np.array([1 / (RECIPROCAL + ranks[int(r)]) if int(r) in ranks else 0.0 for r in rows])


class HybridRetriever(RankingRetriever):
    """Finds passages by BM25 and cosine similarity."""

    def __init__(self, ranking: HybridRanking, settings: Retrieval) -> None:
        super().__init__(ranking, settings, open_reranker(settings.rerank))
        self.dense = ranking.dense
        self.embedder: Embedder = ranking.dense.embedder

    def by_vectors(self) -> RankingRetriever:
        """The same passages by their vectors alone."""
        return RankingRetriever(self.dense, Retrieval(method="dense", top_k=self.top_k))

    def vectors(self) -> NDArray[np.float64]:
        """Unit vectors of `contents`, shape (passages, dimensions)."""
        return self.dense.vectors()


@retriever("hybrid")
def hybrid(opened: Opened) -> Retriever:
    """BM25 and cosine similarity, fused."""
    rows, settings = Rows(opened.store, opened.preferred), opened.settings
    ranking = HybridRanking(
        WordRanking(opened.words, rows), DenseRanking(opened.store, opened.embedder, rows),
        fusion=settings.fusion, weight=settings.weight, depth=settings.candidates,
    )  # fmt: skip
    return HybridRetriever(ranking, settings)
