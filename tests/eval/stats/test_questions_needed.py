"""The fewest questions that would settle the verdict, against deciding on a part of them."""

from __future__ import annotations

import random

import pytest

from eval.config import DatasetConfig, DecisionRule, Knowledge, RunConfig, Style
from eval.records import Score
from eval.verdict.decide import decide
from eval.verdict.sensitivity import sensitivity

RATES = {"base": 0.1, "rag": 0.9, "hybrid": 0.9}


def config() -> RunConfig:
    dataset = DatasetConfig(
        name="x", instruction="x", knowledge=Knowledge(target=0.6), style=Style(target=0.6),
        decision=DecisionRule(margin=0.05),
    )  # fmt: skip
    return RunConfig(dataset_path="x", dataset=dataset)


def scores(n: int, rates: dict[str, float] = RATES) -> list[Score]:
    """Right answers spread evenly, so that a part of them has the same means."""
    return [
        Score(f"q{i}", f"g{i}", mode, axis, "m", True, float(axis == "style" or (i * 7) % 10 < rates[mode] * 10))  # type: ignore[arg-type]
        for mode in rates for i in range(n) for axis in ("knowledge", "style")
    ]  # fmt: skip


def test_the_fewest_are_those_with_which_deciding_anew_still_settles_it():
    found = sensitivity(scores(200), config())["questions"]
    assert found["asked"] == 200 and found["needed"] is None
    assert 20 <= found["fewest"] < 100
    few = found["fewest"] // 10 * 10
    assert decide(scores(few + 20), config())[1].strategy == "rag"
    assert decide(scores(max(few - 20, 10)), config())[1].strategy == "inconclusive"


@pytest.mark.parametrize("seed", [0, 1])
def test_an_open_verdict_has_no_fewest(seed):
    draw = random.Random(seed)
    flips = [Score(s.example_id, s.group, s.mode, s.axis, "m", True, float(draw.random() < 0.5)) for s in scores(30)]
    found = sensitivity(flips, config())["questions"]
    assert found["fewest"] is None
