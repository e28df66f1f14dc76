"""How words and vectors are fused, with vectors that were made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from math import log, sqrt
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
    def __init__(self, rows: Sequence[tuple[str, str]] = ROWS) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def contents(self) -> list[tuple[str, int, str]]:
        return [(document, 0, text) for document, text in self.rows]

    def vectors(self, places: Sequence[tuple[str, int]] | None = None) -> Any:
        return np.array([VECTORS[d] for d, _ in (places or [(d, 0) for d, _ in self.rows])])


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


def share(length: int) -> float:
    """What one occurrence of a term brings of its inverse document frequency; passages have 7 / 4 terms on average."""
    return 1 / (1 + 1.5 * (0.25 + 0.75 * length / (7 / 4)))


def test_the_weighted_mean_of_both_by_hand() -> None:
    scores = {p.document: p.score for p in make(weight=0.5).retrieve(["ship"])[0]}
    assert scores == pytest.approx({"c": 0.5 * share(2) + 0.3, "b": 0.5, "d": 0.4, "a": 0.0}, abs=1e-6)


def test_words_that_stand_nowhere_leave_more_to_the_vectors() -> None:
    rare, absent = log(1 + 3.5 / 1.5), log(1 + 4.5 / 0.5)
    scores = {p.document: p.score for p in make(weight=0.5).retrieve(["ship ahoy"])[0]}
    known = rare / (rare + absent)
    assert scores["c"] == pytest.approx(0.5 * share(2) * known * sqrt(known) + 0.3, abs=1e-6)


def test_codes_give_weight_to_the_words() -> None:
    rows = [("a", "pump 4471"), ("b", "pump 4472"), ("c", "red pump")]
    opened: Any = Opened(Store(rows), WordIndex.of([terms(t) for _, t in rows]), Embedder(), Retrieval(weight=0.2))  # type: ignore[arg-type]
    ranking = RETRIEVERS["hybrid"](opened)
    assert [p.document for p in ranking.retrieve(["What of 4471?"])[0]] == ["a", "b", "c"]
    assert [p.document for p in ranking.retrieve(["What of red?"])[0]] == ["b", "c", "a"]  # as the vectors have it


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
