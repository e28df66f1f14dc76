"""How words and vectors are fused, with vectors that were made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from eval.config import Retrieval
from rag.lexical.terms import terms
from rag.lexical.word_index import WordIndex
from rag.retrieve import RETRIEVERS
from rag.retrievers.retriever import Opened, Retriever

ROWS = [("a", "red pump"), ("b", "blue pump"), ("c", "red ship"), ("d", "sea")]
VECTORS = {"a": (0.0, 1.0), "b": (1.0, 0.0), "c": (0.6, 0.8), "d": (0.8, 0.6)}


class Store:
    def __len__(self) -> int:
        return len(ROWS)

    def contents(self) -> list[tuple[str, int, str]]:
        return [(document, 0, text) for document, text in ROWS]

    def vectors(self, places: Sequence[tuple[str, int]] | None = None) -> Any:
        return np.array([VECTORS[d] for d, _ in (places or [(d, 0) for d, _ in ROWS])])


class Embedder:
    """Knows the Latin script; every question points along the first axis."""

    class Tokenizer:
        unk_token_id = 0

        def __len__(self) -> int:
            return 100

    tokenizer = Tokenizer()

    def tokens(self, text: str) -> list[int]:
        return [0 if ord(sign) > 0x250 else 1 for sign in text.split() for sign in sign]

    def embed_questions(self, questions: Sequence[str]) -> Any:
        return np.tile([1.0, 0.0], (len(questions), 1))


def make(**settings: Any) -> Retriever:
    opened: Any = Opened(Store(), WordIndex.of([terms(t) for _, t in ROWS]), Embedder(), Retrieval(top_k=4, **settings))  # type: ignore[arg-type]
    return RETRIEVERS["hybrid"](opened)


def test_the_weighted_mean_of_both_by_hand() -> None:
    scores = {p.document: p.score for p in make(weight=0.5).retrieve(["ship"])[0]}
    # Words find c alone: 1, the rest 0. Cosines 1, 0.8, 0.6, 0 are 1, 0.8, 0.6, 0 when stretched.
    assert scores == pytest.approx({"c": 0.5 + 0.3, "b": 0.5, "d": 0.4, "a": 0.0})


def test_reciprocal_ranks_by_hand() -> None:
    scores = {p.document: p.score for p in make(weight=0.5, fusion="rrf").retrieve(["ship"])[0]}
    # Words rank c first, then a, b, d by name; vectors rank b, d, c, a.
    assert scores == pytest.approx({
        "c": 0.5 / 61 + 0.5 / 63, "a": 0.5 / 62 + 0.5 / 64, "b": 0.5 / 63 + 0.5 / 61, "d": 0.5 / 64 + 0.5 / 62
    })  # fmt: skip


def test_all_weight_on_one_side_ranks_as_that_side() -> None:
    assert [p.document for p in make(weight=0.0).retrieve(["red"])[0]] == ["b", "d", "c", "a"]
    assert [p.document for p in make(weight=1.0).retrieve(["red ship"])[0]][:2] == ["c", "a"]


def test_a_question_that_the_embedder_cannot_read_is_left_to_the_words() -> None:
    found = make(weight=0.1).retrieve(["красный ship"])[0]
    assert found[0].document == "c"
    assert make(weight=0.1).nearest_in("красный ship", ["b", "c"], 1)[0].document == "c"


def test_a_question_whose_words_stand_nowhere_is_left_to_the_vectors() -> None:
    assert [p.document for p in make(weight=1.0).retrieve(["unheard of"])[0]] == ["b", "d", "c", "a"]


def test_given_documents_are_ranked_as_among_all() -> None:
    retriever = make()
    whole = [p for p in retriever.retrieve(["red pump"])[0] if p.document in ("a", "c")]
    assert retriever.nearest_in("red pump", ["a", "c"], 2) == whole
