"""Whether an adapter learned, judged after its training from the losses alone. Imports nothing heavy.

Held-out loss decides where rows were held back: before the first step, at its best, and of the weights that were kept.
Without held-back rows the training loss of the first fifth of the steps on replies stands against the last fifth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from eval.analysis.training_health import Health, Outcome, Remedy
from finetune.data.row import Row
from finetune.data.rows import planned
from finetune.training.defaults import FEW_STEPS
from finetune.training.training_state import Progress, TrainSettings

CLEAR = 0.02
"""The share of the loss before training that a fall must reach to count: the same rows are scored before and after, so
that what is left is rounding (of bf16, about 0.001); taking on the form of a reply is worth a fifth or more."""
CLEAR_IN_TRAINING = 0.05
"""The same of training loss, whose first and last steps hold other rows."""
WRITTEN_ALREADY = 0.1
"""Nats a token: a held-out loss that starts below it leaves hardly anything to learn."""


def judge(name: str, rows: Sequence[Row], settings: TrainSettings, progress: Progress) -> Health:
    """The health of an adapter whose training ended with finite losses."""
    losses = _reply_losses(rows, settings, progress)
    if progress.before is None or not progress.validation:
        return _by_training(name, losses, settings)
    return _by_held_out(name, losses, settings, progress, progress.before)


def diverged(name: str, message: str, settings: TrainSettings, progress: Progress | None) -> Health:
    """The health of a training run that ended with a loss that is no number."""
    found = progress or Progress()
    best = found.best()
    return Health(
        name, "diverged", found.before, best[1] if best else None, None,
        failure=message.partition(";")[0], remedy=_remedy("diverged", settings, 0),
    )  # fmt: skip


def _by_held_out(
    name: str, losses: Sequence[float], settings: TrainSettings, progress: Progress, before: float
) -> Health:
    """The weights that were kept decide; how far the last ones were off is kept beside it."""
    looks, last, ends = dict(progress.validation), progress.validation[-1][1], _ends(losses)
    kept = looks[progress.kept]
    outcome: Outcome = "not_learned"
    if _falls(before, kept, CLEAR):
        outcome = "learned"
    elif _falls(last, before, CLEAR):  # it rose
        outcome = "diverged" if ends[1] > ends[0] else "overfitted"
    return Health(
        name, outcome, before, min(looks.values()), last,
        kept=(progress.kept, kept) if progress.kept < progress.step else None,
        training_ends=ends, known_already=before < WRITTEN_ALREADY, remedy=_remedy(outcome, settings, len(losses)),
    )  # fmt: skip


def _by_training(name: str, losses: Sequence[float], settings: TrainSettings) -> Health:
    before, last = _ends(losses)
    best = min((_mean(losses[i : i + _window(losses)]) for i in range(len(losses))), default=last)
    outcome: Outcome = "not_learned"
    if _falls(before, last, CLEAR_IN_TRAINING):
        outcome = "learned"
    elif _falls(last, before, CLEAR_IN_TRAINING):
        outcome = "diverged"
    return Health(
        name, outcome, before, best, last,
        measured="training", training_ends=(before, last), remedy=_remedy(outcome, settings, len(losses)),
    )  # fmt: skip


def _remedy(outcome: Outcome, settings: TrainSettings, steps: int) -> Remedy | None:
    """What to set, with the numbers of the run: `steps` are those on replies."""
    if outcome == "learned":
        return None
    rate, higher = settings.learning_rate, outcome == "not_learned"
    few = higher and 0 < steps < FEW_STEPS
    enough = math.ceil(settings.epochs * FEW_STEPS / steps) if few else None
    return Remedy(rate, float(f"{3 * rate if higher else rate / 3:.2g}"), settings.epochs, steps, enough)


def _reply_losses(rows: Sequence[Row], settings: TrainSettings, progress: Progress) -> list[float]:
    """The training losses of the steps on replies, which texts and replayed prompts do not compare with."""
    kinds = [rows[step[0]].kind for step in planned(rows, settings)]
    return [loss for step, loss in progress.losses if kinds[step - 1] == "reply"]


def _falls(start: float, end: float, share: float) -> bool:
    return end < start * (1 - share)


def _window(losses: Sequence[float]) -> int:
    return max(1, len(losses) // 5)


def _ends(losses: Sequence[float]) -> tuple[float, float]:
    """The mean losses of the first and the last fifth; zeros where there are none."""
    size = _window(losses)
    return _mean(losses[:size]), _mean(losses[-size:])


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0
