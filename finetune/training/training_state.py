"""What a training run is given, how far it has come, and who looks on. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from eval.pipeline.run_config import RunConfig
from finetune.training.defaults import rows_of_text


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """What the result of training depends on besides the base and the rows."""

    epochs: int
    batch_size: int
    rank: int
    learning_rate: float
    seed: int
    patience: int | None = None
    """Stop after so many held-out losses without a new lowest one, four to an epoch, and keep the best weights."""
    text_batch: int | None = None
    """Text rows in a step; None: twice as many as replies."""


def train_settings(config: RunConfig, name: str) -> TrainSettings:
    """What the adapter `name` is trained with; raises ValueError when the settings have not been resolved."""
    finetune = config.dataset.finetune
    if finetune.batch_size is None or finetune.text_tokens is None:
        raise ValueError("finetune.batch_size and finetune.text_tokens have not been resolved")
    return TrainSettings(
        finetune.epochs, finetune.batch_size, finetune.rank, config.learning_rate(name), config.seed,
        finetune.patience, rows_of_text(finetune.batch_size, finetune.text_tokens),
    )  # fmt: skip


@dataclass
class Progress:
    """How far training has come; what a checkpoint holds besides the tensors."""

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    work: float = 0.0
    """Machine seconds (`eval.model.work_clock`)."""
    losses: list[tuple[int, float]] = field(default_factory=list)
    validation: list[tuple[int, float]] = field(default_factory=list)
    history: list[dict[str, float | int | None]] = field(default_factory=list)
    """The lines of history.jsonl."""
    before: float | None = None
    """The held-out loss before the first step; None where nothing is held back."""
    kept: int = 0
    """The step whose weights are kept, once training has ended."""
    stopped: bool = False
    """Whether patience ended before the steps did."""
    piece_tokens: int = 0
    """Padded tokens of a step's pieces at most, once an out-of-memory error has lowered them; 0: as planned."""
    scale: float = 0.0
    """Of a float16 loss; 0: not used yet."""

    def best(self) -> tuple[int, float] | None:
        """(step, loss) of the lowest held-out loss, the first of equals."""
        return min(self.validation, key=lambda v: (v[1], v[0]), default=None)


@dataclass(frozen=True, slots=True)
class Watchers:
    """Who looks on while training runs, without changing what it gives."""

    retention: Callable[[], float] | None = None
    """Scores the weights as they are; asked whenever the held-out loss is measured, and before the first step."""
    line: Callable[[dict[str, float | int | None]], None] | None = None
    """Gets each line of history."""
