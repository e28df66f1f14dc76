"""One column's scores summed over groups, for groups are what is independent, not questions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]
Codes = NDArray[np.intp]
"""The number of each question's group, from 0."""


def codes_of(groups: Sequence[str]) -> Codes:
    """Number the groups in the order of their names."""
    return np.unique(np.asarray(groups, dtype=str), return_inverse=True)[1]


@dataclass(frozen=True, slots=True)
class Grouped:
    """The groups that have a score."""

    sums: Array
    sizes: Array
    up: float
    """The sum of the positive scores."""
    binary: bool
    """Whether all scores are 0, 1 or -1."""

    @classmethod
    def of(cls, column: Array, codes: Codes) -> Grouped | None:
        """The scores of one column, NaN where there is none; None when there is none at all."""
        present = ~np.isnan(column)
        if not present.any():
            return None
        kept, held = column[present], codes[present]
        sizes = np.bincount(held)
        seen = sizes > 0
        binary = bool(((kept == 0) | (np.abs(kept) == 1)).all())
        sums = np.bincount(held, weights=kept)[seen]
        return cls(sums.astype(np.float64), sizes[seen].astype(np.float64), float(kept.clip(0).sum()), binary)

    @property
    def count(self) -> int:
        """How many groups there are."""
        return len(self.sums)

    @property
    def n(self) -> int:
        """How many questions there are."""
        return int(self.sizes.sum())

    @property
    def mean(self) -> float:
        """Over questions."""
        return float(self.sums.sum() / self.sizes.sum())

    def variance(self) -> float:
        """Of the mean, by the groups' residuals (Liang and Zeger, 1986); 0 for a single group."""
        residuals = self.sums - self.mean * self.sizes
        return float((residuals**2).sum()) * self.count / max(self.count - 1, 1) / float(self.sizes.sum()) ** 2

    def error_with_extremes(self) -> float:
        """Standard error of the mean with a pseudo-question of -1 and one of 1, each a group of its own: never 0."""
        more = Grouped(np.append(self.sums, [-1.0, 1.0]), np.append(self.sizes, [1.0, 1.0]), 0.0, False)
        return math.sqrt(more.variance())

    def effective(self, spread: float, variance: float, unknown: float) -> float:
        """How many independent questions of this spread vary as these do (Korn and Graubard, 1998).

        `spread` is the variance of one question, `variance` that of the mean, by groups and whatever else. Groups
        that do not vary say nothing of how alike their questions are: `unknown` is the number then.
        """
        if variance < 1e-12 or spread < 1e-12:
            return unknown
        return min(spread / variance, float(self.n)) if self.binary else spread / variance

    def effective_at(self, correlation: float) -> float:
        """The number at an intraclass correlation (Kish, Survey Sampling, 1965)."""
        return self.n / (1 + correlation * (float((self.sizes**2).sum()) / self.n - 1))


def seed_variance(repeats: Array | None) -> tuple[float, int]:
    """The variance of a mean over training seeds that the seeds cause, and how many seeds there are."""
    means = np.zeros(0) if repeats is None else repeats[~np.isnan(repeats)]
    return (float(means.var(ddof=1)) / len(means), len(means)) if len(means) > 1 else (0.0, 1)


def degrees(first: float, first_free: int, second: float, second_free: int) -> float:
    """Degrees of freedom of a sum of two variances (Satterthwaite, 1946): few seeds widen more than their variance."""
    if second == 0.0 or second_free < 1:
        return float(first_free)
    return (first + second) ** 2 / (first**2 / max(first_free, 1) + second**2 / second_free)


def normal_quantile(level: float) -> float:
    """How many standard errors a two-sided normal interval of this level reaches on each side."""
    return float(special.ndtri((1 + level) / 2))


def student_quantile(level: float, free: float) -> float:
    """The same of Student's t with `free` degrees of freedom."""
    return float(special.stdtrit(free, (1 + level) / 2))
