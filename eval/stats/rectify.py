"""Means of a metric corrected by people's marks of some of the same questions: prediction-powered inference.

Of N questions with a metric x, n drawn at random are marked by people, y. The estimate of the mean of y is

    lambda * mean_N(x) + mean_n(y - lambda * x),    lambda = cov(x, y) / var(x) over the marked

(PPI++; Angelopoulos, Duchi and Zrnic, 2023; where the marked are among the N, the classical regression estimator). For
each fold of groups lambda is taken from the others, so that a question does not choose its own weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from eval.stats.clusters import Array, Codes, Grouped, SeedNoise, student_quantile

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Rectified:
    """Corrected means of columns, and what their errors rest on."""

    mean: Array
    variance: Array
    """Of the mean, over groups."""
    free: Array
    """Degrees of freedom: the marked groups that weigh, less one."""
    kish: Array
    """How many marked groups of one size would weigh as much."""

    def ends(self, noise: SeedNoise, level: float, least: tuple[Array, Array]) -> tuple[Array, Array]:
        """Both ends, reaching at least as far down and up as `least`: marks cannot know more than N."""
        free = noise.degrees(self.variance, self.free)
        half = student_quantile(level, free) * np.sqrt(self.variance + noise.variance)
        return self.mean - np.maximum(half, least[0]), self.mean + np.maximum(half, least[1])


def rectify(values: Array, first: Array, truth: Array, codes: Codes) -> Rectified:
    """Correct the mean of each column of `values`, shape (questions, columns), by `truth`, NaN where not marked.

    `first` is the metric of the very replies that were marked; `codes` are the groups of the questions.
    """
    columns = [_column(*c, codes) for c in zip(values.T, first.T, truth.T, strict=True)]
    return Rectified(*(np.array(x) for x in zip(*columns, strict=True)))


def _column(x: Array, first: Array, y: Array, codes: Codes) -> tuple[float, float, float, float]:
    there = ~np.isnan(x)
    marked = there & ~np.isnan(first) & ~np.isnan(y)
    total, n = int(there.sum()), int(marked.sum())
    if n < 2:
        return float("nan"), 0.0, 0.0, 0.0
    weight = _weights(first, y, marked, codes)
    plain, rest = np.where(there, weight * x, 0.0), np.where(marked, y - weight * first, 0.0)
    centre, off = plain.sum() / total, rest.sum() / n
    moved = np.where(there, plain - centre, 0.0) + np.where(marked, (rest - off) * total / n, 0.0)
    spread = Grouped.of(np.where(there, moved, np.nan)[:, None], codes)
    labelled = Grouped.of(np.where(marked, 0.0, np.nan)[:, None], codes)
    return float(centre + off), float(spread.variance[0]), float(labelled.free[0]), float(labelled.kish[0])


def _weights(first: Array, y: Array, marked: np.ndarray, codes: Codes) -> Array:
    """How far the metric is trusted in each question, from the marked of other folds; between 0 and 1."""
    fold, found = codes % FOLDS, np.zeros(len(y))
    for k in range(FOLDS):
        others = marked & (fold != k)
        if others.sum() > 1 and (spread := float(first[others].var())) > 1e-12:
            slope = float(np.mean((first[others] - first[others].mean()) * (y[others] - y[others].mean()))) / spread
            found[fold == k] = min(max(slope, 0.0), 1.0)
    return cast(Array, found)
