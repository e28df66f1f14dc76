"""Passages by cosine similarity of their vectors to the question's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from eval.config import Retrieval
from rag.embed import snap
from rag.retrievers.ranking import RankingRetriever
from rag.retrievers.rerank import open_reranker
from rag.retrievers.retriever import Opened, Retriever, retriever
from rag.retrievers.rows import Rows, best

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.embed import Embedder
    from rag.retrievers.rows import Found
    from rag.stores.store import VectorStore

EXACT_LIMIT = 150_000
"""Up to this many chunks every one is compared with the question, and nothing depends on the order in which an
approximate index was filled; 100,000 take 0.3 GB at 384 dimensions. Above, HNSW proposes and the exact score ranks, by
two calls of the store for each question."""

READ_AT_ONCE = 5_000
"""Vectors that are read from the store at once: what holds them on the way takes several times their room."""

BLOCK = 64
"""Questions that are scored at once."""

PROPOSALS = 10
"""How many times `k` candidates HNSW proposes."""


class DenseRanking:
    """Scores passages by cosine similarity."""

    def __init__(self, store: VectorStore, embedder: Embedder, rows: Rows, *, exact_limit: int = EXACT_LIMIT) -> None:
        self.embedder, self.rows, self._store = embedder, rows, store
        self._exact = len(store) <= exact_limit
        self._questions: dict[str, NDArray[np.float64]] = {}

    def candidates(self, questions: Sequence[str], k: int) -> list[Found]:
        """The `k` nearest rows of each question."""
        import numpy as np

        self._embed(questions)
        if not self._exact:
            return [self._near(q, k) for q in questions]
        found: list[Found] = []
        for start in range(0, len(questions), BLOCK):
            block = np.stack([self._questions[q] for q in questions[start : start + BLOCK]])
            scores = (block @ self._matrix.T)[:, self.rows.distinct]
            found += [best(self.rows.distinct, row, k) for row in np.clip(scores, -1.0, 1.0)]
        return found

    def scores_in(self, question: str, rows: NDArray[np.int64]) -> NDArray[np.floating]:
        """Their cosines with the question."""
        import numpy as np

        self._embed([question])
        matrix = self._matrix[rows] if self._exact else self._stored(rows.tolist())
        return np.clip(matrix @ self._questions[question], -1.0, 1.0)

    def vectors(self) -> NDArray[np.float64]:
        """Unit vectors of all that may be found, shape (passages, dimensions)."""
        return self._stored(None)[self.rows.distinct]

    @cached_property
    def _matrix(self) -> NDArray[np.float64]:
        """Vectors of all rows, shape (rows, dimensions); read only where the search is exact."""
        import numpy as np

        size = len(self.rows.all)
        if size <= READ_AT_ONCE:
            return self._stored(None)
        first = self._stored(range(READ_AT_ONCE))
        matrix = np.empty((size, first.shape[1]))
        matrix[:READ_AT_ONCE] = first
        for start in range(READ_AT_ONCE, size, READ_AT_ONCE):
            rows = range(start, min(start + READ_AT_ONCE, size))
            matrix[rows.start : rows.stop] = self._stored(rows)
        return matrix

    def _stored(self, rows: Sequence[int] | None) -> NDArray[np.float64]:
        """Vectors of some rows, or of all."""
        return snap(self._store.vectors(None if rows is None else [self.rows.all[i][:2] for i in rows]))

    def _embed(self, questions: Sequence[str]) -> None:
        new = [q for q in dict.fromkeys(questions) if q not in self._questions]
        if new:
            self._questions.update(zip(new, snap(self.embedder.embed_questions(new)), strict=True))

    def _near(self, question: str, k: int) -> Found:
        rows = self._proposals(question, k)
        return best(rows, self.scores_in(question, rows), k)

    def _proposals(self, question: str, k: int) -> NDArray[np.int64]:
        """Distinct rows that the approximate search finds: at least `k`, where there are so many."""
        import numpy as np

        wanted, rows = PROPOSALS * k, self.rows
        while True:
            found = self._store.search(self._questions[question].tolist(), min(wanted, len(rows.all)))
            near = sorted({rows.instead[rows.places[place]] for place in found})
            if len(near) >= min(k, len(rows.distinct)) or wanted >= len(rows.all):
                return np.array(near, dtype=np.int64)
            wanted *= 4


class DenseRetriever(RankingRetriever):
    """Finds passages in a store by cosine similarity."""

    def __init__(
        self,
        store: VectorStore,
        embedder: Embedder,
        top_k: int,
        *,
        preferred: Collection[str] = (),
        exact_limit: int = EXACT_LIMIT,
        settings: Retrieval | None = None,
    ) -> None:
        self.embedder = embedder
        self.dense = DenseRanking(store, embedder, Rows(store, preferred), exact_limit=exact_limit)
        settings = settings or Retrieval(top_k=top_k)
        super().__init__(self.dense, settings, open_reranker(settings.rerank))

    def vectors(self) -> NDArray[np.float64]:
        """Unit vectors of `contents`, shape (passages, dimensions)."""
        return self.dense.vectors()


@retriever("dense")
def dense(opened: Opened) -> Retriever:
    """Cosine similarity over all passages."""
    settings = opened.settings
    return DenseRetriever(
        opened.store, opened.embedder, settings.top_k, preferred=opened.preferred, settings=settings
    )  # fmt: skip
