"""All files that follow from a run's scores, where scores are missing at random: no NaN, and no 0 in their place."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from eval.analysis.analyse import analyse
from eval.arms.modes import MODES
from eval.config import DatasetConfig
from eval.errors import UserError
from eval.files import write_json
from eval.pipeline.run_config import RunConfig, write_run_config
from eval.records import Cost, Example, Passage, Prediction, Score, write_records
from eval.verdict.decide import write_decision

GOLD = Passage("pump.md", "The pump runs for 59 months.", 0.9, 0)
FILES = ("comparisons", "decision", "attribution", "economics", "sensitivity", "side_effects")
BATTERY = {"choice": True, "pairs": True, "prose": False, "refusal": False, "drift": False}
"""metric -> whether it is primary."""

Draw = Callable[[random.Random], float]


def examples_of(draw: random.Random, n: int) -> list[Example]:
    found = []
    for i in range(n):
        answers = ("59 months",) if draw.random() < 0.8 else ()
        group = draw.choice([f"g{i // 2}", f"q{i}"])
        found.append(Example(f"q{i}", "?", answers, "", ("pump.md",), group, bool(answers)))
    return found


def scores_of(draw: random.Random, examples: list[Example], modes: list[str], seeds: int, value: Draw) -> list[Score]:
    """Every axis of every mode; each axis of each mode misses a share of its own."""
    found = []

    def add(example: Example, mode: str, axis: Any, metric: str, primary: bool, seed: int, gone: float) -> None:
        if draw.random() < 0.05:
            return  # not even a row
        scored = None if draw.random() < gone else value(draw)
        reason = "lost" if scored is None else ""
        found.append(Score(example.id, example.group, mode, axis, metric, primary, scored, reason, seed))

    battery = [Example(f"retention/{m}/{i}", "", group=f"retention/{i // 2}") for m in BATTERY for i in range(6)]
    for mode in modes:
        for seed in range(seeds if MODES[mode].adapter else 1):
            gone = [draw.choice([0.0, 0.1, 0.5, 0.9, 1.0]) for _ in range(5)]
            for e in examples:
                if e.answerable:
                    add(e, mode, "knowledge", "contains", True, seed, gone[0])
                    add(e, mode, "abstention", "answers_answerable", False, seed, gone[2])
                    add(e, mode, "retrieval", "recall", False, seed, gone[3])
                else:
                    add(e, mode, "abstention", "refuses_unanswerable", False, seed, gone[2])
                add(e, mode, "style", "all_checks", True, seed, gone[1])
            for e in battery if mode == "base" or MODES[mode].adapter else []:
                metric = e.id.split("/")[1]
                add(e, mode, "retention", metric, BATTERY[metric], seed, gone[4])
    return found


def make_run(folder: Path, seed: int, value: Draw) -> list[Score]:
    """A run folder as `evaluate` leaves it but for the analyses; returns its scores."""
    draw = random.Random(seed)
    modes = [m for m in MODES if draw.random() < 0.8] or ["base"]
    examples = examples_of(draw, draw.choice([1, 2, 9, 40]))
    scores = scores_of(draw, examples, modes, draw.choice([1, 1, 3]), value)
    dataset = DatasetConfig.model_validate({"name": "made-up", "instruction": "Answer."})
    write_run_config(folder / "config.yaml", RunConfig(dataset_path="x", dataset=dataset))
    write_records(folder / "examples.jsonl", examples)
    write_records(folder / "scores.jsonl", scores)
    for mode in modes:
        kept = [e for e in examples if draw.random() < 0.9]
        passages = (GOLD,) if MODES[mode].retrieves else ()
        write_records(folder / "predictions" / f"{mode}.jsonl", [Prediction(e.id, "", passages) for e in kept])
    costs = [Cost(m, index_seconds=1.0, questions=draw.choice([0, 9]), predict_seconds=draw.random()) for m in modes]
    write_json(folder / "costs.json", [asdict(c) for c in costs])
    return scores


def analysed(folder: Path) -> dict[str, Any]:
    """What the files say; NaN and Infinity, which are not JSON, are refused."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} in a file")

    write_decision(folder)
    analyse(folder)
    return {
        name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8"), parse_constant=refuse) for name in FILES
    }


