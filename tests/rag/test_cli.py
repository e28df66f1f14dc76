from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.cli import app

HEAVY = ("torch", "transformers", "chromadb", "llama_index", "ragas", "pandas", "sentence_transformers")


def test_help_imports_nothing_heavy() -> None:
    code = f"""
import sys
from rag.cli import app
for arguments in (["--help"], ["index", "--help"], ["ask", "--help"]):
    try:
        app(arguments)
    except SystemExit:
        pass
print("loaded:", [m for m in {HEAVY!r} if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.count("Usage") == 3
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
    make_dataset: Callable[..., Path], call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch,
    arguments: list[str], expected: str,
) -> None:  # fmt: skip
    folder = make_dataset()
    monkeypatch.chdir(folder.parent)
    done = call(app, *arguments)
    assert done.code == 2
    assert done.err.startswith(expected)
    assert done.err.count("\n") == 1
    assert done.out == ""
    assert not (folder.parent / "runs").exists()


@pytest.mark.component
def test_index_then_ask_then_index_again(
    make_dataset: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, call: Callable[..., Any]
) -> None:
    def rag(*arguments: str) -> Any:
        done = call(app, *arguments)
        assert done.code == 0
        return done

    folder = make_dataset()
    monkeypatch.chdir(folder.parent)
    first = rag("index", "harbours").out
    assert "runs/harbours/index: 10 documents as 10 passages; 10 added, 0 changed, 0 removed, 0 kept" in first
    asked = rag("ask", "harbours", "How deep is the harbour of Fonte?", "--passages-only").out
    assert asked.startswith("1. fonte.md  passage 0  score 0.")
    assert "depth of 8 m" in asked
    assert "\n2. " in asked
    (folder / "corpus" / "new.md").write_text("# New\n\nA new harbour.")
    assert "1 added, 0 changed, 0 removed, 10 kept" in rag("index", "harbours").out
    told = rag("index", "harbours", "--json", "--quiet")
    assert told.err == ""
    document = json.loads(told.out)
    assert (document["dataset"], document["documents"], document["kept"], document["added"]) == ("harbours", 11, 11, 0)
