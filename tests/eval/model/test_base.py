"""The loaded base: 4-bit numbers, adapters switched on and off, and what is said when a model is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.errors import UserError


def test_missing_folder_is_named() -> None:
    from eval.model.model_files import locate_model

    with pytest.raises(UserError, match=r"--model \./nowhere: no model folder there"):
        locate_model("./nowhere")


def test_hub_id_that_is_not_cached_names_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import subprocess
    import sys

    code = "from eval.model.model_files import locate_model; locate_model('nobody/nothing')"
    env = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path), "PATH": "/usr/bin"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert "UserError: --model nobody/nothing: not in the local cache" in done.stderr
    assert "hf download nobody/nothing" in done.stderr


@pytest.mark.component
def test_fingerprint_follows_the_weights(tiny_model: Path, tmp_path: Path) -> None:
    import shutil

    from eval.model.model_files import model_fingerprint

    copy = tmp_path / "copy"
    shutil.copytree(tiny_model, copy)
    assert model_fingerprint(copy) == model_fingerprint(tiny_model)
    weights = copy / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    assert model_fingerprint(copy) != model_fingerprint(tiny_model)


@pytest.mark.component
def test_unpacked_weights_are_the_numbers_of_nf4(tiny_model: Path, tiny_base: Any) -> None:
    """Each unpacked weight is the bitsandbytes NF4 round trip of the original: 16 levels a block of 64."""
    import bitsandbytes as bnb
    import torch
    from safetensors.torch import load_file

    name = "model.layers.0.mlp.up_proj.weight"
    original = load_file(tiny_model / "model.safetensors")[name].to(tiny_base.dtype)
    packed, state = bnb.functional.quantize_4bit(original, quant_type="nf4", compress_statistics=True)
    expected = bnb.functional.dequantize_4bit(packed, state).to(tiny_base.dtype)
    loaded = tiny_base.causal.get_parameter(name)
    assert torch.equal(loaded, expected)
    assert not torch.equal(loaded, original)
    assert len(torch.unique(loaded.flatten()[:64])) <= 16


@pytest.mark.component
def test_adapters_switch_on_one_base(tiny_base: Any) -> None:
    import torch
    from peft import LoraConfig

    ids = torch.tensor([[1, 40, 50, 60]])

    def logits(adapter: str | None) -> torch.Tensor:
        with tiny_base.weights(adapter) as model, torch.no_grad():
            return model(ids).logits.clone()

    plain = logits(None)
    for name, scale in (("ft", 1.0), ("hybrid", -1.0)):
        tiny_base.add_adapter(name, LoraConfig(r=2, target_modules="all-linear", init_lora_weights=False))
        with torch.no_grad():
            for key, parameter in tiny_base.peft.named_parameters():
                if f".{name}." in key:
                    parameter.mul_(scale * 3)
    ft, hybrid = logits("ft"), logits("hybrid")
    assert not torch.equal(ft, plain)
    assert not torch.equal(ft, hybrid)
    assert torch.equal(logits(None), plain)
    assert torch.equal(logits("ft"), ft)
