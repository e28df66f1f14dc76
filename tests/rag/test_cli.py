from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.terminal.command_line import guarded
from rag.cli import app

HEAVY = ("torch", "transformers", "chromadb", "llama_index", "ragas", "pandas", "sentence_transformers")


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    root = str(Path(__file__).resolve().parents[2])
    code = f"import sys; sys.path.insert(0, {root!r}); from rag.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("arguments", [["--help"], ["index", "--help"], ["ask", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = f"""
import sys
from rag.cli import app
try:
    app({arguments!r})
except SystemExit:
    pass
print("loaded:", [m for m in {HEAVY!r} if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage" in done.stdout
    assert done.stdout.rstrip().endswith("loaded: []")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["index", "nowhere"], "error: nowhere: no such data set"),
        (["ask", "harbours", "  "], "error: the question is empty"),
        (["index", "harbours", "--embedder", "./none"], "error: --embedder ./none: no sentence-transformers model"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_code_2(
    make_dataset: Callable[..., Path], arguments: list[str], expected: str
) -> None:
    folder = make_dataset()
    done = run(*arguments, cwd=folder.parent)
    assert done.returncode == 2
    assert done.stderr.startswith(expected)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert not (folder.parent / "runs").exists()


@pytest.mark.component
def test_index_then_ask_then_index_again(
    make_dataset: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(*arguments: str) -> Any:
        """The command in this process: a new one takes as long to import its libraries as all else together."""
        monkeypatch.setattr(sys, "argv", ["rag", *arguments])
        assert guarded(app) == 0
        return capsys.readouterr()

    folder = make_dataset()
    monkeypatch.chdir(folder.parent)
    first = call("index", "harbours").out
    assert "runs/harbours/index: 10 documents as 10 passages; 10 added, 0 changed, 0 removed, 0 kept" in first
    asked = call("ask", "harbours", "How deep is the harbour of Fonte?", "--passages-only").out
    assert asked.startswith("1. fonte.md  passage 0  score 0.")
    assert "depth of 8 m" in asked
    assert "\n2. " in asked
    (folder / "corpus" / "new.md").write_text("# New\n\nA new harbour.")
    assert "1 added, 0 changed, 0 removed, 10 kept" in call("index", "harbours").out
    told = call("index", "harbours", "--json", "--quiet")
    assert told.err == ""
    document = json.loads(told.out)
    assert (document["dataset"], document["documents"], document["kept"], document["added"]) == ("harbours", 11, 11, 0)
