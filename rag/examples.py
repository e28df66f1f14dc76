"""The training examples that are nearest to a question, for prompts with examples of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from eval.config import Retrieval
from eval.records import Example
from rag.lexical.terms import terms
from rag.lexical.word_index import WordIndex
from rag.retrieve import RETRIEVERS
from rag.retrievers.retriever import Opened

if TYPE_CHECKING:
    from collections import Counter

    from numpy.typing import NDArray

    from rag.embed import Embedder
    from rag.stores.store import Entry, Place


class ExampleIndex:
    """Finds examples by their questions: by words and vectors, or by words alone where there is no embedder."""

    def __init__(self, examples: Sequence[Example], embedder: Embedder | None) -> None:
        self._by_id = {e.id: e for e in examples}
        store = _Questions(examples, embedder)
        words = WordIndex.of([terms(text) for _, _, text in store.contents()])
        self._store, self._words, self._embedder = store, words, embedder

    def nearest(self, questions: Sequence[str], k: int) -> list[list[Example]]:
        """The `k` nearest examples of each question, the nearest last: next to the question in the prompt."""
        settings = Retrieval(method="hybrid" if self._embedder else "bm25", top_k=k)
        opened = Opened(self._store, self._words, self._embedder, settings)  # type: ignore[arg-type]
        found = RETRIEVERS[settings.method](opened).retrieve(questions)
        return [[self._by_id[p.document] for p in reversed(one)] for one in found]


class _Questions:
    """Questions as the passages of a store that lies in memory."""

    def __init__(self, examples: Sequence[Example], embedder: Embedder | None) -> None:
        self._rows = sorted((e.id, 0, e.question) for e in examples)
        self._vectors = embedder.embed_questions([text for _, _, text in self._rows]) if embedder else None

    def __len__(self) -> int:
        return len(self._rows)

    def contents(self) -> list[tuple[str, int, str]]:
        return self._rows

    def vectors(self, places: Sequence[Place] | None = None) -> NDArray[np.float64]:
        if self._vectors is None:
            raise ValueError("there is no embedder")
        whole = np.asarray(self._vectors, dtype=np.float64)
        if places is None:
            return whole
        rows = {row[:2]: i for i, row in enumerate(self._rows)}
        return whole[[rows[place] for place in places]]

    def search(self, vector: Sequence[float], k: int) -> list[Place]:
        best = np.argsort(-(self.vectors() @ np.asarray(vector)), kind="stable")[:k]
        return [self._rows[int(i)][:2] for i in best]

    def held(self) -> Counter[str]:
        raise NotImplementedError

    def upsert(self, entries: Sequence[Entry]) -> None:
        raise NotImplementedError

    def delete(self, documents: Sequence[str]) -> None:
        raise NotImplementedError
