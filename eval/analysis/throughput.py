"""How much the machine gets through, and what each mode's tokens take of it: one figure a kind of work for all modes.

A mode's own time says as much of what else ran on the machine as of the mode. So tokens are counted for each mode, and
machine seconds are measured for all of them together: modes of equal tokens cost the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eval.records import Cost

NOISE = 0.15
"""How far a mode's own machine seconds may lie from what its tokens take elsewhere before it is said."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """Tokens that the machine gets through in a second of its own; None: not measured."""

    prefill: float | None
    """Tokens read before a reply, but for what all prompts begin with, which is read once."""
    decode: float | None
    """Tokens written, in batches."""
    training: float | None

    def answer_seconds(self, cost: Cost) -> float | None:
        """Machine seconds that a mode's questions take."""
        if self.prefill is None or self.decode is None:
            return None
        return cost.prefilled / self.prefill + cost.tokens_out / self.decode

    def train_seconds(self, cost: Cost) -> float:
        """Machine seconds that a mode's training takes; where none were measured, its wall time."""
        return cost.train_seconds if self.training is None else cost.train_tokens / self.training


def throughput(costs: Sequence[Cost]) -> Throughput:
    """Over all modes; an adapter that several modes share counts once for each."""
    read = [c for c in costs if c.prefilled and c.prefill_work > 0]
    wrote = [c for c in costs if c.tokens_out and c.decode_work > 0]
    trained = [c for c in costs if c.train_tokens and c.train_work > 0]
    # Answers of an earlier version, or of a server, were not measured: the others would not stand for them.
    if any(c.questions and c not in read for c in costs):
        read = wrote = []
    if any(c.train_tokens and c not in trained for c in costs):
        trained = []
    return Throughput(
        _rate(sum(c.prefilled for c in read), sum(c.prefill_work for c in read)),
        _rate(sum(c.tokens_out for c in wrote), sum(c.decode_work for c in wrote)),
        _rate(sum(c.train_tokens for c in trained), sum(c.train_work for c in trained)),
    )


def _rate(tokens: int, seconds: float) -> float | None:
    return round(tokens / seconds, 2) if tokens and seconds > 0 else None


def noise(costs: Sequence[Cost], found: Throughput) -> list[dict[str, Any]]:
    """Modes whose own machine seconds differ by more than `NOISE` from what their tokens take by the common figures."""
    noisy = []
    for c in costs:
        expected, measured = found.answer_seconds(c), c.prefill_work + c.decode_work
        if expected and measured > 0 and abs(measured / expected - 1) > NOISE:
            noisy.append({"mode": c.mode, "ratio": round(measured / expected, 3)})
    return noisy
