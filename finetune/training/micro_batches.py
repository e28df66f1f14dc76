"""How a training step is cut so that it fits the memory: in pieces of so many tokens, recomputed or not.

Imports nothing heavy. The pieces' gradients add up to the step's: each piece's loss is a sum over its tokens, divided
by the step's number of labelled tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finetune.data.row import Row

ENOUGH = 2048
"""Padded tokens of a piece above which larger ones are hardly faster, where recomputing costs a third of the time."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How a step is cut."""

    recompute: bool
    """Whether the forward pass of each layer is made again in the backward pass in place of being kept."""
    tokens: int
    """Padded tokens of one piece at most; a longer row is a piece by itself."""


def fit(room: float, *, largest: int, kept: float, recomputed: float) -> Fit:
    """The fastest way to cut steps of at most `largest` padded tokens, for which `room` bytes are free.

    A token of a piece keeps `kept` bytes, or `recomputed` where layers are recomputed.
    """
    plain = int(room / kept)
    if plain >= min(largest, ENOUGH):
        return Fit(False, min(largest, plain))
    return Fit(True, max(1, min(largest, int(room / recomputed))))


def padded(rows: Sequence[Row]) -> int:
    """Tokens of a batch with its padding."""
    return len(rows) * max((len(r.tokens) for r in rows), default=0)


def pieces(rows: Sequence[Row], tokens: int) -> list[list[Row]]:
    """A step's rows in pieces of at most `tokens` padded tokens, or of one row; one piece, in order, where all fit."""
    if padded(rows) <= tokens:
        return [list(rows)] if rows else []
    cut: list[list[Row]] = []
    for row in sorted(rows, key=lambda r: len(r.tokens)):
        if cut and padded([*cut[-1], row]) <= tokens:
            cut[-1].append(row)
        else:
            cut.append([row])
    return cut
