"""Merging on a tiny Llama: the weights' arithmetic, the folder, the gate."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.errors import UserError
from eval.files import read_json, write_json

pytestmark = pytest.mark.component


def test_the_merged_folder_is_a_plain_model_that_says_the_same(tiny_run: Callable[..., Path]) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from eval.model.loading import load_base
    from finetune.export.merge import merge

    merged = merge(tiny_run("ft"), adapter="ft", dtype="fp32")
    manifest = read_json(merged.folder / "manifest.json")
    assert manifest["parity"]["agreement"] == merged.parity.agreement == 1.0
    assert merged.parity.max_difference < 1e-4  # both in float32 arithmetic
    assert manifest["parity"]["positions"] > 300  # eight replies of some 45 bytes, a token each
    assert manifest["bytes"] == sum(p.stat().st_size for p in merged.folder.iterdir() if p.name != "manifest.json")
    model = AutoModelForCausalLM.from_pretrained(merged.folder)
    tokenizer = AutoTokenizer.from_pretrained(merged.folder)
    assert not hasattr(model.config, "quantization_config")
    assert model.generation_config.eos_token_id == [tokenizer.convert_tokens_to_ids("<|im_end|>")]
    assert "<|im_start|>" in tokenizer.chat_template
    assert load_base(str(merged.folder)).tokenizer.chat_template == tokenizer.chat_template


def test_weights_are_the_dequantised_base_plus_the_scaled_product(tiny_run: Callable[..., Path]) -> None:
    """W + (alpha / rank) B A from the adapter's own file; the bf16 form is that sum, rounded once."""
    import torch
    from safetensors.torch import load_file

    from eval.model.loading import load_base
    from finetune.export.atomic_folders import open_tuned
    from finetune.export.merge import merge

    run = tiny_run("ft")
    tuned = open_tuned(run, "ft")
    lora = load_file(tuned.folder / "adapter_model.safetensors")
    settings = json.loads((tuned.folder / "adapter_config.json").read_text())
    scale = settings["lora_alpha"] / settings["r"]
    base = load_base(tuned.plan.config.model).causal.state_dict()
    for dtype in ("fp32", "bf16"):
        folder = merge(run, adapter="ft", dtype=dtype).folder
        weights = load_file(folder / "model.safetensors")
        assert set(weights) == set(base)
        for name, weight in weights.items():
            prefix = f"base_model.model.{name.removesuffix('.weight')}.lora_"
            expected = base[name].float()
            if f"{prefix}A.weight" in lora:
                expected = expected + scale * lora[f"{prefix}B.weight"] @ lora[f"{prefix}A.weight"]
            assert torch.allclose(
                weight.float(), expected.to(weight.dtype).float(), rtol=1e-2 if dtype == "bf16" else 1e-5, atol=1e-7
            ), name


def test_a_merge_is_kept_until_the_adapter_changes(tiny_run: Callable[..., Path]) -> None:
    from finetune.export.merge import merge

    run = tiny_run("ft")
    first = merge(run, adapter="ft", dtype="fp32")
    written = (first.folder / "model.safetensors").stat().st_mtime_ns
    assert merge(run, adapter="ft", dtype="fp32") == first
    assert (first.folder / "model.safetensors").stat().st_mtime_ns == written
    write_json(first.folder / "manifest.json", read_json(first.folder / "manifest.json") | {"fingerprint": "older"})
    merge(run, adapter="ft", dtype="fp32")
    assert (first.folder / "model.safetensors").stat().st_mtime_ns > written


def test_a_merge_that_says_something_else_leaves_nothing(
    tiny_run: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One projection scaled by three, as a wrong alpha would do it."""
    from finetune.export import merge as module

    right = module.merged_state

    def wrong(*arguments: Any) -> dict[str, Any]:
        state = right(*arguments)
        state["model.layers.1.mlp.down_proj.weight"] *= 3
        return state

    run = tiny_run("ft")
    monkeypatch.setattr(module, "merged_state", wrong)
    with pytest.raises(UserError, match=r"does not say what it was made from: top-1 agreement"):
        module.merge(run, adapter="ft", dtype="fp32")
    assert not list((run / "merged").iterdir())


def test_what_cannot_be_merged_is_one_line(tiny_run: Callable[..., Path], tmp_path: Path) -> None:
    from finetune.export.merge import merge

    run = tiny_run("ft")
    with pytest.raises(UserError, match="no such adapter; train it with: finetune train"):
        merge(run, adapter="hybrid")
    with pytest.raises(UserError, match="no verdict that names an adapter"):
        merge(run)
    with pytest.raises(UserError, match="known: ft, hybrid"):
        merge(run, adapter="lora")
    with pytest.raises(UserError, match="known: bf16, fp16, fp32"):
        merge(run, adapter="ft", dtype="int4")
    with pytest.raises(UserError, match="no run folder"):
        merge(tmp_path / "nothing", adapter="ft")
    with pytest.raises(UserError, match="is no merged model"):
        merge(run, tmp_path, adapter="ft")
