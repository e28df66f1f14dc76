"""`finetune train` on the tiny Llama: methods, early stopping, curves, trackers and retention."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from finetune.data.training_rows import training_rows
from finetune.training.train_adapter import train_adapter

pytestmark = pytest.mark.component

Job = Callable[..., Any]


@pytest.fixture
def job(make_dataset: Any, tiny_model: Path, tmp_path: Path) -> Job:
    """Makes the parts of a run whose `finetune` has these settings, with six held-back rows in dev.jsonl."""

    def make(run: str = "run", **finetune: Any) -> Any:
        from eval.arms.resources import Resources
        from eval.pipeline.plan import plan_run

        data = make_dataset()
        values = {"epochs": 1, "corpus_epochs": 0, "rank": 4, "batch_size": 4} | finetune
        yaml = (data / "dataset.yaml").read_text(encoding="utf-8")
        head, _, rest = yaml.partition("finetune: ")
        (data / "dataset.yaml").write_text(f"{head}finetune: {json.dumps(values)}\n{rest.partition(chr(10))[2]}")
        train = (data / "train.jsonl").read_text(encoding="utf-8").splitlines()
        dev = [json.loads(line) | {"id": f"dev-{i}", "group": f"dev-{i}"} for i, line in enumerate(train[:6])]
        dev = [row | {"question": row["question"].replace("depth", "deepest depth")} for row in dev]
        (data / "dev.jsonl").write_text("".join(json.dumps(r) + "\n" for r in dev), encoding="utf-8")
        plan = plan_run(data, model=str(tiny_model), embedder="all-minilm-l6-v2", out=tmp_path / run)
        return Resources(plan.dataset, plan.config, plan.identity, plan.folder)

    return make


def history(folder: Path) -> list[dict[str, Any]]:
    from finetune.training.tracking import read_history

    return read_history(folder)


def manifest(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "training.json").read_text(encoding="utf-8")))


def held_out_loss(resources: Any, name: str) -> float:
    """Mean cross-entropy of the held-back rows' trained tokens under the weights in the model, by transformers."""
    import torch

    total, count = 0.0, 0
    with resources.base.weights(name) as model, resources.base.computing(), torch.no_grad():
        for row in training_rows(resources, "ft")[1]:
            labels = torch.tensor([[-100] * row.start + list(row.tokens[row.start :])])
            own = len(row.tokens) - row.start
            total += float(model(torch.tensor([row.tokens]), labels=labels).loss) * own
            count += own
    return total / count


def test_history_has_a_line_a_step_with_the_schedule_and_the_held_out_loss(job: Job) -> None:
    resources = job(epochs=7, learning_rate=0.01)
    lines = history(train_adapter(resources, "ft"))
    steps = 7 * 3  # ten rows in batches of four
    assert [line["step"] for line in lines] == list(range(1, steps + 1))
    rows = training_rows(resources, "ft")[0]
    assert lines[-1]["tokens"] == 7 * sum(len(r.tokens) for r in rows)
    assert [i for i, line in enumerate(lines, 1) if line["held_out_loss"] is not None] == [3, 6, 9, 12, 15, 18, 21]
    warmup = 1  # 6 % of 21
    expected = [0.01 if i < warmup else 0.01 * (steps - i) / (steps - warmup) for i in range(steps)]
    assert [line["learning_rate"] for line in lines] == pytest.approx(expected)
    assert lines[-1]["loss"] < lines[0]["loss"]
    assert lines[-1]["held_out_loss"] == pytest.approx(held_out_loss(resources, "ft"), rel=2e-2)


@pytest.mark.parametrize("method", ["qlora", "lora", "full"])
def test_every_method_learns_by_the_same_path_and_leaves_the_base_as_it_was(
    job: Job, method: str, tiny_model: Path
) -> None:
    import torch
    from safetensors.torch import load_file

    resources = job(method=method, epochs=3, learning_rate=0.01)
    ids = torch.tensor([[1, 40, 50, 60]])

    def logits(adapter: str | None) -> torch.Tensor:
        with resources.base.weights(adapter) as model, resources.base.computing(), torch.no_grad():
            return model(ids).logits.float().clone()

    weight = "model.layers.0.mlp.up_proj.weight"
    stored = load_file(tiny_model / "model.safetensors")[weight]
    held = resources.base.causal.get_parameter(weight)
    assert torch.equal(held, stored.to(held.dtype)) == (method != "qlora")
    plain = logits(None)
    folder = train_adapter(resources, "ft")
    lines = history(folder)
    assert lines[-1]["held_out_loss"] < lines[2]["held_out_loss"]
    assert torch.equal(logits(None), plain)
    trained = logits("ft")
    assert not torch.allclose(trained, plain, atol=1e-2)
    resources.load_adapter("ft")  # from its folder
    assert torch.equal(logits("ft"), trained)
    assert torch.equal(logits(None), plain)
    assert manifest(folder)["base_weights"] == ("nf4" if method == "qlora" else "plain")


def test_a_fully_tuned_model_is_a_folder_that_transformers_loads(job: Job) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    resources = job(method="full", epochs=2, learning_rate=0.01)
    folder = train_adapter(resources, "ft")
    model = AutoModelForCausalLM.from_pretrained(folder)
    assert AutoTokenizer.from_pretrained(folder).chat_template == resources.tokenizer.chat_template
    with resources.base.weights("ft") as mine, torch.no_grad():
        assert all(torch.equal(p, q) for p, q in zip(mine.parameters(), model.parameters(), strict=True))


