"""Whatever store holds the vectors, the same passages are found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval.data.bundled import BUNDLED
from eval.data.dataset import load_dataset
from rag.index import build_index
from rag.retrieve import make_retriever
from rag.retrievers.retriever import Opened

pytestmark = pytest.mark.component

STORES = ("chroma", "milvus", "qdrant")
ASKED = 40


class Once:
    """An embedder that embeds each text once."""

    def __init__(self, embedder: Any) -> None:
        self._embedder, self._known = embedder, dict[str, Any]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)

    def embed_documents(self, texts: Sequence[str]) -> Any:
        if new := [t for t in dict.fromkeys(texts) if t not in self._known]:
            self._known |= dict(zip(new, self._embedder.embed_documents(new), strict=True))
        return np.stack([self._known[t] for t in texts])

    embed_questions = embed_documents


@pytest.mark.parametrize("name", ["ondermoor", "wayfarer"])
def test_the_four_best_of_a_bundled_set_are_the_same_in_every_store(name: str, minilm: Any, tmp_path: Path) -> None:
    data, embedder = load_dataset(BUNDLED / name), Once(minilm)
    questions = [e.question for e in data.test][:ASKED]
    found = {}
    for method in ("dense", "hybrid"):
        for store in STORES:
            settings = data.config.retrieval.model_copy(update={"method": method, "store": store, "top_k": 4})
            index = build_index(data.texts, embedder, settings, tmp_path / store, lambda n: None)  # type: ignore[arg-type]
            retriever = make_retriever(Opened(index.store, index.words, embedder, settings, data.gold))  # type: ignore[arg-type]
            found[store] = retriever.retrieve(questions)
        assert found["milvus"] == found["chroma"] == found["qdrant"]
        assert all(len(f) == 4 for f in found["chroma"])