def intervals(value: Any) -> Iterator[dict[str, Any]]:
    """Every interval, wherever it stands."""
    if isinstance(value, dict):
        if {"mean", "low", "high", "n"} <= set(value):
            yield value
        for inner in value.values():
            yield from intervals(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from intervals(inner)


def mean_over_seeds(scores: list[Score]) -> tuple[float, int]:
    """The mean over questions of what their seeds have on average, and how many questions have anything."""
    by_question: dict[str, list[float]] = {}
    for s in scores:
        if s.value is not None:
            by_question.setdefault(s.example_id, []).append(s.value)
    means = [sum(v) / len(v) for v in by_question.values()]
    return (sum(means) / len(means) if means else 0.0), len(means)


@pytest.mark.parametrize("seed", range(0, 20, 2))  # 1, 2, 9 and 40 questions, one seed and three
def test_every_mean_is_that_of_the_scores_that_are_there(tmp_path: Path, seed: int) -> None:
    kinds: list[Draw] = [lambda d: float(d.random() < 0.6), lambda d: d.random(), lambda d: round(d.random(), 1)]
    scores = make_run(tmp_path, seed, kinds[seed % 3])
    found = analysed(tmp_path)
    for interval in intervals(found):
        assert interval["n"] > 0
        assert interval["low"] <= interval["mean"] <= interval["high"]
    held = {(s.axis, s.mode) for s in scores if s.primary and s.value is not None}
    axes = found["decision"]["axes"] | {"retention": found["decision"]["retention"]}
    assert {(axis, mode) for axis, modes in axes.items() for mode in modes} == held
    for axis, mode in held:
        mean, n = mean_over_seeds([s for s in scores if s.primary and (s.axis, s.mode) == (axis, mode)])
        assert axes[axis][mode]["mean"] == pytest.approx(mean, abs=6e-5)
        assert axes[axis][mode]["n"] == n
    for metric, modes in found["side_effects"]["retention"].items():
        for mode, row in modes.items():
            rows = [s for s in scores if (s.metric, s.mode, s.seed) == (metric, mode, 0)]
            mean, n = mean_over_seeds(rows)
            assert row["mean"] is None or (row["mean"]["mean"], row["mean"]["n"]) == (pytest.approx(mean, abs=6e-5), n)
            assert row["mean"] is not None or len({s.group for s in rows if s.value is not None}) < 2


@pytest.mark.parametrize("seed", range(0, 20, 2))  # 1, 2, 9 and 40 questions, one seed and three
def test_a_missing_score_never_counts_as_0(tmp_path: Path, seed: int) -> None:
    """Every score that is there is 1: so is every mean, every difference is 0, and no failure has a known cause."""
    make_run(tmp_path, 100 + seed, lambda _: 1.0)
    found = analysed(tmp_path)
    means = [found["decision"]["axes"], found["decision"]["retention"]]
    means += [row["mean"] for modes in found["side_effects"]["retention"].values() for row in modes.values()]
    assert {i["mean"] for i in intervals(means)} <= {1.0}
    assert {c["difference"] for c in found["comparisons"]} <= {0.0}
    assert all(c["p"] in (None, 1.0) and c["low"] < 0 < c["high"] for c in found["comparisons"])
    assert found["attribution"]["better_retrieval"]["gain"] is None or (
        found["attribution"]["better_retrieval"]["gain"]["mean"] == 0.0
    )
    for arm in found["attribution"]["arms"].values():
        assert set(arm["causes"]) <= {"not_scored"}
    assert found["decision"]["vetoed"] == []


def test_a_run_that_lacks_a_file_is_named(tmp_path: Path) -> None:
    make_run(tmp_path, 1, lambda _: 1.0)
    (tmp_path / "costs.json").unlink()
    with pytest.raises(UserError, match=r"costs\.json: no such file; the run is not complete"):
        analyse(tmp_path)
