"""What tuning did to what the base model could do: the retention rows by mode, and their change from `base`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from eval.arms.modes import MODES
from eval.records import Score
from eval.stats.intervals import Interval, difference_intervals, mean_intervals, student_intervals

SHARES = ("choice", "pairs")
"""Metrics whose values are 0 or 1; others (mean log-likelihood per token, in nats) have no bounds."""


def side_effects(scores: Sequence[Score], *, seed: int = 0) -> dict[str, Any]:
    """What side_effects.json holds: `retention`, metric -> mode -> mean and paired change from `base`, or null.

    A metric that only a tuned mode has, such as drift, has means and no change.
    """
    rows = [s for s in scores if s.axis == "retention"]
    metrics = list(dict.fromkeys(s.metric for s in rows))
    return {"retention": {m: _metric(m, [s for s in rows if s.metric == m], seed) for m in metrics}}


def _metric(metric: str, rows: Sequence[Score], seed: int) -> dict[str, Any]:
    modes = [m for m in MODES if any(s.mode == m for s in rows)]
    groups = {s.example_id: s.group or s.example_id for s in rows}
    index = {example: i for i, example in enumerate(groups)}
    values = np.full((len(index), len(modes)), np.nan)
    for s in rows:
        if s.value is not None:
            values[index[s.example_id], modes.index(s.mode)] = s.value
    held = list(groups.values())
    changes: list[Interval | None] = [None] * len(modes)
    binary = metric in SHARES or bool(np.isin(values[~np.isnan(values)], (0.0, 1.0)).all())
    if "base" in modes:
        lifts = values - values[:, [modes.index("base")]]
        changes = difference_intervals(lifts, held, seed=seed) if binary else student_intervals(lifts, held)
    means = mean_intervals(values, held) if binary else student_intervals(values, held)
    return {
        mode: {"mean": mean and mean.figures(), "change": change.figures() if change and mode != "base" else None}
        for mode, mean, change in zip(modes, means, changes, strict=True)
    }
