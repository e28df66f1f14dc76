"""Which weights a training ends with."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from finetune.training.divergence import Diverged
from finetune.training.health import CLEAR
from finetune.training.training_state import Progress


def keep_best(
    progress: Progress, parameters: Mapping[str, torch.Tensor], best: Mapping[str, torch.Tensor], *, patient: bool
) -> None:
    """Leave the best weights where patience asks for them or the last ones are no better than the start.

    Else the last: a held-out loss that rises again while it stays below its start does not make replies worse
    (arXiv:2203.02155 trained 16 epochs, and overfitted after one by that loss alone). Raises Diverged where a weight is
    no number.
    """
    if not all(bool(torch.isfinite(p).all()) for p in parameters.values()):
        raise Diverged(
            f"training diverged at step {progress.step}: a weight is no number any more; lower "
            "finetune.learning_rate", progress,
        )  # fmt: skip
    found, before = progress.best(), progress.before
    progress.kept = progress.step
    if found is None or not best:
        return
    lost = before is not None and progress.validation[-1][1] >= (1 - CLEAR) * before
    if patient or (lost and before is not None and found[1] < before):
        progress.kept = found[0]
        with torch.no_grad():
            for name, held in best.items():
                parameters[name].copy_(held)
