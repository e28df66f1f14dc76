"""What training will take of memory and time on this device, before the weights are loaded. Imports torch.

Memory is a sum of parts, each with its formula beside it in `Part.formula`. Time is the floating-point operations of
the planned steps over the speed of a short timed product, at the share of that speed that whole steps reach.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from eval.model.device import cards, free_memory, total_memory
from eval.model.device_map import choose_devices
from eval.model.dimensions import BITS, Shape, activation_bytes
from eval.model.kv_cache import common_prefix
from finetune.data.row import Row
from finetune.training.loss import PIECE
from finetune.training.micro_batches import Fit, padded

ADAM = {"cpu": 8, "cuda": 2}
"""Bytes of both moments of one parameter: float32 on a CPU, paged 8-bit on a GPU."""
SHARE = 0.4
"""Of the timed product's speed that whole steps reach (0.47 and 0.36 on the two adapters of the bundled set)."""
LOGITS = 2 * 4 * PIECE
"""Bytes of the logits that are held at once, and of their odds."""
CPU_SHARE, GPU_SHARE = 0.5, 0.85
"""Of a machine's memory, and of what is free on a card, for training beside the weights."""
PROBE_SECONDS = 0.3
GIB = float(1 << 30)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the memory."""

    name: str
    bytes: float
    formula: str


@dataclass(frozen=True, slots=True)
class Load:
    """What the planned steps put through the model."""

    steps: int
    tokens: int
    """Of all steps, with padding."""
    largest: int
    """Tokens of the largest step, with padding and without sharing."""
    longest: int
    """Tokens of the longest row."""
    labelled: int
    """Tokens that carry loss, of all steps."""


def load_of(rows: Sequence[Row], steps: Sequence[Sequence[int]], *, share_prefix: bool) -> Load:
    """Padded tokens of the planned steps; with `share_prefix` a batch's common beginning counts once."""
    sizes, whole, longest, labelled = [], 0, 0, 0
    for step in steps:
        batch = [rows[i] for i in step]
        shared = min(common_prefix([r.tokens for r in batch]), min(r.start for r in batch) - 1) if share_prefix else 0
        shared = max(shared, 0)
        sizes.append(shared + len(batch) * (max(len(r.tokens) for r in batch) - shared))
        whole, longest = max(whole, padded(batch)), max(longest, *(len(r.tokens) for r in batch))
        labelled += sum(len(r.tokens) - r.start for r in batch)
    return Load(len(sizes), sum(sizes), whole, longest, labelled)


def kept_bytes(config: Any, dtype: torch.dtype) -> int:
    """Bytes that one token keeps for the backward pass where every layer keeps its own."""
    return int(config.num_hidden_layers * activation_bytes(config, dtype))


def recomputed_bytes(config: Any, dtype: torch.dtype) -> int:
    """Bytes that one token keeps where layers are recomputed: each layer's input, and all of the one at work."""
    return int(config.num_hidden_layers * config.hidden_size * dtype.itemsize + activation_bytes(config, dtype))


def training_room(devices: Sequence[torch.device], trained: int) -> float:
    """Bytes for what a step's pieces keep, once the model is loaded and an adapter of `trained` weights is on it.

    On a GPU what is free; on a CPU, where others come and go, half of the machine's memory.
    """
    first = devices[0]
    there = CPU_SHARE * total_memory(first) if first.type == "cpu" else GPU_SHARE * _least_free(devices)
    return there - (4 + ADAM[first.type]) * trained - LOGITS


def training_share(device: torch.device) -> float:
    """Of `memory_there`, what training may plan with."""
    return CPU_SHARE if device.type == "cpu" else GPU_SHARE


def memory_there(device: torch.device, needed: float) -> tuple[list[torch.device], float]:
    """The devices that a model would lie on which takes `needed` bytes at least, and their bytes of memory."""
    if device.type == "cpu":
        return [device], float(total_memory(device))
    every = cards()
    free = [float(free_memory(d)) for d in every]
    taken = choose_devices(needed, [GPU_SHARE * f for f in free]) or list(range(len(every)))
    return [every[i] for i in taken], sum(free[i] for i in taken)


def _least_free(devices: Sequence[torch.device]) -> float:
    return float(len(devices) * min(free_memory(d) for d in devices))


def memory(shape: Shape, cut: Fit, *, rank: int, method: str, held: str, dtype: torch.dtype, device: str) -> list[Part]:
    """The parts of peak memory in bytes with steps cut as `cut`; `held` is how linear weights lie: nf4, int8, plain."""
    size, full = dtype.itemsize, method == "full"
    each = 4.0 if full else (BITS[held] / 8 if held in BITS else float(size))
    rest = 4 if full else size
    trained = shape.linear + shape.other if full else rank * shape.lora
    layer = size * (16 * shape.hidden + 4 * shape.intermediate)
    if cut.recompute:
        kept = cut.tokens * (size * shape.layers * shape.hidden + layer)
        formula = f"{cut.tokens} tokens x ({size} B x {shape.layers} layers x {shape.hidden} + one layer's {layer} B)"
    else:
        kept = cut.tokens * shape.layers * layer
        formula = f"{cut.tokens} tokens x {shape.layers} layers x {size} B x (16 x {shape.hidden} + 4 x "
        formula += f"{shape.intermediate})"
    return [
        Part("weights", shape.linear * each + shape.other * rest,
             f"{shape.linear} in linear layers x {each:.3g} B + {shape.other} others x {rest} B"),
        Part("trained", 0.0 if full else 4.0 * trained,
             "the weights themselves" if full else f"LoRA: rank {rank} x {shape.lora} x 4 B"),
        Part("gradients", 4.0 * trained, f"{trained} x 4 B"),
        Part("optimiser", float(ADAM[device] * trained), f"{trained} x {ADAM[device]} B, both moments of AdamW"),
        Part("activations", float(kept), formula),
        Part("logits", 2.0 * 4 * min(PIECE, cut.tokens * shape.vocabulary),
             f"2 x 4 B x at most {PIECE} at once"),
    ]  # fmt: skip


def operations(shape: Shape, load: Load, *, method: str, recompute: bool) -> float:
    """Floating-point operations of training: 2 a weight and token forward, 2 back to the inputs, 2 to trained weights.

    Under LoRA the frozen weights get no gradient; with recomputing the forward pass is made twice. The head works on
    labelled tokens alone.
    """
    passes = 2 + 2 + (2 if method == "full" else 0) + (2 if recompute else 0)
    return float(passes * shape.linear * load.tokens + passes * shape.vocabulary * shape.hidden * load.labelled)


def probe_speed(shape: Shape, tokens: int, dtype: torch.dtype, device: torch.device) -> float:
    """Floating-point operations per second of a layer's product with so many tokens on this device.

    The fastest of the rounds in a third of a second counts, so that other work on the machine matters less.
    """
    rows, size, width = max(1, min(tokens, 4096)), min(shape.hidden, 4096), min(shape.intermediate, 8192)
    given = torch.randn(rows, size, dtype=torch.float32).to(device, dtype)
    weight = torch.randn(width, size, dtype=torch.float32).to(device, dtype)
    fastest, begin = float("inf"), time.perf_counter()
    while time.perf_counter() - begin < PROBE_SECONDS:
        start = time.perf_counter()
        nn.functional.linear(given, weight)
        if device.type == "cuda":
            torch.cuda.synchronize()
        fastest = min(fastest, time.perf_counter() - start)
    return 2.0 * rows * size * width / fastest
