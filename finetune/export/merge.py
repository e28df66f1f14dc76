"""An adapter merged into its base: a plain model folder, and proof that it says the same.

The numbers that the adapter was trained on are those of the 4-bit base, so it is added to the de-quantised 4-bit
weights: not to the original ones, and never back into 4 bits, which would round the adapter away.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.errors import UserError
from eval.files import read_json, write_json
from eval.strategies import Adapter
from eval.terminal.progress import say
from finetune.export.atomic_folders import MANIFEST, Tuned, appearing, folder_bytes, open_tuned, quiet
from finetune.export.parity import Parity, check, held_out_rows, measure

if TYPE_CHECKING:
    from eval.model.base import Base

DTYPES = {"bf16": "bfloat16", "fp16": "float16", "fp32": "float32"}


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged model's folder and how well it agrees with the adapter on its base."""

    folder: Path
    run: Path
    adapter: Adapter
    fingerprint: str
    """Of the adapter."""
    dtype: str
    parity: Parity


def merge(run: Path, out: Path | None = None, *, adapter: str | None = None, dtype: str = "bf16") -> Merged:
    """Merge an adapter of a run (by default its verdict's) into `out`, by default RUN/merged/<adapter>-<dtype>.

    What is already there from the same adapter is kept. Raises UserError, and leaves nothing behind, when the merged
    model does not agree with the adapter on its base.
    """
    if dtype not in DTYPES:
        raise UserError(f"--dtype {dtype}: no such number format; known: {', '.join(DTYPES)}")
    tuned = open_tuned(run, adapter)
    folder = out or run / "merged" / f"{tuned.name}-{dtype}"
    if folder.exists() and not (folder / MANIFEST).is_file():
        raise UserError(f"{folder}: exists and is no merged model; name another folder with --out")
    return _known(tuned, folder, dtype) or _merge(tuned, folder, dtype)


def _known(tuned: Tuned, folder: Path, dtype: str) -> Merged | None:
    if not (folder / MANIFEST).is_file():
        return None
    manifest = read_json(folder / MANIFEST)
    if (manifest.get("fingerprint"), manifest.get("dtype")) != (tuned.fingerprint, dtype):
        return None
    return Merged(folder, tuned.plan.folder, tuned.name, tuned.fingerprint, dtype, Parity(**manifest["parity"]))


def _merge(tuned: Tuned, folder: Path, dtype: str) -> Merged:
    from eval.arms.resources import Resources
    from finetune.export.logits import adapter_logits, compute_exactly, load_plain, model_logits

    plan = tuned.plan
    resources = Resources(plan.dataset, plan.config, plan.identity, plan.folder)
    resources.load_adapter(tuned.name)
    rows = held_out_rows(resources, tuned.name)
    with appearing(folder) as temporary:
        say(f"merging {tuned.folder.name} into {folder}")
        save_merged(resources.base, tuned.name, temporary, dtype)
        exact = compute_exactly(resources.base)
        parity = measure(adapter_logits(resources.base, tuned.name), model_logits(load_plain(temporary)), rows)
        check(parity, f"the merged model ({dtype})")
        write_json(temporary / MANIFEST, _manifest(tuned, dtype, parity, folder_bytes(temporary), exact))
    return Merged(folder, plan.folder, tuned.name, tuned.fingerprint, dtype, parity)


def _manifest(tuned: Tuned, dtype: str, parity: Parity, size: int, exact: bool) -> dict[str, Any]:
    return {
        "form": "merged",
        "adapter": tuned.name,
        "fingerprint": tuned.fingerprint,
        "base_fingerprint": tuned.plan.identity.model,
        "data": tuned.plan.config.dataset.name,
        "dtype": dtype,
        "bytes": size,
        "compared_with": "the adapter on its 4-bit base, " + ("in float32 arithmetic" if exact else "as evaluated"),
        "parity": parity.record(),
    }


def save_merged(base: Base, adapter: str, folder: Path, dtype: str) -> None:
    """Write the base with the adapter added to its de-quantised weights as a plain transformers folder.

    With it go the tokenizer, the chat template and a generation config that stops where `evaluate` stops.
    """
    import torch
    from huggingface_hub import save_torch_state_dict
    from transformers import GenerationConfig

    from eval.model.generate import stop_tokens
    from eval.model.kv_cache import pad_token

    state = merged_state(base, adapter, getattr(torch, DTYPES[dtype]))
    config = type(base.causal.config).from_dict(base.causal.config.to_dict())
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    config.dtype = getattr(torch, DTYPES[dtype])
    config.architectures = [type(base.causal).__name__]
    config.save_pretrained(folder)
    with quiet():
        save_torch_state_dict(state, folder, metadata={"format": "pt"})
    named = base.causal.generation_config.to_dict() if base.causal.generation_config else {}
    generation = GenerationConfig.from_dict(named)
    generation.eos_token_id = sorted(stop_tokens(base))
    generation.pad_token_id = pad_token(base.tokenizer)
    generation.save_pretrained(folder)
    base.tokenizer.save_pretrained(folder)


def merged_state(base: Base, adapter: str, dtype: Any) -> dict[str, Any]:
    """The merged weights by the names of the plain model, on the CPU; sums are made in float32 and rounded once."""
    import torch
    from peft.tuners.lora import LoraLayer
    from peft.utils.integrations import dequantize_module_weight

    state: dict[str, Any] = {}
    with torch.no_grad():
        for name, parameter in base.causal.named_parameters():
            if "lora_" in name:
                continue
            path, _, leaf = name.rpartition(".")
            module = base.causal.get_submodule(path)
            value = dequantize_module_weight(module) if leaf == "weight" else parameter
            owner = path.removesuffix(".base_layer")
            wrapper = base.causal.get_submodule(owner)
            if leaf == "weight" and isinstance(wrapper, LoraLayer):
                value = value.float() + wrapper.get_delta_weight(adapter).float()
            state[f"{owner}.{leaf}"] = value.detach().to("cpu", dtype)
        kept = base.causal.state_dict().keys()
        state |= {n: b.detach().cpu() for n, b in base.causal.named_buffers() if n in kept}
    return state
