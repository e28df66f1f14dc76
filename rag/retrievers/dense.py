"""Passages by cosine similarity of their vectors to the question's: the default retriever."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from eval.config import Retrieval
from eval.records import Passage
from rag.chunk import same_text
from rag.embed import snap
from rag.retrievers.retriever import Retriever, retriever

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.embed import Embedder
    from rag.stores.store import VectorStore

EXACT_LIMIT = 20_000
"""Up to this many chunks every one is compared with the question: 2 ms a question, and nothing depends on the order
in which an approximate index was filled. Above, HNSW proposes and the exact score ranks."""

BLOCK = 64
"""Questions that are scored at once."""

PROPOSALS = 10
"""How many times `k` candidates HNSW proposes."""


class DenseRetriever:
    """Finds passages in an index by cosine similarity; equal scores rank by document id, then position.

    Of passages with one text only one is found: that of a `preferred` document, else the first.
    """

    def __init__(
        self,
        store: VectorStore,
        embedder: Embedder,
        top_k: int,
        *,
        preferred: Collection[str] = (),
        exact_limit: int = EXACT_LIMIT,
    ) -> None:
        self.top_k, self.embedder, self.preferred = top_k, embedder, frozenset(preferred)
        self._store = store
        self._exact = len(store) <= exact_limit
        self._questions: dict[str, NDArray[np.float64]] = {}

    def retrieve(self, questions: Sequence[str]) -> list[tuple[Passage, ...]]:
        """The `top_k` nearest passages of each question, best first."""
        import numpy as np

        if not questions or not self._rows:
            return [() for _ in questions]
        self._embed(questions)
        if not self._exact:
            return [tuple(self._nearest(q, self._proposals(q), self.top_k)) for q in questions]
        found = []
        for start in range(0, len(questions), BLOCK):
            block = np.stack([self._questions[q] for q in questions[start : start + BLOCK]])
            scores = (block @ self._matrix.T)[:, self._distinct]
            found += [tuple(self._rank(self._distinct, row, self.top_k)) for row in scores]
        return found

    def nearest_in(self, question: str, documents: Sequence[str], k: int) -> list[Passage]:
        """The `k` passages of the given documents that are nearest to the question, best first, each text once."""
        self._embed([question])
        first = {same_text(self._rows[i][2]): i for i in reversed(self._rows_of(documents))}
        return self._nearest(question, sorted(first.values()), k)

    def contents(self) -> list[tuple[str, int, str]]:
        """(document, position, text) of all that may be found, sorted, each text once."""
        return [self._rows[i] for i in self._distinct]

    def vectors(self) -> NDArray[np.float64]:
        """Unit vectors of `contents`, shape (passages, dimensions)."""
        return self._stored(None)[self._distinct]

    @cached_property
    def _rows(self) -> list[tuple[str, int, str]]:
        """(document, position, text) of every passage, sorted."""
        return self._store.contents()

    @cached_property
    def _instead(self) -> list[int]:
        """For each row the one that stands for all rows of its text."""
        chosen: dict[str, int] = {}
        keys = [same_text(text) for _, _, text in self._rows]
        for i, key in enumerate(keys):
            held = chosen.setdefault(key, i)
            if self._rows[held][0] not in self.preferred and self._rows[i][0] in self.preferred:
                chosen[key] = i
        return [chosen[key] for key in keys]

    @cached_property
    def _distinct(self) -> NDArray[np.int64]:
        """The rows that stand for their text, in order."""
        import numpy as np

        return np.array(sorted(set(self._instead)), dtype=np.int64)

    @cached_property
    def _places(self) -> dict[tuple[str, int], int]:
        return {(document, position): i for i, (document, position, _) in enumerate(self._rows)}

    @cached_property
    def _spans(self) -> dict[str, range]:
        """The rows of each document."""
        spans: dict[str, range] = {}
        for i, (document, _, _) in enumerate(self._rows):
            spans[document] = range(spans[document].start if document in spans else i, i + 1)
        return spans

    @cached_property
    def _matrix(self) -> NDArray[np.float64]:
        """Vectors of all rows, shape (rows, dimensions); read only where the search is exact."""
        return self._stored(None)

    def _stored(self, rows: Sequence[int] | None) -> NDArray[np.float64]:
        """Vectors of some rows, or of all."""
        return snap(self._store.vectors(None if rows is None else [self._rows[i][:2] for i in rows]))

    def _embed(self, questions: Sequence[str]) -> None:
        new = [q for q in dict.fromkeys(questions) if q not in self._questions]
        if new:
            self._questions.update(zip(new, snap(self.embedder.embed_questions(new)), strict=True))

    def _proposals(self, question: str) -> list[int]:
        """Distinct rows that the approximate search finds: at least `top_k`, where there are so many."""
        wanted = PROPOSALS * self.top_k
        while True:
            found = self._store.search(self._questions[question].tolist(), min(wanted, len(self._rows)))
            rows = sorted({self._instead[self._places[place]] for place in found})
            if len(rows) >= min(self.top_k, len(self._distinct)) or wanted >= len(self._rows):
                return rows
            wanted *= 4

    def _rows_of(self, documents: Sequence[str]) -> list[int]:
        return [i for document in dict.fromkeys(documents) for i in self._spans.get(document, ())]

    def _nearest(self, question: str, rows: Sequence[int], k: int) -> list[Passage]:
        import numpy as np

        if not rows:
            return []
        matrix = self._matrix[np.asarray(rows)] if self._exact else self._stored(rows)
        return self._rank(np.asarray(rows), matrix @ self._questions[question], k)

    def _rank(self, rows: NDArray[np.int64], scores: NDArray[np.float64], k: int) -> list[Passage]:
        """The `k` best rows; rows are in the order of (document, position), so their number breaks ties."""
        import numpy as np

        best = np.lexsort((rows, -scores))[:k]
        return [self._passage(int(rows[i]), float(scores[i])) for i in best]

    def _passage(self, row: int, score: float) -> Passage:
        document, position, text = self._rows[row]
        return Passage(document, text, max(-1.0, min(1.0, score)), position)


@retriever("dense")
def dense(store: VectorStore, embedder: Embedder, retrieval: Retrieval, preferred: Collection[str]) -> Retriever:
    """Cosine similarity over all passages."""
    return DenseRetriever(store, embedder, retrieval.top_k, preferred=preferred)
