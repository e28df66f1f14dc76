"""The range in which the verdict holds, against deciding anew at every value."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from eval.config import DatasetConfig, DecisionRule, Knowledge, Style
from eval.pipeline.run_config import RunConfig
from eval.records import Score
from eval.verdict.decide import decide
from eval.verdict.sensitivity import sensitivity

RATES = {"base": (0.2, 0.1), "fewshot": (0.25, 0.6), "rag": (0.7, 0.3), "ft": (0.3, 0.95), "hybrid": (0.78, 0.93)}


def config(knowledge: float = 0.8, style: float = 0.9, margin: float = 0.05) -> RunConfig:
    dataset = DatasetConfig(
        name="x", instruction="x", knowledge=Knowledge(target=knowledge), style=Style(target=style),
        decision=DecisionRule(margin=margin),
    )  # fmt: skip
    return RunConfig(dataset_path="x", dataset=dataset)


def drawn(seed: int, n: int = 80) -> list[Score]:
    draw = random.Random(seed)
    return [
        Score(f"q{i}", f"g{i}", mode, axis, "m", True, float(draw.random() < rates[k]))  # type: ignore[arg-type]
        for mode, rates in RATES.items()
        for i in range(n)
        for k, axis in enumerate(("knowledge", "style"))
    ]


@pytest.mark.parametrize("seed", [0, 1])
def test_bounds_are_those_of_deciding_anew(seed) -> None:
    scores = drawn(seed)
    found = {p["name"]: p for p in sensitivity(scores, config())["parameters"]}
    assert set(found) == {"knowledge target", "style target", "margin"}
    verdict = decide(scores, config())[1].strategy
    for key, name in (("knowledge", "knowledge target"), ("margin", "margin")):
        entry = found[name]
        assert entry["low"] <= entry["value"] <= entry["high"]
        step = 0.01
        probes = {round(entry["low"], 2): True, round(entry["high"], 2): True}
        probes |= {round(entry["low"] - step, 2): False, round(entry["high"] + step, 2): False}
        for value, same in probes.items():
            if entry["grid"][0] <= value <= entry["grid"][1]:
                assert (decide(scores, config(**{key: value}))[1].strategy == verdict) is same


def test_segments_cover_the_grid_and_the_words_name_what_comes_next() -> None:
    found = sensitivity(drawn(0), config(knowledge=0.805))
    for entry in found["parameters"]:
        segments = entry["segments"]
        assert [segments[0]["low"], segments[-1]["high"]] == entry["grid"]
        assert all(a["high"] < b["low"] for a, b in pairwise(segments))
        for side in ("below", "above"):
            assert (entry[side] is not None) is (f"{side}: " in entry["words"])
        assert f"set: {entry['value']:g}" in entry["words"]


def test_a_target_that_cheap_arms_reach_ends_the_need_for_a_dearer_one() -> None:
    sure = [
        Score(f"q{i}", f"g{i}", mode, "knowledge", "m", True, float(i < right))
        for mode, right in (("base", 100), ("rag", 180))
        for i in range(200)
    ]
    (target, _) = sensitivity(sure, config(knowledge=0.95))["parameters"]
    high = decide(sure, config(knowledge=0.95))[1].axes["knowledge"]["base"].high
    assert target["below"] == "inconclusive (prompt or rag)" and target["above"] is None
    assert target["low"] - 0.01 <= high < target["low"]  # from there on base is shown to miss it
    assert target["segments"][0]["strategy"] == "prompt"
    assert target["words"].startswith(
        f"The verdict (RAG alone) holds for a knowledge target from {target['low']:.2f} up"
    )
