"""What a training run ends with whose loss is no number any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eval.errors import UserError

if TYPE_CHECKING:
    from finetune.training.training_state import Progress


class Diverged(UserError):
    """The loss is not finite; no adapter is written. `progress` is how far training came."""

    def __init__(self, message: str, progress: Progress | None = None) -> None:
        super().__init__(message)
        self.progress = progress
