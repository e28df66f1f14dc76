"""The clustered bootstrap: groups are drawn again, not questions. Seeded and vectorised."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

from eval.stats.clusters import Array, Grouped, student_quantile

RESAMPLES = 4000
CHUNK = 200
"""Resamples that are drawn at once: 200 x 10,000 groups take 16 MB."""


def bootstrap_ends(columns: Sequence[Grouped], seed: int, level: float) -> list[tuple[float, float]]:
    """The percentile interval of each column's mean, with two pseudo-questions, -1 and 1, that keep it from no width.

    Columns that miss the same questions are drawn together. The tails are those that make a percentile interval as wide
    as Student's t wants it (Hesterberg, What teachers should know about the bootstrap, 2015, section 3.3).
    """
    ends = [(0.0, 0.0)] * len(columns)
    alike: dict[bytes, list[int]] = {}
    for i, held in enumerate(columns):
        alike.setdefault(held.sizes.tobytes(), []).append(i)
    for places in alike.values():
        first = columns[places[0]]
        sums = np.stack([np.append(columns[i].sums, [-1.0, 1.0]) for i in places], axis=1)
        tail = _expanded_tail(first.count, level)
        quantiles = np.quantile(_means(sums, np.append(first.sizes, [1.0, 1.0]), seed), [tail, 1 - tail], axis=0)
        for i, low, high in zip(places, *quantiles, strict=True):
            # The pseudo-questions pull the interval inwards; it must still hold what was seen.
            ends[i] = min(float(low), columns[i].mean), max(float(high), columns[i].mean)
    return ends


def _means(sums: Array, sizes: Array, seed: int) -> Array:
    """Means over groups drawn with replacement, shape (resamples, columns); sums of shape (groups, columns)."""
    draw, count = np.random.default_rng(seed), len(sizes)
    means = []
    for start in range(0, RESAMPLES, CHUNK):
        rows = min(CHUNK, RESAMPLES - start)
        picks = draw.integers(0, count, size=(rows, count)) + count * np.arange(rows)[:, None]
        times = np.bincount(picks.ravel(), minlength=rows * count).reshape(rows, count).astype(np.float64)
        means.append((times @ sums) / (times @ sizes)[:, None])
    return np.concatenate(means)


def _expanded_tail(groups: int, level: float) -> float:
    if groups < 2:
        return 0.0
    return float(special.ndtr(-np.sqrt(groups / (groups - 1)) * student_quantile(level, groups - 1)))
