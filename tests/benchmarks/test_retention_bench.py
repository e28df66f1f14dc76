"""The states that the retention bench brings a model into, and its reading of public sets."""

from __future__ import annotations

import json
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.retention import NOISE, STRENGTHS, accuracy, correlation, read_parts, states
from eval.errors import UserError
from eval.retention.benchmark import Battery

PAIR = Battery((), ({"good": "Cats sleep.", "bad": "Cats sleeps.", "family": "agreement"},), (), (), "")


@pytest.fixture
def public(tmp_path: Path) -> tuple[Path, Path]:
    rows = [{"query": f"Question: What is {i}?\n", "choices": [f"{i}", "no"], "gold": 0} for i in range(5)]
    for name in ("arc_easy", "piqa"):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "blimp.zip", "w") as archive:
        for uid in ("a", "b"):
            lines = [{"sentence_good": f"{uid}{i}", "sentence_bad": f"{i}{uid}", "UID": uid} for i in range(9)]
            archive.writestr(f"data/{uid}.jsonl", "".join(json.dumps(x) + "\n" for x in lines))
    return tmp_path, tmp_path / "blimp.zip"


def test_public_sets_are_read_as_batteries(public: tuple[Path, Path]) -> None:
    parts = read_parts(*public, 4)
    assert [len(p.choice) + len(p.pairs) for p in parts.values()] == [150, 270, 4, 4, 4]
    assert all(c["question"].startswith("What is") and c["options"][1] == "no" for c in parts["piqa"].choice)
    assert [p["family"] for p in parts["blimp"].pairs] == ["a", "a", "b", "b"]
    assert read_parts(*public, 4) == parts


def test_an_absent_set_is_named(public: tuple[Path, Path]) -> None:
    (public[0] / "piqa.jsonl").unlink()
    with pytest.raises(UserError, match=r"piqa\.jsonl: no such file"):
        read_parts(*public, 4)


def test_correlation_by_hand() -> None:
    """Deviations -1, 0, 1, 0 and -1, 1, 1, -1: 2 / sqrt(2 * 4)."""
    said = correlation(np.array([1.0, 2.0, 3.0, 2.0]), np.array([1.0, 3.0, 3.0, 1.0]))
    assert said.startswith("r = 0.71 [") and said.endswith(", n=4")


@pytest.mark.component
def test_noise_grows_and_is_taken_back_and_adapters_grow_stronger(tiny_base: Any, tmp_path: Path) -> None:
    from peft import LoraConfig

    tiny_base.add_adapter("made", LoraConfig(r=2, target_modules=["q_proj"], init_lora_weights=False))
    tiny_base.peft.save_pretrained(tmp_path, selected_adapters=["made"])
    tiny_base.drop_adapter("made")
    weight = next(w for n, w in tiny_base.causal.named_parameters() if ".layers." in n and w.dim() == 2)
    original, moved, scales = weight.detach().clone(), [], []
    for _, adapter in states(tiny_base, [tmp_path / "made"]):
        moved.append(float((weight - original).abs().mean()))
        if adapter:
            scales.append(tiny_base.causal.get_submodule("model.layers.0.self_attn.q_proj").scaling["tuned"])
        assert accuracy(tiny_base, adapter, PAIR) in (0.0, 1.0)
    noise, tuned = moved[: len(NOISE)], moved[len(NOISE) :]
    assert noise[0] == 0 and all(a < b for a, b in pairwise(noise))
    assert tuned == [0.0] * len(STRENGTHS)
    assert np.array(scales) / scales[0] == pytest.approx(STRENGTHS)
