"""What training will take of memory and time on this device, before the weights are loaded. Imports torch.

Memory is a sum of parts, each with its formula beside it in `Part.formula`. Time is the floating-point operations of
the planned steps over the speed of a short timed product, at the share of that speed that whole steps reach.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from eval.kv import common_prefix
from eval.shape import BITS, Shape
from finetune.loss import PIECE
from finetune.rows import Row

ADAM = {"cpu": 8, "cuda": 2}
"""Bytes of both moments of one parameter: float32 on a CPU, paged 8-bit on a GPU."""
SHARE = 0.4
"""Of the timed product's speed that whole steps reach (0.47 and 0.36 on the two adapters of the bundled set)."""
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
    """Tokens of the largest step, with padding."""
    labelled: int
    """Tokens that carry loss, of all steps."""


def load_of(rows: Sequence[Row], steps: Sequence[Sequence[int]], *, share_prefix: bool) -> Load:
    """Padded tokens of the planned steps; with `share_prefix` a batch's common beginning counts once."""
    sizes, labelled = [], 0
    for step in steps:
        batch = [rows[i] for i in step]
        shared = min(common_prefix([r.tokens for r in batch]), min(r.start for r in batch) - 1) if share_prefix else 0
        shared = max(shared, 0)
        sizes.append(shared + len(batch) * (max(len(r.tokens) for r in batch) - shared))
        labelled += sum(len(r.tokens) - r.start for r in batch)
    return Load(len(sizes), sum(sizes), max(sizes, default=0), labelled)


def memory(
    shape: Shape, load: Load, *, rank: int, method: str, held: str, dtype: torch.dtype, device: str
) -> list[Part]:
    """The parts of peak memory in bytes; `held` is how linear weights lie: nf4, int8 or plain."""
    size, full = dtype.itemsize, method == "full"
    each = 4.0 if full else (BITS[held] / 8 if held in BITS else float(size))
    rest = 4 if full else size
    trained = shape.linear + shape.other if full else rank * shape.lora
    layer = size * (16 * shape.hidden + 4 * shape.intermediate)
    if device == "cuda":  # recomputed layer by layer
        kept = load.largest * (size * shape.layers * shape.hidden + layer)
        formula = f"{load.largest} tokens x ({size} B x {shape.layers} layers x {shape.hidden} + one layer's {layer} B)"
    else:
        kept = load.largest * shape.layers * layer
        formula = f"{load.largest} tokens x {shape.layers} layers x {size} B x (16 x {shape.hidden} + 4 x "
        formula += f"{shape.intermediate})"
    return [
        Part("weights", shape.linear * each + shape.other * rest,
             f"{shape.linear} in linear layers x {each:.3g} B + {shape.other} others x {rest} B"),
        Part("trained", 0.0 if full else 4.0 * trained,
             "the weights themselves" if full else f"LoRA: rank {rank} x {shape.lora} x 4 B"),
        Part("gradients", 4.0 * trained, f"{trained} x 4 B"),
        Part("optimiser", float(ADAM[device] * trained), f"{trained} x {ADAM[device]} B, both moments of AdamW"),
        Part("activations", float(kept), formula),
        Part("logits", 2.0 * 4 * min(PIECE, load.largest * shape.vocabulary),
             f"2 x 4 B x at most {PIECE} at once"),
    ]  # fmt: skip


def operations(shape: Shape, load: Load, *, method: str, device: str) -> float:
    """Floating-point operations of training: 2 a weight and token forward, 2 back to the inputs, 2 to trained weights.

    Under LoRA the frozen weights get no gradient; on a GPU the forward pass is made twice. The head works on labelled
    tokens alone.
    """
    passes = 2 + 2 + (2 if method == "full" else 0) + (2 if device == "cuda" else 0)
    return float(passes * shape.linear * load.tokens + passes * shape.vocabulary * shape.hidden * load.labelled)


def probe_speed(shape: Shape, load: Load, dtype: torch.dtype, device: torch.device) -> float:
    """Floating-point operations per second of a layer's product with the largest step's tokens on this device.

    The fastest of the rounds in a third of a second counts, so that other work on the machine matters less.
    """
    rows, size, width = min(load.largest, 4096), min(shape.hidden, 4096), min(shape.intermediate, 8192)
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
