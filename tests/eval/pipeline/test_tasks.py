"""What a run has to do, beside what its folder holds already."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from eval.errors import UserError
from eval.judge.settings import JudgeSettings
from eval.pipeline.graph import pending
from eval.pipeline.selection import modes_for
from eval.pipeline.tasks import Options, Work, heading
from eval.retention.benchmark import read_battery

pytestmark = pytest.mark.component


@pytest.fixture
def plan(tiny_model: Path, tmp_path: Path, make_dataset: Callable[..., Path]) -> Callable[..., Any]:
    from eval.pipeline.plan import plan_run

    dataset = make_dataset()
    return lambda **options: plan_run(
        dataset, model=str(tiny_model), embedder="all-minilm-l6-v2", out=tmp_path / "run", **options
    )


def names(work: Work) -> list[str]:
    return [t.name for t in work.tasks()]


def test_a_first_run_has_everything_to_do_in_order(plan: Callable[..., Any]) -> None:
    battery = read_battery(Path("datasets/retention"))
    judge = JudgeSettings("http://127.0.0.1:1/v1", "m")
    work = Work(plan(), ["base", "rag", "ft", "hybrid"], Options(judge=judge), battery)
    tasks = work.tasks()
    assert [t.name for t in tasks] == [
        "check", "index", "passages", "rows/ft", "rows/hybrid", "load", "answer/base", "answer/rag", "train/ft",
        "answer/ft", "train/hybrid", "answer/hybrid", "retention/base", "retention/ft", "retention/hybrid", "judge",
        "score", "decide", "report",
    ]  # fmt: skip
    assert pending(tasks) == {t.name for t in tasks}
    assert [t.total for t in tasks if t.kind == "answer"] == [8, 8, 8, 8]
    assert heading(plan(), ["base", "rag"]).startswith("harbours: 8 questions, 2 modes, tiny-llama")


def test_the_graph_in_the_documentation_is_that_of_a_run(plan: Callable[..., Any]) -> None:
    """Each arrow is something that a task needs or comes after, and all that tasks need follows from the arrows."""
    text = (Path(__file__).parents[3] / "docs" / "architecture.md").read_text(encoding="utf-8")
    graph = text[text.index("flowchart LR\n") : text.index("```", text.index("flowchart LR\n"))]
    drawn = {pair for line in graph.splitlines()[1:] for pair in pairwise(line.split()[::2])}
    options = Options(judge=JudgeSettings("http://127.0.0.1:1/v1", "m"))
    work = Work(plan(), ["base", "rag", "ft", "hybrid"], options, read_battery(Path("datasets/retention")))
    kind = {task.name: task.kind for task in work.tasks()}
    needed = {(kind[n], t.kind) for t in work.tasks() for n in t.needs if kind[n] != t.kind}
    assert drawn <= needed | {(kind[n], t.kind) for t in work.tasks() for n in t.after}
    reached = set(drawn)
    while further := {(a, d) for a, b in reached for c, d in drawn if b == c} - reached:
        reached |= further
    assert needed <= reached
    assert {kind for pair in drawn for kind in pair} == set(kind.values())


def test_a_mode_that_there_is_not_is_refused_by_name(plan: Callable[..., Any]) -> None:
    with pytest.raises(UserError, match="--mode tuned: no such mode; known: base, "):
        modes_for(plan().dataset, ["tuned"])


def test_what_the_folder_holds_is_reused(plan: Callable[..., Any]) -> None:
    from eval.arms.predict import _finish, _Journal
    from eval.records import Prediction

    found = plan()
    for mode in ("base", "ft"):
        journal = _Journal(found.folder / "predictions" / f".{mode}.partial")
        journal.done = {0: [Prediction(e.id, "x") for e in found.examples]}
        _finish(found.folder, mode, found.identity.predictions(mode), found.examples, journal, {})
    left = pending(Work(found, ["base", "rag", "ft"]).tasks())
    assert left == {"check", "index", "passages", "load", "answer/rag", "score", "decide", "report"}
    assert pending(Work(found, ["base", "ft"]).tasks()) == {"check", "score", "decide", "report"}


def test_what_was_forgotten_is_measured_once_and_with_it_what_it_is_measured_on(plan: Callable[..., Any]) -> None:
    from eval.arms.predict import _finish, _Journal
    from eval.records import Prediction
    from eval.retention.forgetting import rows_file

    found, battery = plan(), read_battery(Path("datasets/retention"))
    for mode in ("base", "ft"):
        journal = _Journal(found.folder / "predictions" / f".{mode}.partial")
        journal.done = {0: [Prediction(e.id, "x") for e in found.examples]}
        _finish(found.folder, mode, found.identity.predictions(mode), found.examples, journal, {})
    work = Work(found, ["base", "ft"], battery=battery)
    tuned = {"rows/ft", "train/ft", "retention/ft"}
    assert pending(work.tasks()) == {"check", "load", "retention/base", "score", "decide", "report"} | tuned
    file = rows_file(found.folder, "base")
    file.parent.mkdir()
    head = {"fingerprint": found.identity.retention("base", battery.digest)}
    file.write_text(json.dumps(head) + "\n", encoding="utf-8")
    assert pending(work.tasks()) == {"check", "load", "score", "decide", "report"} | tuned  # as after a kill


def test_every_seed_trains_and_answers_under_its_number(plan: Callable[..., Any]) -> None:
    tasks = Work(plan(seeds=2), ["base", "ft"]).tasks()
    assert [t.title for t in tasks[3:8]] == [
        "answering base", "training ft, seed 1", "answering ft, seed 1", "training ft, seed 2", "answering ft, seed 2",
    ]  # fmt: skip
    assert next(t for t in tasks if t.name == "answer/ft/1").needs == ("load", "train/ft/1")


def test_training_alone_needs_the_index_for_the_hybrid_only(plan: Callable[..., Any]) -> None:
    found = plan()
    assert [t.name for t in Work(found).training(["ft"])] == ["rows/ft", "load", "train/ft"]
    folder = found.folder / "adapters" / f"ft-{found.identity.adapter('ft')}"
    folder.mkdir(parents=True)
    (folder / "training.json").write_text(json.dumps({}), encoding="utf-8")
    assert pending(Work(found).training(["ft", "hybrid"])) == {"passages", "rows/hybrid", "load", "train/hybrid"}
