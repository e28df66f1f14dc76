"""Whether an adapter learned, as a record: what training.json and the file of a failed training hold under `health`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter

Outcome = Literal["learned", "not_learned", "diverged", "overfitted"]


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to set for a training that did not do what it should, and what it was set to."""

    rate: float
    """The learning rate, as it was."""
    new_rate: float
    """As it should be tried next: a third or thrice as much, to two digits."""
    epochs: int
    """As they were."""
    steps: int
    """On replies."""
    enough_epochs: int | None = None
    """As many as make enough steps on replies, where these were few."""


@dataclass(frozen=True, slots=True)
class Health:
    """What training did to the loss (nats a token), and what to do where that is not what it should do."""

    adapter: str
    outcome: Outcome
    before: float | None
    """Before the first step; without held-back rows, the training loss of the first steps."""
    best: float | None
    last: float | None
    measured: Literal["held_out", "training"] = "held_out"
    kept: tuple[int, float] | None = None
    """Step and held-out loss of the weights that were kept, where they are not the last ones."""
    training_ends: tuple[float, float] | None = None
    """Mean training loss of the first and the last fifth of the steps on replies."""
    known_already: bool = False
    """The loss was so low before the first step that hardly anything was left to learn."""
    failure: str = ""
    """What the trainer said of a loss or a weight that is no number; empty where training came to its end."""
    remedy: Remedy | None = None
    """None for `learned`."""


def read_health(data: Mapping[str, Any]) -> Health:
    """The record from its parsed JSON; raises ValueError where it is none."""
    return TypeAdapter(Health).validate_python(data)
