"""Which device the work runs on, in which arithmetic, and how much memory there is. Imports torch."""

from __future__ import annotations

import os
from typing import Any

import torch

from eval.config import Dtype

MEMORY_SHARE = 0.4
"""De-quantise the base on a CPU when its plain weights take at most this share of the machine's memory."""


def pick_device() -> torch.device:
    """The CUDA device when there is one, this process' own where several train together, else the CPU."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", int(os.environ["LOCAL_RANK"])) if train_together() else torch.device("cuda")


def train_together() -> bool:
    """Whether several processes were started to train together, each with a device of its own."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1 and "LOCAL_RANK" in os.environ


def shards() -> bool:
    """Whether `accelerate launch` was asked to spread the weights over the processes (FSDP)."""
    return train_together() and os.environ.get("ACCELERATE_USE_FSDP", "false").lower() == "true"


def pick_dtype(device: torch.device) -> torch.dtype:
    """The fastest dtype that training is safe in: bf16 where the hardware multiplies it, else float32.

    A CPU without AVX-512 BF16 or AMX emulates bf16 at a tenth of its float32 speed (measured: 14 against 129 GFLOP/s).
    """
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    cpu: Any = torch.cpu
    fast = cpu._is_avx512_bf16_supported() or cpu._is_amx_tile_supported()
    return torch.bfloat16 if fast else torch.float32


def resolve_dtype(named: Dtype, device: torch.device) -> torch.dtype:
    """The dtype that `--dtype` stands for on a device."""
    return pick_dtype(device) if named == "auto" else getattr(torch, named)


def total_memory(device: torch.device) -> int:
    """Bytes of memory of the device as a whole; the free share changes, and plans must not."""
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory)
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def unpacked_fits(weights: int, dtype: torch.dtype) -> bool:
    """Whether so many linear weights are unpacked on a CPU: when they leave most of the machine's memory free."""
    return weights * dtype.itemsize <= MEMORY_SHARE * total_memory(torch.device("cpu"))
