"""Which way of computing gives the loaded model's own numbers: ours, or transformers' own. Imports torch.

Ours shares a common beginning, pads, and decodes into buffers. A family may bend any of these: windows of attention,
recurrent layers, positions made from the padding, scaled logits. So each way is tried on the loaded model, beside
transformers' own forward pass and `generate` on each row alone (`eval.model.probe`), and the fastest that agrees is
taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import torch


class Way(IntEnum):
    """From the fastest to the one that is right by definition."""

    OURS = 0
    BATCHED = 1
    """transformers' own, in padded batches."""
    SINGLE = 2
    """transformers' own, one row at a time."""


@dataclass
class Ways:
    """How the loaded model is computed."""

    reply: Way = Way.OURS
    likelihood: Way = Way.OURS
    adapted: bool = False
    """Whether they were tried with an adapter too."""

    def line(self) -> str:
        """Both as one word each, for what a run was made on."""
        return f"replies {self.reply.name.lower()}, likelihoods {self.likelihood.name.lower()}"


def first_right(tries: Sequence[tuple[Way, Callable[[], float]]], least: Way, tolerance: float) -> Way:
    """The first way from `least` on whose error is within the tolerance, else one row at a time."""
    for way, error in tries:
        if way >= least and error_of(error) <= tolerance:
            return way
    return Way.SINGLE


def error_of(compute: Callable[[], float]) -> float:
    """The error that a way computes; infinite where it cannot run at all."""
    try:
        return compute()
    except torch.OutOfMemoryError:
        raise
    except Exception:  # a family without what our way needs: it then goes transformers' way
        return math.inf


def turns_at(causal: Any) -> float:
    """The length in tokens from which a rotary embedding scales all positions again; infinite where none does.

    A row's numbers then depend on the longest row beside it, in transformers' batches too.
    """
    config = causal.config.get_text_config()
    rope = getattr(config, "rope_parameters", None) or {}
    parts = [rope, *(part for part in rope.values() if isinstance(part, dict))]
    kinds = {part.get("rope_type") for part in parts}
    if "longrope" in kinds:
        first = [part.get("original_max_position_embeddings") for part in parts]
        given = [n for n in (*first, getattr(config, "original_max_position_embeddings", None)) if n]
        return float(min(given, default=config.max_position_embeddings))
    return float(config.max_position_embeddings) if "dynamic" in kinds else math.inf
