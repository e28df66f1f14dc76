"""The clustered bootstrap: groups are drawn again, not questions. Seeded and vectorised."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

from eval.stats.clusters import Array, Grouped, student_quantile

RESAMPLES = 4000
CHUNK = 200
"""Resamples that are drawn at once: 200 x 10,000 groups take 16 MB."""


def bootstrap_ends(held: Grouped, seed: int, levels: Sequence[float]) -> list[tuple[Array, Array]]:
    """The percentile intervals of each column's mean, with two pseudo-questions, -1 and 1, that keep it from no width.

    Columns that miss the same questions are drawn together. The tails are those that make a percentile interval as wide
    as Student's t wants it (Hesterberg, What teachers should know about the bootstrap, 2015, section 3.3).
    """
    found = [(np.zeros(len(held.up)), np.zeros(len(held.up))) for _ in levels]
    alike: dict[bytes, list[int]] = {}
    for i, sizes in enumerate(held.sizes.T):
        alike.setdefault(sizes.tobytes(), []).append(i)
    for places in alike.values():
        some = held.pick(np.array(places))
        more = some.with_extremes
        there = more.sizes[:, 0] > 0
        tails = [_expanded_tail(float(some.kish[0]), level) for level in levels]
        means = _means(more.sums[there], more.sizes[there, 0], seed)
        ends = np.quantile(means, [*tails, *(1 - tail for tail in tails)], axis=0)
        # The pseudo-questions pull the interval inwards; it must still hold what was seen.
        for (low, high), down, up in zip(found, ends[: len(tails)], ends[len(tails) :], strict=True):
            low[places], high[places] = np.minimum(down, some.mean), np.maximum(up, some.mean)
    return found


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


def _expanded_tail(groups: float, level: float) -> float:
    """The tail of a percentile interval of so many equally large groups."""
    if groups < 2:
        return 0.0
    return float(special.ndtr(-np.sqrt(groups / (groups - 1)) * student_quantile(level, groups - 1)))
