"""Each judged metric through ragas and real HTTP: values by its formula, and never NaN or a silent 0."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from eval.judge.failure import JudgeFailure
from eval.judge.items import AXIS, Item
from eval.judge.settings import JudgeSettings

pytestmark = pytest.mark.component

PASSAGES = ("The quay is old.", "It has 20 berths. The depth is 4 m.")


def item(metric: str, response: str = "It has 20 berths.", passages: tuple[str, ...] = PASSAGES) -> Item:
    return Item(metric, "rag", "e", "g", "How many berths?", response, "It has 20 berths.", passages, "Be brief.", "k")


def embed(texts: Sequence[str]) -> list[list[float]]:
    """Two directions at 60 degrees: the question that was asked, and any other."""
    return [[1.0, 0.0] if text == "How many berths?" else [0.5, 0.75**0.5] for text in texts]


def score(judge: Any, what: Item) -> float:
    from eval.judge.endpoint import Endpoint
    from eval.judge.judged_metrics import judge as ask

    async def run() -> float:
        async with Endpoint(JudgeSettings(judge.url, "m", timeout=5.0)) as endpoint:
            return await ask(what, endpoint, embed)

    return asyncio.run(run())


def test_factual_correctness_is_f1_over_claims(judge: Any) -> None:
    assert score(judge, item("factual_correctness")) == 1.0
    assert score(judge, item("factual_correctness", "It has 21 berths.")) == 0.0

    def answer(prompt: str) -> dict[str, Any]:
        # Reply: two claims, one supported. Reference: one claim, supported. P = 1/2, R = 1, F1 = 2/3, rounded to .67
        if len(judge.asked) % 2:
            return {"claims": ["a", "b"] if len(judge.asked) == 1 else ["c"]}
        rows = [{"statement": "", "reason": "", "verdict": v} for v in ((1, 0) if len(judge.asked) == 2 else (1,))]
        return {"statements": rows}

    judge.answer = answer
    judge.asked.clear()
    assert score(judge, item("factual_correctness")) == 0.67


def test_question_goes_along_so_that_a_bare_number_is_a_claim(judge: Any) -> None:
    score(judge, item("factual_correctness", "20"))
    assert "How many berths?\\n20" in judge.asked[0]["messages"][0]["content"]


def test_faithfulness_is_the_share_of_supported_statements(judge: Any) -> None:
    assert score(judge, item("faithfulness", "It has 20 berths. It is deep.")) == 0.5


def test_context_precision_is_average_precision(judge: Any) -> None:
    assert score(judge, item("context_precision")) == 0.5  # useful at rank 2 of 2
    assert score(judge, item("context_precision", passages=PASSAGES[::-1])) == 1.0


def test_context_recall_is_the_share_of_attributed_statements(judge: Any) -> None:
    assert score(judge, item("context_recall")) == 1.0
    assert score(judge, item("context_recall", passages=PASSAGES[:1])) == 0.0


def test_answer_relevancy_is_the_cosine_of_the_questions_by_our_embedder(judge: Any) -> None:
    assert score(judge, item("answer_relevancy")) == pytest.approx(0.5)
    judge.answer = lambda prompt: {"question": "How many berths?", "noncommittal": 1}
    assert score(judge, item("answer_relevancy")) == 0.0
    assert len(judge.asked) == 2


def test_tone_is_the_rubric_score_from_0_to_1(judge: Any) -> None:
    for given, expected in ((1, 0.0), (4, 0.75), (5, 1.0)):
        judge.answer = lambda prompt, given=given: {"feedback": "", "score": given}
        assert score(judge, item("tone")) == expected
    assert "Be brief." in judge.asked[0]["messages"][0]["content"]


VERDICT = {"statement": "s", "reason": "", "verdict": 1}


@pytest.mark.parametrize(
    ("metric", "answers", "detail"),
    [
        ("faithfulness", [{"statements": []}], "no statement"),
        ("faithfulness", [{"statements": ["a", "b"]}, {"statements": [VERDICT]}], "1 verdicts on 2"),
        ("faithfulness", [{"statements": ["a"]}, {"statements": []}], "no verdicts on 1"),
        ("faithfulness", [{"statements": ["a"]}, {"statements": [VERDICT | {"verdict": 7}]}], "'verdict' is 7"),
        ("context_precision", [{"reason": "", "verdict": 2}], "'verdict' is 2"),
        ("context_recall", [{"classifications": []}], "no statement"),
        ("context_recall", [{"classifications": [{"statement": "", "reason": "", "attributed": 3}]}], "'attributed'"),
        ("answer_relevancy", [{"question": " ", "noncommittal": 0}], "empty question"),
        ("tone", [{"feedback": "", "score": 9}], "1 to 5"),
        (
            "factual_correctness",
            [{"claims": ["a"]}, {"statements": [VERDICT]}, {"claims": []}],
            "no claim in the accepted answer",
        ),
    ],
)
def test_what_ragas_would_count_wrongly_is_a_failure(
    judge: Any, metric: str, answers: list[dict[str, Any]], detail: str
) -> None:
    judge.answer = lambda prompt: answers[min(len(judge.asked), len(answers)) - 1]
    with pytest.raises(JudgeFailure, match=detail) as failure:
        score(judge, item(metric))
    assert failure.value.kind == "invalid"


@pytest.mark.parametrize("metric", list(AXIS))
@pytest.mark.parametrize(
    ("reply", "kind"),
    [("I can't help with that.", "refusal"), ('{"claims": ["', "truncated"), ("lorem", "invalid"), (500, "http")],
)
def test_failures_come_through_ragas_with_their_kind(judge: Any, metric: str, reply: Any, kind: str) -> None:
    judge.answer = lambda prompt: reply
    with pytest.raises(JudgeFailure) as failure:
        score(judge, item(metric))
    assert failure.value.kind == kind
