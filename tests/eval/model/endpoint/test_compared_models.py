"""`evaluate DATASET --model A --model B`: each model is asked the same, and one page says which to take."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.component


def test_two_served_models_are_compared_and_the_one_that_answers_right_is_chosen(
    scripted: Any, fault: Any, make_dataset: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from eval.cli import app

    data, out = make_dataset(), tmp_path / "models"
    rows = [json.loads(line) for line in (data / "test.jsonl").read_text().splitlines()]
    replies = {r["question"]: r["reply"] for r in rows}

    def right(handler: Any, body: dict[str, Any]) -> bool:
        question = body["messages"][-1]["content"].partition("Question: ")[2]
        if body["model"] != "tuned" or question not in replies:
            return False
        said = fault.altered(lambda a: a["choices"][0]["message"].update(content=replies[question]))
        return bool(said(handler, body))

    scripted.faults.append(right)
    command = [str(data), "--model", f"{scripted.url}#base", "--model", f"{scripted.url}#tuned", "--mode", "base"]
    assert app([*command, "--out", str(out), "--json"], standalone_mode=False) in (0, None)
    document = json.loads(capsys.readouterr().out)
    knowledge = {m["name"]: m["axes"]["knowledge"]["base"]["mean"] for m in document["models"]}
    assert knowledge["tuned"] == 1.0 > knowledge["base"]
    page = (out / "matrix.html").read_text(encoding="utf-8")
    assert all(f'href="{name}/report.html"' in page for name in ("base", "tuned"))
    asked = {name: [b["messages"] for b in scripted.seen if b["model"] == name] for name in ("base", "tuned")}
    assert sorted(map(json.dumps, asked["base"])) == sorted(map(json.dumps, asked["tuned"]))
    assert json.loads((out / "matrix.json").read_text()) == document


def test_after_a_kill_the_same_command_asks_for_what_is_missing_and_ends_with_the_same_replies(
    scripted: Any, make_dataset: Callable[..., Path], tmp_path: Path, call: Callable[..., Any], forks: Any
) -> None:
    from eval.cli import app

    data, running = make_dataset(), []

    def kill(handler: Any, body: dict[str, Any]) -> bool:
        if len(scripted.seen) == 6 and running:
            os.kill(running.pop().pid, signal.SIGKILL)
        return False

    def command(out: str) -> list[str]:
        asked = [str(data), "--model", f"{scripted.url}#base", "--mode", "base", "--concurrency", "1"]
        return [*asked, "--out", str(tmp_path / out)]

    def texts(out: str) -> list[str]:
        lines = (tmp_path / out / "predictions" / "base.jsonl").read_text().splitlines()
        return [json.loads(line)["text"] for line in lines]

    scripted.faults.append(kill)
    process = forks.start("from eval.cli import main; main()", *command("killed"))
    running.append(process)
    assert process.wait() == -9
    before = len(scripted.seen)
    assert call(app, *command("killed")).code == 0
    asked = [json.dumps(b["messages"]) for b in scripted.seen if b["messages"][-1]["content"] != "Question: ?"]
    assert len(scripted.seen) - before < 1 + 8 + 4  # at most the one that was under way is asked for again
    assert call(app, *command("whole")).code == 0
    assert texts("killed") == texts("whole") and len(set(asked)) == 8
