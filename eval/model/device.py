"""Which device the work runs on, in which arithmetic, and how much memory there is. Imports torch."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch

from eval.config import Dtype

MEMORY_SHARE = 0.4
"""De-quantise the base when its plain weights take at most this share of the device's memory."""


def pick_device() -> torch.device:
    """The first CUDA device when there is one, this process' own where several run together, else the CPU."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", int(os.environ["LOCAL_RANK"]) if train_together() else torch.cuda.current_device())


def cards() -> list[torch.device]:
    """The visible CUDA devices of the kind of this process' own, which comes first; empty without CUDA.

    Other kinds round differently, or lack a number format, so what they compute is not compared with this one's.
    """
    if not torch.cuda.is_available():
        return []
    own = pick_device()
    kind = torch.cuda.get_device_name(own)
    rest = [i for i in range(torch.cuda.device_count()) if i != own.index and torch.cuda.get_device_name(i) == kind]
    return [own, *(torch.device("cuda", i) for i in rest)]


def train_together() -> bool:
    """Whether several processes were started to train together, each with a device of its own."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1 and "LOCAL_RANK" in os.environ


def shards() -> bool:
    """Whether `accelerate launch` was asked to spread the weights over the processes (FSDP)."""
    return train_together() and os.environ.get("ACCELERATE_USE_FSDP", "false").lower() == "true"


def pick_dtype(device: torch.device) -> torch.dtype:
    """The fastest dtype that training is safe in: bf16 where the hardware multiplies it, else float16 or float32.

    A CPU without AVX-512 BF16 or AMX emulates bf16 at a tenth of its float32 speed (measured: 14 against 129 GFLOP/s),
    and GPUs below compute capability 8.0 emulate it, too. Those from 7.0 on multiply float16 in tensor cores, which
    training uses with a scaled loss (`finetune.training.loss_scale`).
    """
    if device.type == "cuda":
        with torch.cuda.device(device):
            if torch.cuda.is_bf16_supported(including_emulation=False):
                return torch.bfloat16
        return torch.float16 if torch.cuda.get_device_capability(device) >= (7, 0) else torch.float32
    cpu: Any = torch.cpu
    fast = cpu._is_avx512_bf16_supported() or cpu._is_amx_tile_supported()
    return torch.bfloat16 if fast else torch.float32


def resolve_dtype(named: Dtype, device: torch.device) -> torch.dtype:
    """The dtype that `--dtype` stands for on a device."""
    return pick_dtype(device) if named == "auto" else getattr(torch, named)


def total_memory(device: torch.device) -> int:
    """Bytes of memory of the device as a whole; the free share changes, and plans on a CPU must not."""
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory)
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def free_memory(device: torch.device) -> int:
    """Bytes that this process can still take: on a GPU what no process holds and what torch keeps for itself unused."""
    if device.type == "cuda":
        unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0] + unused)
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return total_memory(device)


def unpacked_fits(weights: int, dtype: torch.dtype, device: torch.device) -> bool:
    """Whether so many linear weights are unpacked: when plain they leave most of the device's memory free.

    Those of an 8B model take 13 GiB: a third of a card of 40 GiB, and more than half of one of 24.
    """
    return weights * dtype.itemsize <= MEMORY_SHARE * total_memory(device)
