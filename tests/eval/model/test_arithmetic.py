"""What is known of the arithmetic before a model is loaded, and that it is asked of torch once."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.model.arithmetic import Arithmetic, from_record, to_record
from eval.pipeline.fingerprints import differences

HERE = Arithmetic("cpu", "float32", "nf4", "family", {"torch": "2.9.0"})

ASK = """
import sys
from pathlib import Path
from eval.model.arithmetic import arithmetic_here
found = arithmetic_here(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
print(found.device, found.dtype, found.weights, "torch" in sys.modules)
"""


def ask(model: Path, method: str, dtype: str, cache: Path) -> list[str]:
    import os

    done = subprocess.run(
        [sys.executable, "-c", ASK, str(model), method, dtype], capture_output=True, text=True, check=True,
        env={**os.environ, "RAG_OR_FINETUNE_CACHE": str(cache)},
    )  # fmt: skip
    return done.stdout.split()


@pytest.mark.component
def test_torch_is_asked_once_and_what_it_said_is_kept(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "llama"}', encoding="utf-8")
    first = ask(tmp_path, "lora", "float32", tmp_path / "cache")
    assert first[1:] == ["float32", "plain", "True"]
    assert ask(tmp_path, "lora", "float32", tmp_path / "cache") == [*first[:3], "False"]
    (kept,) = (tmp_path / "cache" / "arithmetic").iterdir()
    assert json.loads(kept.read_text(encoding="utf-8"))["lora float32"]["dtype"] == "float32"
    kept.write_text("torn", encoding="utf-8")
    assert ask(tmp_path, "lora", "float32", tmp_path / "cache") == first


def test_a_record_is_read_back_as_it_was() -> None:
    assert from_record(json.loads(json.dumps(to_record(HERE, reply_limit=256)))) == HERE


def test_what_differs_is_named_with_both_values() -> None:
    there = replace(HERE, device="cuda", dtype="bfloat16", versions={"torch": "2.8.0"})
    assert differences(to_record(there), to_record(HERE)) == [
        "device (cuda before, cpu now)", "dtype (bfloat16 before, float32 now)", "torch (2.8.0 before, 2.9.0 now)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"instruction": "0123456789abcdef"}, {"instruction": "fedcba9876543210"}, ["the instruction"]),
        ({"finetune": {"rank": 8, "epochs": 3}}, {"finetune": {"rank": 16, "epochs": 3}},
         ["finetune.rank (8 before, 16 now)"]),
        ({"training": {"finetune": {"rank": 8}}, "adapter": "a"}, {"training": {"finetune": {"rank": 4}},
         "adapter": "b"}, ["finetune.rank (8 before, 4 now)"]),
        ({"seed": 0}, {"seed": 0}, []),
        ({}, {"corpus": "0123456789abcdef"}, ["corpus (None before, 0123456789abcdef now)"]),
    ],
)  # fmt: skip
def test_parts_are_compared_by_name(before: Any, after: Any, said: list[str]) -> None:
    assert differences(before, after) == said
