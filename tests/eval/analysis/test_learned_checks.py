from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.analysis.learned_checks import learn_style
from eval.config import DatasetConfig, Style
from eval.data.dataset import Dataset
from eval.records import Example, Prediction

TEST = tuple(Example(f"t{i}", "?", ("1",), group=f"doc{i % 20}") for i in range(40))
TRAIN = tuple(Example(f"r{i}", "?", ("1",), f"Kindly note: {i} m.", group=f"paper{i % 20}") for i in range(40))
BASE = [Prediction(e.id, f"I think that it is about {i} m deep") for i, e in enumerate(TEST)]


def learn(folder: Path, *checks: Any, base: Sequence[Prediction] = BASE, train: Sequence[Example] = TRAIN) -> Any:
    config = DatasetConfig(name="harbours", instruction="Answer.", style=Style(checks=list(checks)))
    samples = learn_style(folder, Dataset(folder, config, tuple(train), (), TEST, ()), TEST, base)
    file = folder / "style.json"
    return samples, json.loads(file.read_text(encoding="utf-8")) if file.exists() else None


def test_checks_learn_from_training_replies_and_the_base_models_with_their_groups(tmp_path: Path) -> None:
    samples, _ = learn(tmp_path, {"tone": {}})
    assert samples.reference[21] == ("paper1", "Kindly note: 21 m.")
    assert samples.contrast[21] == ("doc1", "I think that it is about 21 m deep")


def test_the_file_says_how_far_the_tone_can_be_trusted(tmp_path: Path) -> None:
    _, written = learn(tmp_path, {"words": {"max": 9}}, {"tone": {}})
    assert written == {
        "tone": {
            "reference_replies": 40, "contrast_replies": 40, "auc": 1.0, "reference_pass": 1.0, "contrast_pass": 0.0,
            "piece_words": 4, "reason": "", "caveats": [],
        }
    }  # fmt: skip


def test_a_tone_that_is_not_scored_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, written = learn(tmp_path, {"tone": {}}, base=BASE[:19])
    assert written["tone"]["auc"] is None
    assert written["tone"]["caveats"] == [
        "style: 'tone' is not scored: 19 replies of the base model, fewer than 20"
    ]  # fmt: skip
    assert written["tone"]["caveats"][0] in "".join(capsys.readouterr())
    _, written = learn(tmp_path, {"tone": {}}, base=[])
    assert "no replies of the base model" in written["tone"]["reason"]


def test_a_target_that_the_house_itself_misses_is_said(tmp_path: Path) -> None:
    blunt = [Example(f"s{i}", "?", ("1",), f"I think that it is about {i} m deep", group=f"s{i}") for i in range(8)]
    _, written = learn(tmp_path, {"tone": {}}, train=[*TRAIN, *blunt])
    assert written["tone"]["reason"] == ""
    assert written["tone"]["reference_pass"] == round(40 / 48, 4)
    assert (
        "of the held-back reference replies 83% pass 'tone', below the target of 95%" in written["tone"]["caveats"][0]
    )


def test_without_a_check_that_learns_there_is_no_file(tmp_path: Path) -> None:
    learn(tmp_path, {"tone": {}})
    _, written = learn(tmp_path, {"words": {"max": 9}})
    assert written is None


@pytest.mark.component
def test_a_run_writes_the_file(make_dataset: Callable[..., Path], tiny_model: Path, tmp_path: Path) -> None:
    from eval.pipeline.plan import plan_run
    from eval.run import evaluate

    folder = make_dataset()
    config = folder / "dataset.yaml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("checks:", "checks:\n    - tone: {}"), encoding="utf-8"
    )
    run = tmp_path / "run"
    evaluate(plan_run(folder, model=str(tiny_model), embedder="all-minilm-l6-v2", out=run), ["base", "fewshot"])
    tone = json.loads((run / "style.json").read_text(encoding="utf-8"))["tone"]
    scores = [json.loads(line) for line in (run / "scores.jsonl").read_text(encoding="utf-8").splitlines()]
    of_tone = [s for s in scores if s["metric"] == "tone"]
    assert {s["mode"] for s in of_tone} == {"base", "fewshot"}
    assert {s["value"] is None for s in of_tone} == {bool(tone["reason"])}
    assert all(s["value"] is not None for s in scores if s["metric"] == "all_checks")
