"""The tutorial's own commands, from its folder to a report, on a tiny model in place of the default one."""

from __future__ import annotations

import importlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.data.dataset import load_dataset
from eval.data.drafting.draft_set import draft_set

ROOT = Path(__file__).resolve().parents[2]
MODULES = {"dataset": "eval.data.dataset_cli", "evaluate": "eval.cli", "rag": "rag.cli"}

Run = Callable[..., str]


def commands() -> list[list[str]]:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8"), re.DOTALL)
    return [line.split() for line in blocks[0].strip().split("\n")]


@pytest.fixture
def run(call: Callable[..., Any], desk: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command of the tutorial at the desk; what it prints."""
    monkeypatch.chdir(desk)

    def run(command: list[str], *more: str) -> str:
        done = call(importlib.import_module(MODULES[command[0]]).app, *command[1:], *more)
        assert done.code == 0, done.err
        return str(done.out)

    return run


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "docs" / "tutorial" / "papers", tmp_path / "docs" / "tutorial" / "papers")
    return tmp_path


@pytest.mark.model
def test_the_tutorial_goes_from_a_folder_to_a_report(desk: Path, run: Run, tiny_model: Path) -> None:
    assert 1 <= len(commands()) <= 5
    said = []
    for command in commands():
        more: tuple[str, ...] = ()
        if command[0] == "evaluate":
            more = ("--model", str(tiny_model))
            if "--check" not in command:
                more += ("--mode", "base", "--mode", "rag", "--no-retention", "--quiet", "--limit", "24")
        said.append(run(command, *more))
    assert "old-logo.ai: unknown kind of file" in said[0]
    data = load_dataset(desk / "fennmark")
    rows = [*data.train, *data.test]
    assert len(rows) == 72
    assert len(data.documents) == 8
    cited = {e.id: re.search(r"\[(.+)\]$", e.reply) for e in rows}
    assert all((found := cited[e.id]) is not None and e.documents == (found[1],) for e in rows)
    assert (desk / "runs" / "fennmark" / "report.html").stat().st_size > 10_000
    decision = json.loads((desk / "runs" / "fennmark" / "decision.json").read_text())
    assert decision["stamp"] == ""


def test_the_papers_can_be_drafted_from_without_their_questions(desk: Path, run: Run) -> None:
    (desk / "docs" / "tutorial" / "papers" / "questions.xlsx").unlink()
    said = run(["dataset", "init", "docs/tutorial/papers", "--into", "fennmark"])
    assert "next: dataset draft fennmark" in said
    done = draft_set(desk / "fennmark", rows=60)
    assert {"table", "faq", "cloze", "unanswerable"} <= set(done.origins)
    texts = {d.id: d.text for d in load_dataset(desk / "fennmark").texts}
    assert "Not for customers" not in texts["catalogue.xlsx"]
    assert "hall 3" in texts["workshop/moved-store.eml"]
