"""On corpora of kinds where words or vectors fail, the default finds what the better of both finds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.kinds_of_codes import Kind
from benchmarks.retrieval import by_kind
from benchmarks.retrieval_kinds import KINDS

ASKED = 40


def first(make: Callable[[], Kind]) -> Kind:
    texts, asked = make()
    kept = dict(list(texts.items())[:ASKED])
    return kept, [(question, gold) for question, gold in asked if gold in kept]


@pytest.mark.parametrize("name", list(KINDS))
def test_every_question_has_its_document_and_a_kind_is_the_same_each_time(name: str) -> None:
    texts, asked = KINDS[name]()
    assert {gold for _, gold in asked} == set(texts) and len({question for question, _ in asked}) >= 0.7 * len(asked)
    assert KINDS[name]() == (texts, asked)


@pytest.mark.component
def test_the_default_keeps_up_with_the_better_half() -> None:
    from rag.embed import load_embedder

    kinds = {name: lambda n=name: first(KINDS[n]) for name in ("section numbers", "Korean", "customers' letters")}
    found = by_kind(load_embedder("all-minilm-l6-v2"), kinds)
    for shares in found.values():
        assert shares["hybrid"] >= max(shares["dense"], shares["bm25"]) - 1 / ASKED - 1e-9  # one question
    assert found["section numbers"]["dense"] < 0.5 < found["section numbers"]["bm25"]
    assert found["customers' letters"]["bm25"] < 0.5 < found["customers' letters"]["dense"]
