"""What a run says that it has to do, beside what its folder holds already."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.pipeline.steps import heading, planned, training
from eval.retention.tasks import read_battery

pytestmark = pytest.mark.component


@pytest.fixture
def plan(tiny_model: Path, tmp_path: Path, make_dataset: Callable[..., Path]) -> Callable[..., Any]:
    from eval.pipeline.plan import plan_run

    dataset = make_dataset()
    return lambda **options: plan_run(
        dataset, model=str(tiny_model), embedder="all-minilm-l6-v2", out=tmp_path / "run", **options
    )


def test_a_first_run_has_everything_to_do_in_order(plan: Callable[..., Any]) -> None:
    battery = read_battery(Path("datasets/retention"))
    steps = planned(plan(), ["base", "rag", "ft", "hybrid"], battery, judged=True)
    assert [s.label for s in steps] == [
        "checking the data", "indexing", "loading the model", "answering: base", "answering: rag", "training ft",
        "answering: ft", "training hybrid", "answering: hybrid", "retention", "judging", "scoring", "deciding",
        "writing the report",
    ]  # fmt: skip
    assert {s.state for s in steps} == {"waiting"}
    assert [s.total for s in steps if s.kind == "answering"] == [8, 8, 8, 8]
    assert heading(plan(), ["base", "rag"]).startswith("harbours: 8 questions, 2 modes, tiny-llama")


def test_what_the_folder_holds_is_reused(plan: Callable[..., Any]) -> None:
    from eval.arms.predict import _finish, _Journal
    from eval.records import Prediction

    found = plan()
    for mode in ("base", "ft"):
        journal = _Journal(found.folder / "predictions" / f".{mode}.partial")
        journal.done = {0: [Prediction(e.id, "x") for e in found.examples]}
        _finish(found.folder, mode, found.identity.predictions(mode), found.examples, journal, {})
    steps = {s.label: s.state for s in planned(found, ["base", "rag", "ft"], None, judged=False)}
    assert [label for label, state in steps.items() if state == "reused"] == [
        "answering: base", "training ft", "answering: ft",
    ]  # fmt: skip
    assert steps["indexing"] == steps["loading the model"] == "waiting"
    only = {s.label: s.state for s in planned(found, ["base", "ft"], None, judged=False)}
    assert "loading the model" not in only and "indexing" not in only


def test_every_seed_trains_and_answers_under_its_number(plan: Callable[..., Any]) -> None:
    steps = planned(plan(seeds=2), ["base", "ft"], None, judged=False)
    assert [s.name for s in steps[2:7]] == [
        "answering base", "training ft, seed 1", "answering ft, seed 1", "training ft, seed 2", "answering ft, seed 2",
    ]  # fmt: skip


def test_training_alone_needs_the_index_for_the_hybrid_only(plan: Callable[..., Any]) -> None:
    found = plan()
    assert [s.label for s in training(found, ["ft"])[1]] == ["loading the model", "training ft"]
    folder = found.folder / "adapters" / f"ft-{found.identity.adapter('ft')}"
    folder.mkdir(parents=True)
    (folder / "training.json").write_text(json.dumps({}), encoding="utf-8")
    title, steps = training(found, ["ft", "hybrid"])
    assert title.startswith("harbours: adapters of tiny-llama")
    assert [(s.label, s.state) for s in steps] == [
        ("loading the model", "waiting"), ("indexing", "waiting"), ("training ft", "reused"),
        ("training hybrid", "waiting"),
    ]  # fmt: skip
