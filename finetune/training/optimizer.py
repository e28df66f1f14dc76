"""What moves the weights: the optimizer of this device, and the schedule of its rate. Imports torch."""

from __future__ import annotations

from typing import Any

import torch

from finetune.data.rows import warmup


def schedule(step: int, steps: int) -> float:
    """The share of the learning rate at a step, from 0: linear warm-up, then linear decay to zero."""
    rising = warmup(steps)
    return (step + 1) / rising if step < rising else (steps - step) / max(1, steps - rising)


def make_optimizer(parameters: list[Any], rate: float, device: torch.device) -> Any:
    """Paged 8-bit AdamW on a GPU, where memory is the limit; torch's fused AdamW on a CPU."""
    if device.type == "cuda":
        import bitsandbytes as bnb

        return bnb.optim.PagedAdamW8bit(parameters, lr=rate, weight_decay=0.0)
    return torch.optim.AdamW(parameters, lr=rate, weight_decay=0.0, fused=True)
