"""What an evaluation makes of adapters that learned and of trainings that did not end with one, on a tiny Llama."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.analysis.training_health import read_health
from eval.files import read_json, write_json
from reports.wording.health_sentence import health_sentence

pytestmark = pytest.mark.component

MODES = ["base", "ft"]


def run(data: Path, model: Path, out: Path, seeds: int = 1) -> Any:
    from eval.pipeline.plan import plan_run
    from eval.run import Options, evaluate

    plan = plan_run(data, model=str(model), embedder="all-minilm-l6-v2", out=out, seeds=seeds)
    return evaluate(plan, MODES, Options(retention=False))


def tuned(data: Path, finetune: str) -> None:
    file = data / "dataset.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    kept = [f"finetune: {finetune}" if line.startswith("finetune:") else line for line in lines]
    file.write_text("\n".join(kept) + "\n", encoding="utf-8")


def training_scores(run: Path) -> list[dict[str, Any]]:
    scores = [json.loads(line) for line in (run / "scores.jsonl").read_text(encoding="utf-8").splitlines()]
    return [s for s in scores if s["axis"] == "training"]


def test_a_training_that_diverges_costs_its_own_mode_alone(
    make_dataset: Any, tiny_model: Path, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    data, out = make_dataset(), tmp_path / "run"
    tuned(data, "{epochs: 4, corpus_epochs: 0, rank: 4, batch_size: 4, learning_rate: 1.0e+30}")
    decision = run(data, tiny_model, out, seeds=2)
    assert set(decision.axes["knowledge"]) == {"base"}
    assert "ft is left out: training diverged at step" in "".join(capsys.readouterr())
    found = training_scores(out)
    assert [(s["mode"], s["seed"], s["value"], s["primary"], s["example_id"]) for s in found] == [
        ("ft", 0, 0.0, True, "adapter"), ("ft", 1, 0.0, True, "adapter"),
    ]  # fmt: skip
    assert all("lower" in s["reason"] or "set finetune.learning_rate to 3.3e+29" in s["reason"] for s in found)
    assert (out / "report.html").is_file() and not list((out / "adapters").glob("ft-*"))

    from finetune.training import train as training

    monkeypatch.setattr(training, "train", lambda *_: pytest.fail("trained again"))
    assert (
        run(data, tiny_model, out, seeds=2).strategy == decision.strategy
    )  # what is known to diverge is not tried again


def test_an_adapter_that_learned_and_one_that_did_not_are_told_apart(
    make_dataset: Any, tiny_model: Path, tmp_path: Path, capsys: Any
) -> None:
    data = make_dataset()
    rows = [json.loads(line) for line in (data / "train.jsonl").read_text(encoding="utf-8").splitlines()][:4]
    dev = [r | {"id": f"dev-{i}", "group": f"dev-{i}", "question": f"Once more: {i}?"} for i, r in enumerate(rows)]
    (data / "dev.jsonl").write_text("".join(json.dumps(r) + "\n" for r in dev), encoding="utf-8")
    values = {}
    for name, rate in (("learned", "3.0e-2"), ("not_learned", "1.0e-9")):
        tuned(data, f"{{epochs: 2, corpus_epochs: 0, rank: 4, batch_size: 2, learning_rate: {rate}}}")
        run(data, tiny_model, tmp_path / name)
        (first,) = training_scores(tmp_path / name)
        values[name] = first["value"]
        assert (f"warning: {first['reason']}" in "".join(capsys.readouterr())) == (name == "not_learned")
        manifest = next((tmp_path / name / "adapters").glob("ft-*/training.json"))
        health = json.loads(manifest.read_text(encoding="utf-8"))["health"]
        assert health["outcome"] == name
        assert health["measured"] == "held_out"
        assert health_sentence(read_health(health)) == first["reason"]
        assert first["reason"].startswith({"learned": "ft learned: its", "not_learned": "ft did not learn: its"}[name])
    assert values == {"learned": 1.0, "not_learned": 0.0}


def test_an_adapter_that_was_trained_when_its_folder_held_sentences_is_told_by_them(
    make_dataset: Any, tiny_model: Path, tmp_path: Path
) -> None:
    data, out = make_dataset(), tmp_path / "run"
    tuned(data, "{epochs: 1, corpus_epochs: 0, rank: 4, batch_size: 4, learning_rate: 1.0e-9}")
    run(data, tiny_model, out)
    manifest = next((out / "adapters").glob("ft-*/training.json"))
    older = {"outcome": "not_learned", "before": 2.0, "best": 2.0, "last": 2.0, "measured": "held_out",
             "words": "ft did not learn: its loss stayed", "fix": "raise the rate"}  # fmt: skip
    for health, said in (
        (older, "ft did not learn: its loss stayed; raise the rate"),
        (older | {"outcome": "learned", "words": "ft learned", "fix": ""}, "ft learned"),
    ):
        write_json(manifest, read_json(manifest) | {"health": health})
        run(data, tiny_model, out)
        (found,) = training_scores(out)
        assert (found["value"], found["reason"]) == (float(health["outcome"] == "learned"), said)
