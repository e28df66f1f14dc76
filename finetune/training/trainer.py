"""What trains adapters, and which there are: ours on the loaded base, or a plugin's. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from eval.registry import Registry
from eval.strategies import Adapter
from finetune.data.row import Row
from finetune.training.tracking import Line
from finetune.training.training_state import Progress, TrainSettings, Watchers


class Trainer(Protocol):
    """Makes an adapter from rows: weights in a folder, or the name under which a server has them."""

    def made_on(self) -> dict[str, Any]:
        """For the manifest, what training is made on: at least `base_weights`, the form in which the base is held."""
        ...

    def fit(
        self,
        name: Adapter,
        rows: Sequence[Row],
        held_back: Sequence[Row],
        settings: TrainSettings,
        checkpoint: Path,
        watchers: Watchers,
    ) -> Progress:
        """Train, and hold the result under `name`; the same rows and settings give the same progress.

        May keep how far it has come in the file `checkpoint`, and goes on from one that is there. Raises `Diverged`
        when a loss is no number any more.
        """
        ...

    def save(self, name: Adapter, folder: Path, manifest: dict[str, Any], history: Sequence[Line]) -> None:
        """Write what `fit` made as a folder that appears whole, with the manifest as training.json."""
        ...

    def drop(self, name: Adapter) -> None:
        """Let go of what a training that diverged has left."""
        ...


Make = Callable[[Any], Trainer]
"""From the run's `eval.arms.resources.Resources`."""


@dataclass(frozen=True, slots=True)
class TrainerKind:
    """How a trainer is made, and what it needs."""

    make: Make
    loads: bool
    """Whether it trains the base that is loaded in this process."""


TRAINERS: Registry[TrainerKind] = Registry("trainer")


def trainer(name: str, *, loads: bool = False) -> Callable[[Make], Make]:
    """Register a function as a trainer under the name that `finetune.trainer` may have."""

    def register(make: Make) -> Make:
        TRAINERS.add(name, TrainerKind(make, loads))
        return make

    return register
