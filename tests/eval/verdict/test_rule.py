"""The rule's levels: what counts as shown above 0 depends on how many axes the cheaper mode is not shown to reach."""

from __future__ import annotations

import pytest

from eval.config import DatasetConfig
from eval.pipeline.run_config import RunConfig
from eval.records import Score
from eval.verdict.decide import decide
from eval.verdict.evidence import gather
from eval.verdict.rule import lifted

N = 300


def config() -> RunConfig:
    return RunConfig(dataset_path="made-up", dataset=DatasetConfig.model_validate({"name": "m", "instruction": "A."}))


def scores(style: float, size: int = 1) -> list[Score]:
    """Base is right 100 times; rag in 24 other questions as well, and wrong in 12 of base's: a lift of 12 of 300."""
    base = set(range(100))
    rag = (base - set(range(12))) | set(range(100, 124))
    made = []
    for i in range(N):
        group = f"g{i}" if i >= size else "giant"
        for mode, right in (("base", base), ("rag", rag)):
            made.append(Score(f"q{i}", group, mode, "knowledge", "m", True, float(i in right)))
            made.append(Score(f"q{i}", group, mode, "style", "s", True, float(i < style * N)))
    return made


@pytest.mark.parametrize("style", [1.0, 0.5])
def test_two_missed_axes_share_the_level(style: float) -> None:
    """A lift of 12 with 36 that differ is 2.0 standard errors: 1.96 are wanted of one axis, 2.24 of either of two."""
    made = scores(style)
    evidence = gather(made, config())
    assert evidence.lift("knowledge", "base", "rag").low > 0
    assert evidence.lift_at_least("knowledge", "base", "rag", 2) < 0
    assert evidence.missed_axes("base") == (1 if style == 1.0 else 2)
    assert lifted(evidence, "knowledge", "base", "rag") == (style == 1.0)


def test_a_verdict_needs_twenty_groups_of_one_size() -> None:
    """One group with 120 of 300 questions: 300^2 / (120^2 + 180) = 6.2 groups, though there are 181."""
    comparisons, decision = decide(scores(1.0, size=120), config())
    assert decision.strategy == "inconclusive"
    assert comparisons[0].groups == 181
    assert comparisons[0].effective_groups == pytest.approx(300**2 / (120**2 + 180), abs=0.1)
    assert any("6.17 independent groups" in r or "6.2 independent groups" in r for r in decision.reasons)
