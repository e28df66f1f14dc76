"""What tuning did to what the base model could do: the retention rows by mode, and their change from `base`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import stats

from eval.modes import MODES
from eval.records import Score
from eval.stats import Array, Interval, difference_intervals, mean_intervals

DIGITS = 4
SHARES = ("choice", "pairs")
"""Metrics whose values are 0 or 1; others (mean log-likelihood per token, in nats) have no bounds."""


def side_effects(scores: Sequence[Score], *, seed: int = 0) -> dict[str, Any]:
    """What side_effects.json holds: `retention`, metric -> mode -> mean and paired change from `base`, or null.

    A metric that only a tuned mode has, such as drift, has means and no change.
    """
    rows = [s for s in scores if str(s.axis) == "retention"]
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
        changes = difference_intervals(lifts, held, seed=seed) if binary else _student(lifts, held)
    means = mean_intervals(values, held) if binary else _student(values, held)
    return {
        mode: {"mean": _row(means[i]), "change": _row(changes[i]) if mode != "base" else None}
        for i, mode in enumerate(modes)
    }


def _student(values: Array, groups: Sequence[str]) -> list[Interval | None]:
    """Each column's mean with Student's interval over groups (linearised variance; Cochran, 1977, section 6.3)."""
    found: list[Interval | None] = []
    for column in values.T:
        held = ~np.isnan(column)
        if not held.any():
            found.append(None)
            continue
        kept = column[held]
        index = np.unique(np.asarray(groups, dtype=str)[held], return_inverse=True)[1]
        mean, count = float(kept.mean()), int(index.max()) + 1
        if count < 2:
            found.append(None)  # one group has no spread to tell an interval from
            continue
        residuals = np.bincount(index, weights=kept - mean)
        error = float(np.sqrt(count / (count - 1) * (residuals**2).sum()) / len(kept))
        half = float(stats.t.ppf(0.975, count - 1)) * error
        found.append(Interval(mean, mean - half, mean + half, len(kept), count, error))
    return found


def _row(found: Interval | None) -> dict[str, Any] | None:
    if found is None:
        return None
    mean, low, high = (round(x, DIGITS) for x in (found.mean, found.low, found.high))
    return {"mean": mean, "low": low, "high": high, "n": found.n, "groups": found.groups}
