"""Forms of a model whose logits can be compared: an adapter on the loaded base, a folder of plain weights.

Imports torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from eval.model.base import Base
from eval.model.device import pick_device
from finetune.export.parity import Logits


def adapter_logits(base: Base, adapter: str | None) -> Logits:
    """The loaded base with an adapter switched on, computed as `evaluate` computes it."""

    def logits(tokens: Sequence[int], start: int) -> Any:
        with base.weights(adapter) as model, base.computing(), torch.inference_mode():
            return _of(model, base.device, tokens, start)

    return logits


def compute_exactly(base: Base) -> bool:
    """Turn the loaded base to float32 arithmetic, the same weights, where it lies unpacked on a CPU; tells whether.

    In bf16 the same model differs from itself: the demo's hybrid adapter, as evaluated, from its merge at 2 of 135
    positions, in bf16 and in fp16 alike. Only without that noise does a comparison show what merging did.
    """
    if base.device.type != "cpu" or any(p.dtype == torch.uint8 for p in base.causal.parameters()):
        return False
    base.causal.float()
    base.dtype = torch.float32
    return True


def model_logits(model: Any) -> Logits:
    """A plain transformers model, where it lies and in its own dtype."""

    def logits(tokens: Sequence[int], start: int) -> Any:
        with torch.inference_mode():
            return _of(model, model.device, tokens, start)

    return logits


def load_plain(folder: Path, **how: Any) -> Any:
    """A folder of plain weights (or, with `gguf_file`, a GGUF), ready to compare: float32 on a CPU, else as stored.

    A CPU multiplies 16-bit numbers with errors of its own, which are not the weights'.
    """
    import transformers
    from transformers import AutoModelForCausalLM

    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    device = pick_device()
    dtype = torch.float32 if device.type == "cpu" else "auto"
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, local_files_only=True, **how)
    return model.to(device).eval()


def _of(model: Any, device: torch.device, tokens: Sequence[int], start: int) -> Any:
    ids = torch.tensor([list(tokens)], device=device)
    out = model(input_ids=ids, use_cache=False, logits_to_keep=len(tokens) - start + 1)
    return out.logits[0, :-1].float().cpu().numpy()
