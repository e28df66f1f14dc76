"""How many questions an open verdict needs: a range above what was asked, which is about as likely as it says."""

from __future__ import annotations

import random

import pytest

from eval.config import DatasetConfig
from eval.pipeline.run_config import RunConfig
from eval.records import Score
from eval.verdict.decide import decide
from eval.verdict.evidence import gather
from eval.verdict.questions_needed import questions_needed
from eval.verdict.rule import apply_rule

CONFIG = RunConfig(dataset_path="made-up", dataset=DatasetConfig.model_validate({"name": "m", "instruction": "A."}))


def scores(n: int, seed: int, *, size: int = 1, lift: float = 0.08) -> list[Score]:
    """Base and rag, half of whose luck is the question's own; groups of one size."""
    draw, made = random.Random(seed), []
    for i in range(n):
        common = draw.random()
        for mode, share in (("base", 0.5), ("rag", 0.5 + lift)):
            level = common if draw.random() < 0.5 else draw.random()
            made.append(Score(f"q{i}", f"g{i // size}", mode, "knowledge", "m", True, float(level < share)))
    return made


@pytest.mark.parametrize("seed", range(4))
def test_the_range_lies_above_what_was_asked_and_goes_up(seed: int) -> None:
    decision = decide(scores(112, seed), CONFIG)[1]
    if decision.strategy == "inconclusive":
        needed = decision.questions_needed
        assert needed is not None
        assert 112 < needed.total[0] <= needed.total[1] <= 1120
        assert needed.more == (needed.total[0] - 112, needed.total[1] - 112)
        assert needed.chance[0] == 0.5 <= needed.chance[1] <= 0.8


def test_a_verdict_that_is_given_needs_none() -> None:
    assert decide(scores(300, 1, lift=0.4), CONFIG)[1].questions_needed is None


def test_too_few_groups_ask_for_twenty_at_the_least() -> None:
    """Forty questions in ten groups: twice as many at the least, whatever they show."""
    made = scores(40, 2, size=4, lift=0.45)
    evidence = gather(made, CONFIG)
    needed = questions_needed(evidence, apply_rule(evidence, 0.05), 0.05)
    assert needed is not None and needed.total[0] >= 80


def test_the_chance_is_about_what_is_said() -> None:
    """Drawn again at the middle of the range, 12 open sets are settled in about two of three cases: 4 to 12."""
    settled = asked = seed = 0
    while asked < 12:
        seed += 1
        decision = decide(scores(150, seed), CONFIG)[1]
        if decision.strategy == "inconclusive" and decision.questions_needed:
            asked += 1
            middle = sum(decision.questions_needed.total) // 2
            evidence = gather(scores(middle, 1000 + seed), CONFIG)
            settled += apply_rule(evidence, 0.05).strategy != "inconclusive"
    assert 4 <= settled <= 12
