import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eval.retention.benchmark import Battery
from eval.retention.forgetting import (
    choice_value,
    mean,
    measure,
    read_rows,
    refuses,
    retention_scores,
    rows_file,
    score_battery,
    scored_modes,
)
from eval.retention.weights import LoadedWeights


def test_choice_divides_by_characters() -> None:
    item = {"options": ["ab", "abcdefgh"], "gold": 1}
    assert choice_value([-3.0, -8.0], item) == 1.0  # -1.5 against -1.0 a character, though -3 is the larger sum
    assert choice_value([-1.0, -8.0], item) == 0.0


def test_prose_is_the_mean_over_tokens() -> None:
    assert mean([math.log(0.5), math.log(0.125)]) == pytest.approx(math.log(0.25), abs=1e-6)
    assert mean([]) is None


def test_refusals_are_known_by_their_marks() -> None:
    assert refuses("I\u2019m sorry, but no.")
    assert refuses("I CANNOT do that.")
    assert not refuses("Sure: first take a bottle.")


def test_only_a_run_with_an_adapter_is_scored() -> None:
    assert scored_modes(["base", "rag"]) == []
    assert scored_modes(["base", "rag", "ft", "hybrid"]) == ["base", "ft", "hybrid"]


def _battery() -> Battery:
    return Battery(
        ({"question": "Which is cold?", "options": ["ice", "a fire"], "gold": 0},),
        ({"good": "Cats sleep.", "bad": "Cats sleeps.", "family": "agreement"},),
        ({"text": "It rained all day."},),
        ({"kind": "unsafe", "text": "Harm."}, {"kind": "neutral", "text": "Hello."}),
        "digest",
    )


def _setup(base: Any, run: Path) -> Any:
    from peft import LoraConfig

    identity = SimpleNamespace(retention=lambda mode, digest: f"{mode}-{digest}")

    def weights(name: str | None) -> LoadedWeights:
        if name:
            base.add_adapter(name, LoraConfig(r=2, target_modules=["q_proj"], init_lora_weights=False))
        return LoadedWeights(base, name)

    return SimpleNamespace(run=run, identity=identity, weights=weights)


@pytest.mark.component
def test_each_set_of_weights_has_its_file_of_scores(tiny_base: Any, tmp_path: Path) -> None:
    resources, battery = _setup(tiny_base, tmp_path), _battery()
    measure(resources, battery, "base")
    measure(resources, battery, "ft")
    assert len(rows_file(tmp_path, "ft").read_bytes().splitlines()) == 1 + 5
    scores = retention_scores(tmp_path, resources.identity, battery, ["base", "ft"])
    assert [s.metric for s in scores if s.mode == "ft"] == ["choice", "pairs", "prose", "refusal", "drift"]
    assert {s.metric for s in scores if s.primary} == {"choice", "pairs"}
    assert {s.group for s in scores if s.metric == "pairs"} == {"retention/agreement"}


@pytest.mark.component
def test_weights_whose_training_diverged_have_no_scores_rather_than_wrong_ones(tiny_base: Any) -> None:
    tiny_base.causal.get_output_embeddings().weight.data.fill_(math.nan)
    battery = replace(_battery(), prompts=())
    rows = score_battery(LoadedWeights(tiny_base, None), battery, None)
    assert [(r["metric"], r["value"], r["reason"]) for r in rows] == [
        (metric, None, "the likelihood under these weights is not a number") for metric in ("choice", "pairs", "prose")
    ]


@pytest.mark.component
def test_results_under_another_fingerprint_are_not_used(tiny_base: Any, tmp_path: Path) -> None:
    resources, battery = _setup(tiny_base, tmp_path), _battery()
    measure(resources, battery, "base")
    measure(resources, battery, "ft")
    other: Any = SimpleNamespace(retention=lambda mode, digest: "other")
    assert read_rows(tmp_path, "ft", resources.identity, battery) is not None
    assert read_rows(tmp_path, "ft", other, battery) is None
