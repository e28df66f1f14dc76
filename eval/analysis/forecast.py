"""What the same run would take with a larger model on one card: a forecast from its tokens and published figures.

Reading takes 2 operations a weight and token, training of an adapter 4 (forward, and backward to the activations
alone), at a share of the card's peak; writing reads all weights once a step of a batch, at a share of its bandwidth.
The shares are what is usually reached; here 0.58 and 0.46 of a processor's peak were measured for reading and training.
Attention, retention and indexing are left out: they are small beside this for prompts of some thousand tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.records import Cost

READING, TRAINING, WRITING = 0.5, 0.4, 0.6
"""Shares of the peak that reading and training reach, and of the bandwidth that writing does."""
BATCH = 32
"""Replies that are written at once."""
BYTES = 2
"""Of a weight while answering."""


@dataclass(frozen=True, slots=True)
class Card:
    """One card by its data sheet."""

    name: str
    memory: float
    """GB."""
    peak: float
    """Dense bf16 operations a second."""
    bandwidth: float
    """Bytes a second."""


CARDS = (
    Card("L4, 24 GB", 24, 121e12, 300e9),
    Card("RTX 4090, 24 GB", 24, 165e12, 1008e9),
    Card("H100 SXM, 80 GB", 80, 989e12, 3350e9),
)
"""NVIDIA's data sheets of the L4 and the H100, and its white paper of the Ada architecture."""
SIZES = (1.5e9, 8e9, 32e9)
"""Weights of the models that are asked for."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """One model on one card; seconds."""

    weights: float
    card: str
    reading: float
    writing: float
    training: float

    @property
    def seconds(self) -> float:
        """In all."""
        return self.reading + self.writing + self.training


def forecasts(costs: Sequence[Cost], machine_per_hour: float) -> list[dict[str, Any]]:
    """Every size on every card that holds its weights, with money at the machine's price; empty without tokens."""
    read = sum(c.prefilled or c.tokens_in for c in costs)
    wrote, trained = sum(c.tokens_out for c in costs), sum(c.train_tokens for c in costs)
    if not read or not wrote:
        return []
    found = [
        forecast(size, card, read=read, wrote=wrote, trained=trained)
        for size in SIZES for card in CARDS if size * BYTES <= 0.9e9 * card.memory
    ]  # fmt: skip
    return [asdict(f) | {"seconds": f.seconds, "money": f.seconds / 3600 * machine_per_hour} for f in found]


def forecast(weights: float, card: Card, *, read: int, wrote: int, trained: int) -> Forecast:
    """What so many tokens take."""
    return Forecast(
        weights, card.name,
        reading=2 * weights * read / (READING * card.peak),
        writing=wrote / BATCH * weights * BYTES / (WRITING * card.bandwidth),
        training=4 * weights * trained / (TRAINING * card.peak),
    )  # fmt: skip
