"""The trainer of this machine: QLoRA, LoRA or all weights of the base that is loaded in this process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.strategies import Adapter
from finetune.adapter import save_adapter
from finetune.data.row import Row
from finetune.training.tracking import Line
from finetune.training.trainer import TRAINERS, Trainer, trainer
from finetune.training.training_state import Progress, TrainSettings, Watchers

__all__ = ["TRAINERS", "LocalTrainer"]

if TYPE_CHECKING:
    from eval.arms.resources import Resources


class LocalTrainer:
    """Trains an adapter of the loaded base and leaves it switched on."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources

    def made_on(self) -> dict[str, Any]:
        """How the base is held, and why it is not held otherwise."""
        rung = self.resources.base.rung
        return {"base_weights": rung.name, "base_weights_reasons": list(rung.reasons)}

    def fit(
        self,
        name: Adapter,
        rows: Sequence[Row],
        held_back: Sequence[Row],
        settings: TrainSettings,
        checkpoint: Path,
        watchers: Watchers,
    ) -> Progress:
        """See `finetune.training.train.train`."""
        from finetune.training.train import train

        return train(self.resources.base, name, rows, held_back, settings, checkpoint, watchers)

    def save(self, name: Adapter, folder: Path, manifest: dict[str, Any], history: Sequence[Line]) -> None:
        """As a PEFT folder, or a model folder where all weights were trained."""
        save_adapter(self.resources.base, name, folder, manifest, history)

    def drop(self, name: Adapter) -> None:
        """Take the adapter off the base."""
        self.resources.base.drop_adapter(name)


@trainer("local", loads=True)
def local(resources: Resources) -> Trainer:
    """On the base that is loaded in this process."""
    return LocalTrainer(resources)
