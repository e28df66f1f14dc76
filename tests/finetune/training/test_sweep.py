"""The sweep over learning rates, and replay rows, on the tiny Llama."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.component


@pytest.fixture
def train(make_dataset: Any, tiny_model: Path, tmp_path: Path, monkeypatch: Any) -> Callable[..., int]:
    """`finetune train` on a set with six held-back rows in dev.jsonl; returns the exit code."""
    data = make_dataset()
    rows = [json.loads(line) for line in (data / "train.jsonl").read_text(encoding="utf-8").splitlines()][:6]
    dev = [r | {"id": f"dev-{i}", "group": f"dev-{i}", "question": f"Once more: {i}?"} for i, r in enumerate(rows)]
    (data / "dev.jsonl").write_text("".join(json.dumps(r) + "\n" for r in dev), encoding="utf-8")

    def run(*arguments: str, finetune: str = "{epochs: 2, corpus_epochs: 0, rank: 4, batch_size: 4}") -> int:
        import sys

        from eval.terminal.command_line import guarded
        from finetune.cli import app

        yaml = (data / "dataset.yaml").read_text(encoding="utf-8").splitlines()
        yaml = [f"finetune: {finetune}" if line.startswith("finetune:") else line for line in yaml]
        (data / "dataset.yaml").write_text("\n".join(yaml) + "\n", encoding="utf-8")
        common = ["train", str(data), "--adapter", "ft", "--model", str(tiny_model), "--out", str(tmp_path / "run")]
        monkeypatch.setattr(sys, "argv", ["finetune", *common, *arguments])
        return guarded(app)

    return run


def adapters(run: Path) -> list[Path]:
    return sorted((run / "adapters").iterdir())


def test_the_best_rate_on_held_back_rows_is_used_from_then_on(
    train: Any, tmp_path: Path, tiny_model: Path, capsys: Any
) -> None:
    from eval.pipeline.plan import plan_run
    from finetune.adapter import read_training

    assert train("--sweep", "4") == 0
    printed = capsys.readouterr().out
    known = json.loads((tmp_path / "run" / "sweep.json").read_text(encoding="utf-8"))["ft"]
    losses = {t["learning_rate"]: t["held_out_loss"] for t in known["trials"]}
    assert list(losses)[:3] == [0.0014, 0.0042, 0.000467]
    assert len(losses) == 4
    assert known["learning_rate"] == min(losses, key=lambda rate: losses[rate])
    assert f"{known['learning_rate']:.3g} *" in printed
    (folder,) = adapters(tmp_path / "run")  # the others are gone
    manifest = read_training(folder)
    assert manifest["settings"]["learning_rate"] == known["learning_rate"]
    assert manifest["validation"][-1][1] == losses[known["learning_rate"]]
    plan = plan_run(tmp_path / "harbours", model=str(tiny_model), embedder="all-minilm-l6-v2", out=tmp_path / "run")
    assert plan.identity.adapter("ft") in folder.name  # what `evaluate` looks for
    assert plan.config.learning_rates == {"ft": known["learning_rate"]}


def test_a_sweep_of_other_settings_is_not_used(train: Any, tmp_path: Path, tiny_model: Path) -> None:
    from eval.pipeline.plan import plan_run

    assert train("--sweep", "2") == 0
    data = tmp_path / "harbours"
    yaml = (data / "dataset.yaml").read_text(encoding="utf-8")
    (data / "dataset.yaml").write_text(yaml.replace("rank: 4", "rank: 2"), encoding="utf-8")
    plan = plan_run(data, model=str(tiny_model), embedder="all-minilm-l6-v2", out=tmp_path / "run")
    assert plan.config.learning_rates == {}


def test_an_interrupted_sweep_goes_on_to_the_same_choice(train: Any, tmp_path: Path, monkeypatch: Any) -> None:
    from finetune.training import train as training

    step = training._Trainer._step
    calls: list[int] = []

    def dies_in_the_second_trial(self: Any, batch: Any) -> float:
        calls.append(1)
        if len(calls) == 9:
            raise KeyboardInterrupt
        return float(step(self, batch))

    monkeypatch.setattr(training._Trainer, "_step", dies_in_the_second_trial)
    assert train("--sweep", "3") == 130
    monkeypatch.setattr(training._Trainer, "_step", lambda self, batch: calls.append(1) or step(self, batch))
    assert train("--sweep", "3") == 0
    assert 18 < len(calls) < 24  # six steps a trial: the first trial was not trained again
    known = json.loads((tmp_path / "run" / "sweep.json").read_text(encoding="utf-8"))["ft"]
    assert [t["learning_rate"] for t in known["trials"]] == [0.0014, 0.0042, 0.000467]


def test_a_rate_at_which_training_diverges_is_told_and_not_chosen(train: Any, tmp_path: Path, capsys: Any) -> None:
    finetune = "{epochs: 4, corpus_epochs: 0, rank: 4, batch_size: 4, learning_rate: 1.0e+30}"
    assert train(finetune=finetune) == 2
    assert "training diverged at step" in capsys.readouterr().err
    assert not [f for f in adapters(tmp_path / "run") if not f.name.startswith(".")]


def test_replay_rows_are_the_share_asked_for_and_the_bases_own_replies(train: Any, tmp_path: Path) -> None:
    from finetune.adapter import read_training

    assert train(finetune="{epochs: 1, corpus_epochs: 0, rank: 4, batch_size: 4, replay: 0.5}") == 0
    (folder,) = adapters(tmp_path / "run")
    assert 10 < read_training(folder)["rows"] <= 20  # ten replies and as many replays, but for empty ones
    (kept,) = (tmp_path / "run" / "replay").iterdir()
    assert len(json.loads(kept.read_text(encoding="utf-8"))) == 10


def test_a_replay_row_teaches_the_reply_and_its_end_only_where_there_was_one(tiny_base: Any) -> None:
    from finetune.data.replay_rows import _row

    whole, cut = (_row(tiny_base.tokenizer, "Why?", "So", ended, where="f") for ended in (True, False))
    assert tiny_base.tokenizer.decode(whole.tokens[whole.start :]) == "So<|im_end|>"
    assert tiny_base.tokenizer.decode(cut.tokens[cut.start :]) == "So"
    assert (
        tiny_base.tokenizer.decode(cut.tokens[: cut.start])
        == "<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n"
    )
