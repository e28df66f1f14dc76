"""Missing scores: the worst case decides whether they could turn the verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.config import DatasetConfig
from eval.pipeline.run_config import RunConfig
from eval.records import Score
from eval.verdict.decide import decide, verdict_sentence
from eval.verdict.decision import Decision
from eval.verdict.evidence import gather

N = 400


def config() -> RunConfig:
    return RunConfig(dataset_path="made-up", dataset=DatasetConfig.model_validate({"name": "m", "instruction": "A."}))


def scores(lost: int, *, right: int = 220, everywhere: bool = False) -> list[Score]:
    """Base is right in every second of 400 questions, rag in the first ones; rag has no score of the last `lost`."""
    made = []
    for i in range(N):
        for mode, value in (("base", i % 2 == 0), ("rag", i < right)):
            s = Score(f"q{i}", f"g{i}", mode, "knowledge", "m", True, float(value))
            gone = i >= N - lost and (mode == "rag" or everywhere)
            made.append(replace(s, value=None, reason="the reply could not be read") if gone else s)
    return made


def verdict(made: list[Score]) -> Decision:
    return decide(made, config())[1]


def test_few_missing_scores_leave_the_verdict_and_say_so() -> None:
    decision = verdict(scores(8, right=380))
    assert (decision.strategy, decision.missing, decision.missing_open) == ("rag", {"rag": 0.02}, ())
    assert any("8 paired scores were dropped" in c and "would be the same" in c for c in decision.caveats)


def test_many_missing_scores_keep_it_open_and_are_named() -> None:
    """With 160 of 400 gone rag has 220 of 240 right, and were they wrong 220 of 400, which is not shown to beat 200."""
    decision = verdict(scores(160))
    assert (decision.strategy, decision.missing_open) == ("inconclusive", ("rag",))
    assert decision.missing == {"rag": 0.4}
    assert decision.questions_needed is None
    assert "Scores are missing (40 % of RAG)" in verdict_sentence(decision)
    assert decision.next[0].cause == "missing"
    assert any("RAG has no score of 40 % of the questions; by the others the verdict is retrieval" in r
               for r in decision.reasons)  # fmt: skip


def test_lines_that_are_not_there_are_missing_as_well() -> None:
    made = [s for s in scores(160) if s.value is not None]
    assert verdict(made).missing_open == ("rag",)


def test_questions_without_any_score_are_not_part_of_it() -> None:
    decision = verdict(scores(160, everywhere=True))
    assert (decision.strategy, decision.missing) == ("rag", {})


@pytest.mark.parametrize(("side", "rag"), [("wrong", 220), ("right", 380)])
def test_bounds_by_counting(side: str, rag: int) -> None:
    """Of rag's 160 missing scores all are wrong, or all right; base has no score missing, so it stays."""
    other = gather(scores(160), config()).bounds["rag", side]
    assert other.estimates["knowledge"]["rag"].mean == pytest.approx(rag / N, abs=1e-4)
    assert other.estimates["knowledge"]["base"].mean == pytest.approx(0.5, abs=1e-4)