def test_each_method_has_fingerprints_of_its_own_and_watching_has_none(job: Job) -> None:
    plain = job().identity
    assert job(patience=1).identity.adapter("ft") != plain.adapter("ft")
    assert job(patience=1).identity.predictions("base") == plain.predictions("base")
    assert job(method="lora").identity.predictions("base") != plain.predictions("base")
    assert job(report_to=["tensorboard"], watch_retention=True).identity == plain
    assert job(method="qlora", replay=0.0).identity == plain


def test_patience_stops_and_keeps_the_weights_of_the_lowest_held_out_loss(job: Job) -> None:
    resources = job(epochs=30, learning_rate=0.1, patience=2)
    folder = train_adapter(resources, "ft")
    looks = [(line["step"], line["held_out_loss"]) for line in history(folder) if line["held_out_loss"] is not None]
    best = min(looks, key=lambda look: look[1])
    assert [step for step, _ in looks] == list(range(1, looks[-1][0] + 1))  # three steps an epoch: each is looked at
    assert looks[-1][0] < 90
    assert [step for step, _ in looks if step > best[0]] == [best[0] + 1, best[0] + 2]
    assert manifest(folder)["best_step"] == best[0]
    assert held_out_loss(resources, "ft") == pytest.approx(best[1], rel=2e-2)
    assert held_out_loss(resources, "ft") < looks[-1][1]


def test_patience_without_held_back_rows_is_refused(job: Job) -> None:
    from eval.errors import UserError

    resources = job(patience=2)
    (resources.dataset.path / "dev.jsonl").unlink()
    from eval.arms.resources import Resources
    from eval.pipeline.plan import plan_run

    plan = plan_run(
        resources.dataset.path, model=resources.run_config.model, embedder="all-minilm-l6-v2", out=resources.run
    )
    with pytest.raises(UserError, match=r"'finetune\.patience' needs held-back rows"):
        train_adapter(Resources(plan.dataset, plan.config, plan.identity, plan.folder), "ft")


def test_tensorboard_gets_the_history(job: Job) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    resources = job(epochs=2, report_to=["tensorboard"])
    folder = train_adapter(resources, "ft")
    events = EventAccumulator(str(resources.run / "trackers" / folder.name))
    events.Reload()
    found = [(e.step, e.value) for e in events.Scalars("loss")]
    assert found == [(line["step"], pytest.approx(line["loss"], rel=1e-6)) for line in history(folder)]
    assert len(events.Scalars("held_out_loss")) == 2


def test_an_unknown_tracker_is_refused(job: Job) -> None:
    from eval.errors import UserError

    with pytest.raises(UserError, match="no tracker 'paper'; known: tensorboard, mlflow, wandb"):
        train_adapter(job(report_to=["paper"]), "ft")


def test_retention_is_watched_from_the_base_on_and_changes_nothing(job: Job) -> None:
    from eval.retention.benchmark import find_battery, read_battery
    from eval.retention.forgetting import score_battery
    from eval.retention.weights import LoadedWeights

    unwatched = history(train_adapter(job("plain", epochs=2, learning_rate=0.05), "ft"))
    resources = job("watched", epochs=2, learning_rate=0.05, watch_retention=True)
    lines = history(train_adapter(resources, "ft"))
    assert [line["step"] for line in lines if line["retention"] is not None] == [0, 3, 6]
    assert [line["loss"] for line in lines[1:]] == [line["loss"] for line in unwatched]
    battery = read_battery(find_battery(None, resources.dataset.path))
    for adapter, line in ((None, lines[0]), ("ft", lines[-1])):
        rows = score_battery(LoadedWeights(resources.base, adapter), battery, None)
        values = [r["value"] for r in rows if r["metric"] in ("choice", "pairs")]
        assert line["retention"] == pytest.approx(sum(values) / len(values), abs=1e-2)


@pytest.fixture
def no_kernels(monkeypatch: Any) -> Iterator[Callable[..., None]]:
    """Breaks quantisation as a device without the kernels would."""
    import bitsandbytes as bnb

    from eval.model.quantization import pick_rung

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("no kernel image is available\nand more")

    def plant(*bits: int) -> None:
        pick_rung.cache_clear()
        if 4 in bits:
            monkeypatch.setattr(bnb.functional, "quantize_4bit", fail)
        if 8 in bits:
            monkeypatch.setattr(bnb.functional, "int8_vectorwise_quant", fail)

    yield plant
    pick_rung.cache_clear()


@pytest.mark.parametrize(("broken", "held"), [((4,), "int8"), ((4, 8), "plain")])
def test_the_next_form_is_taken_where_one_does_not_work_and_the_reason_is_kept(
    job: Job, no_kernels: Any, capsys: Any, broken: tuple[int, ...], held: str
) -> None:
    no_kernels(*broken)
    resources = job(epochs=2, learning_rate=0.01)
    from finetune.training.check_rows import check_training

    check_training(resources, ["ft"])
    printed = capsys.readouterr().out
    assert "because NF4 (4-bit) does not work here (RuntimeError: no kernel image is available)" in printed
    known = manifest(train_adapter(resources, "ft"))
    assert known["base_weights"] == held
    assert len(known["base_weights_reasons"]) == len(broken)
    assert known["validation"][-1][1] < known["validation"][0][1]


def test_an_adapter_of_a_base_held_otherwise_is_refused(job: Job, no_kernels: Any) -> None:
    from eval.errors import UserError
    from eval.pipeline.mixed_results import settled
    from eval.pipeline.plan import plan_run

    resources = job("run")
    train_adapter(resources, "ft")
    no_kernels(4)
    model, embedder = resources.run_config.model, resources.run_config.embedder
    plan = plan_run(resources.dataset.path, model=model, embedder=embedder, out=resources.run)
    with pytest.raises(UserError, match="weights nf4 there and int8 here"):
        settled(plan, ["base", "ft"], None)
