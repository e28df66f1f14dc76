"""Intervals by the clustered bootstrap: of a mode's mean, and of the paired difference of two modes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]

RESAMPLES = 4000
CHUNK = 200
"""Resamples that are drawn at once: 200 x 10,000 groups take 16 MB."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its two-sided interval, and what it rests on."""

    mean: float
    low: float
    high: float
    n: int
    groups: int


def mean_intervals(values: Array, groups: Sequence[str], *, seed: int, level: float = 0.95) -> list[Interval | None]:
    """The interval of each column's mean; scores in [0, 1], NaN where there is none, shape (questions, columns).

    None for a column without a score. Two pseudo-groups of each extreme keep a column of equal scores from an interval
    of no width (Agresti and Coull, 1998).
    """
    return _intervals(values, groups, pseudo=(0.0, 0.0, 1.0, 1.0), seed=seed, level=level)


def difference_intervals(
    values: Array, groups: Sequence[str], *, seed: int, level: float = 0.95
) -> list[Interval | None]:
    """The interval of each column's mean paired difference; differences in [-1, 1], NaN where one side is missing.

    One pseudo-group of each extreme, as Bonett and Price (2012) add to the discordant cells of paired proportions.
    """
    return _intervals(values, groups, pseudo=(-1.0, 1.0), seed=seed, level=level)


def _intervals(
    values: Array, groups: Sequence[str], *, pseudo: tuple[float, ...], seed: int, level: float
) -> list[Interval | None]:
    present = ~np.isnan(values)
    index = np.unique(np.asarray(groups, dtype=str), return_inverse=True)[1]
    count = int(index.max()) + 1 if len(index) else 0
    sums = _by_group(np.where(present, values, 0.0), index, count)
    sizes = _by_group(present.astype(np.float64), index, count)
    draws = _resampled_means(sums, sizes, pseudo, seed) if count else np.zeros((0, values.shape[1]))
    found: list[Interval | None] = []
    for column in range(values.shape[1]):
        n = int(present[:, column].sum())
        if n == 0:
            found.append(None)
            continue
        mean = float(values[present[:, column], column].mean())
        held = int((sizes[:, column] > 0).sum())
        tail = _expanded_tail(held, level)
        low, high = np.quantile(draws[:, column], [tail, 1 - tail])
        # The pseudo-groups pull the interval inwards; it must still hold what was seen.
        found.append(Interval(mean, min(float(low), mean), max(float(high), mean), n, held))
    return found


def _by_group(values: Array, index: NDArray[np.intp], count: int) -> Array:
    total = np.zeros((count, values.shape[1]))
    np.add.at(total, index, values)
    return total


def _resampled_means(sums: Array, sizes: Array, pseudo: tuple[float, ...], seed: int) -> Array:
    """Means over groups drawn with replacement, shape (resamples, columns).

    A pseudo-group is as large as the average group, so that it weighs as much among clustered questions as elsewhere.
    """
    held = np.maximum((sizes > 0).sum(axis=0), 1)
    average = sizes.sum(axis=0) / held
    sums = np.vstack([sums, *(average * value for value in pseudo)])
    sizes = np.vstack([sizes, *(average for _ in pseudo)])
    groups = len(sums)
    draw = np.random.default_rng(seed)
    means = []
    for start in range(0, RESAMPLES, CHUNK):
        rows = min(CHUNK, RESAMPLES - start)
        picks = draw.integers(0, groups, size=(rows, groups)) + groups * np.arange(rows)[:, None]
        weights = np.bincount(picks.ravel(), minlength=rows * groups).reshape(rows, groups).astype(np.float64)
        # Columns that are missing in every drawn group take the overall mean: no information, no shift.
        drawn = weights @ sizes
        overall = sums.sum(axis=0) / np.maximum(sizes.sum(axis=0), 1e-12)
        means.append(np.where(drawn > 0, weights @ sums / np.maximum(drawn, 1e-12), overall))
    return np.vstack(means)


def _expanded_tail(groups: int, level: float) -> float:
    """The tail that makes a percentile interval as wide as Student's t wants it (Hesterberg, 2015, section 3.3)."""
    if groups < 2:
        return 0.0
    t = stats.t.ppf(1 - (1 - level) / 2, groups - 1)
    return float(stats.norm.cdf(-np.sqrt(groups / (groups - 1)) * t))
