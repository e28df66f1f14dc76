"""The rule, fed the published tables: each author's conclusion, or inconclusive where the questions cannot carry it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from eval.config import DatasetConfig
from eval.pipeline.run_config import RunConfig
from eval.records import Score
from eval.verdict.decide import decide

CASES = yaml.safe_load(Path(__file__).with_name("published.yaml").read_text(encoding="utf-8"))
SIZES = (40, 150, 500, 2000, 10_000)


def verdict(case: dict[str, Any], questions: int, seed: int = 0) -> str:
    """The strategy at shares and questions as published.

    Which questions an arm gets right is not published, so it is drawn for each arm on its own, which makes intervals
    wider than correlated arms would. No target is good enough: papers rank by the mean.
    """
    draw = random.Random(seed)
    scores = []
    for mode, share in case["shares"].items():
        right = set(draw.sample(range(questions), round(share * questions)))
        scores += [
            Score(f"q{i}", f"q{i}", mode, "knowledge", "accuracy", True, float(i in right)) for i in range(questions)
        ]
    dataset = DatasetConfig.model_validate(
        {"name": "x", "instruction": "y", "knowledge": {"target": 1.0}, "decision": {"seed_deviation": 0}}
    )
    return decide(scores, RunConfig(dataset_path="x", dataset=dataset))[1].strategy


@pytest.mark.parametrize("case", [c for c in CASES if "questions" in c], ids=lambda c: c["source"][:60])
def test_conclusion_at_the_published_number_of_questions(case: dict[str, Any]) -> None:
    assert verdict(case, case["questions"]) == case["verdict"]


@pytest.mark.parametrize("case", [c for c in CASES if "questions" not in c], ids=lambda c: c["source"][:90])
def test_conclusion_at_any_number_of_questions_is_the_published_one_or_open(case: dict[str, Any]) -> None:
    found = [verdict(case, n) for n in SIZES]
    assert set(found) <= {case["verdict"], "inconclusive"}
    assert found[-1] == case["verdict"]
    decided = [n for n, v in zip(SIZES, found, strict=True) if v != "inconclusive"]
    assert found[SIZES.index(decided[0]) :] == [case["verdict"]] * (len(SIZES) - SIZES.index(decided[0]))
