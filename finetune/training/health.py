"""Whether an adapter learned, judged after its training from the losses alone. Imports nothing heavy.

Held-out loss decides where rows were held back: before the first step, at its best, and of the weights that were kept.
Without held-back rows the training loss of the first fifth of the steps on replies stands against the last fifth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eval.data.gates.gate import counted
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

Outcome = Literal["learned", "not_learned", "diverged", "overfitted"]


@dataclass(frozen=True, slots=True)
class Health:
    """What training did to the loss (nats a token), and what to do where that is not what it should do."""

    outcome: Outcome
    before: float | None
    """Before the first step; without held-back rows, the training loss of the first steps."""
    best: float | None
    last: float | None
    words: str
    """What was seen, in a sentence without its full stop."""
    fix: str = ""
    """What to do about it; empty for `learned`."""
    measured: Literal["held_out", "training"] = "held_out"

    def line(self) -> str:
        """What was seen and what to do."""
        return f"{self.words}; {self.fix}" if self.fix else self.words


def judge(name: str, rows: Sequence[Row], settings: TrainSettings, progress: Progress) -> Health:
    """The health of an adapter whose training ended with finite losses."""
    losses = _reply_losses(rows, settings, progress)
    advice = _Advice(settings, len(losses), progress)
    if progress.before is None or not progress.validation:
        return _by_training(name, losses, advice)
    return _by_held_out(name, losses, progress, advice)


def diverged(name: str, message: str, settings: TrainSettings, progress: Progress | None) -> Health:
    """The health of a training run that ended with a loss that is no number."""
    found = progress or Progress()
    best = found.best()
    words = f"{name} was not trained: {message.partition(';')[0]}"
    return Health("diverged", found.before, best[1] if best else None, None, words, _Advice(settings, 0, found).lower())


def _by_held_out(name: str, losses: Sequence[float], progress: Progress, advice: _Advice) -> Health:
    """The weights that were kept decide; how far the last ones were off is said."""
    looks = dict(progress.validation)
    before, last, kept = progress.before or 0.0, progress.validation[-1][1], looks[progress.kept]
    best = min(looks.values())
    seen = f"held-out loss was {before:.3f} before the first step and {last:.3f} after the last"
    if _falls(before, kept, CLEAR):
        words = f"{name} learned: its {seen}"
        if kept < last and progress.kept < progress.step:
            words += f", so the weights of step {progress.kept}, where it was {kept:.3f}, were kept"
        return Health("learned", before, best, last, words)
    if _falls(last, before, CLEAR):  # it rose
        first, end = _ends(losses)
        if end > first:
            return Health("diverged", before, best, last, f"training of {name} diverged: its {seen}", advice.lower())
        words = f"{name} overfitted beyond its start: its {seen}, while the training loss fell"
        return Health("overfitted", before, best, last, words, advice.shorter())
    words = f"{name} did not learn: its {seen}"
    if before < WRITTEN_ALREADY:
        words += ", so low that the base writes such replies already"
    return Health("not_learned", before, best, last, words, advice.higher())


def _by_training(name: str, losses: Sequence[float], advice: _Advice) -> Health:
    before, last = _ends(losses)
    best = min((_mean(losses[i : i + _window(losses)]) for i in range(len(losses))), default=last)
    seen = f"training loss was {before:.3f} in its first steps and {last:.3f} in its last (no rows were held back)"
    if _falls(before, last, CLEAR_IN_TRAINING):
        return Health("learned", before, best, last, f"{name} learned: its {seen}", measured="training")
    if _falls(last, before, CLEAR_IN_TRAINING):
        words = f"training of {name} diverged: its {seen}"
        return Health("diverged", before, best, last, words, advice.lower(), "training")
    return Health("not_learned", before, best, last, f"{name} did not learn: its {seen}", advice.higher(), "training")


@dataclass(frozen=True, slots=True)
class _Advice:
    """What to do, with the numbers of the run."""

    settings: TrainSettings
    steps: int
    """On replies."""
    progress: Progress

    def lower(self) -> str:
        rate = self.settings.learning_rate
        return f"set finetune.learning_rate to {rate / 3:.2g} (it was {rate:.3g}), or try several with: {SWEEP}"

    def higher(self) -> str:
        rate = self.settings.learning_rate
        few = ""
        if 0 < self.steps < FEW_STEPS:
            epochs = math.ceil(self.settings.epochs * FEW_STEPS / self.steps)
            few = f"add rows or set finetune.epochs to {epochs}: {counted(self.steps, 'step')} on replies are few; or "
        return f"{few}set finetune.learning_rate to {3 * rate:.2g} (it was {rate:.3g}), or try several with: {SWEEP}"

    def shorter(self) -> str:
        fewer = f"set finetune.epochs below {self.settings.epochs}, " if self.settings.epochs > 1 else ""
        rate = self.settings.learning_rate
        return f"{fewer}add training rows, or set finetune.learning_rate to {rate / 3:.2g} (it was {rate:.3g})"


SWEEP = "finetune train --sweep 6"


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
