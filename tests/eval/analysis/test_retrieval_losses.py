"""At which stage each failed question is lost, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from eval.analysis.retrieval_losses import retrieval_losses
from eval.records import Example, Passage, Prediction, Score
from rag.reach import reach
from rag.readers.documents import Document

ANSWER = ("59 months",)
HELD, OTHER = Passage("a.md", "It is 59 months.", 1.0, 0), Passage("b.md", "None.", 0.5, 0)


def known(**changes: Any) -> dict[str, Any]:
    return {"literal": True, "corpus": True, "chunk": True, "rank": 7} | changes


def test_each_failed_question_is_lost_at_its_first_stage() -> None:
    cases = {
        "not_in_corpus": (known(corpus=False, chunk=False, rank=None), 0.0, OTHER),
        "in_no_chunk": (known(chunk=False, rank=None), 0.0, OTHER),
        "not_found": (known(rank=None), 0.0, OTHER),
        "not_in_prompt": (known(), 0.0, OTHER),
        "not_used": (known(rank=1), 0.0, HELD),
        None: (known(rank=1), 1.0, HELD),
    }
    examples = [Example(f"q{i}", "?", ANSWER, documents=("a.md",), group=f"g{i}") for i in range(len(cases))]
    scores = [Score(e.id, e.group, "rag", "knowledge", "match", True, v)
              for e, (_, v, _) in zip(examples, cases.values(), strict=True)]  # fmt: skip
    replies = {e.id: Prediction(e.id, "", (p,)) for e, (_, _, p) in zip(examples, cases.values(), strict=True)}
    of = {e.id: k for e, (k, _, _) in zip(examples, cases.values(), strict=True)}
    arms = {"rag": replies, "oracle": replies, "base": replies}
    found = retrieval_losses(examples, scores, arms, {"depth": 50, "questions": of})
    assert list(found["arms"]) == ["rag"]
    arm = found["arms"]["rag"]
    assert (arm["n"], arm["failed"]) == (6, 5)
    assert {name: rung["count"] for name, rung in arm["rungs"].items()} == {n: 1 for n in cases if n}
    assert arm["rungs"]["not_used"]["of_all"]["mean"] == pytest.approx(1 / 6, abs=1e-4)


class Fixed:
    """Finds the passages of its list, whatever is asked."""

    def __init__(self, *passages: Passage) -> None:
        self.passages = passages

    def retrieve(self, questions: Any) -> list[tuple[Passage, ...]]:
        return [self.passages for _ in questions]

    def nearest_in(self, question: str, documents: Any, k: int) -> list[Passage]:
        return []

    def contents(self) -> list[tuple[str, int, str]]:
        return [(p.document, p.position, p.text) for p in self.passages]


def test_reach_is_told_by_the_answer_and_without_it_by_the_document() -> None:
    documents = [Document("a.md", "It is 59 months.", ""), Document("b.md", "None.", "")]
    asked = [
        Example("stated", "?", ANSWER, documents=("a.md",)), Example("polar", "?", ("yes",), documents=("b.md",)),
        Example("absent", "?", ("12 years",)), Example("refused", "?", answerable=False),
    ]  # fmt: skip
    found = reach(asked, documents, Fixed(OTHER, HELD))
    assert found["depth"] == 2
    assert found["questions"] == {
        "stated": known(rank=2), "polar": known(literal=False, rank=1),
        "absent": {"literal": False, "corpus": False, "chunk": False, "rank": None},
    }  # fmt: skip
