"""Columns of scores summed over groups, for groups are what is independent, not questions. Vectorised over columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]
Codes = NDArray[np.intp]
"""The number of each question's group, from 0."""


def codes_of(groups: Sequence[str]) -> Codes:
    """Number the groups in the order of their names."""
    return np.unique(np.asarray(groups, dtype=str), return_inverse=True)[1]


@dataclass(frozen=True)
class Grouped:
    """Columns of scores, summed over the groups that have one; an array has an entry a column, or rows of groups.

    What follows from the sums is computed once, for intervals of several levels ask for it again and again.
    """

    sums: Array
    """Shape (groups, columns)."""
    sizes: Array
    """How many scores a group has, shape (groups, columns); 0 where it has none."""
    up: Array
    """The sum of the positive scores."""
    binary: NDArray[np.bool_]
    """Whether all scores are 0, 1 or -1."""

    @classmethod
    def of(cls, values: Array, codes: Codes) -> Grouped:
        """The scores, shape (questions, columns), NaN where there is none."""
        order = np.argsort(codes, kind="stable")
        starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
        missing = np.isnan(values)
        whole = not missing.any()
        filled = values if whole else np.where(missing, 0.0, values)
        binary = np.asarray(np.all((filled == 0) | (np.abs(filled) == 1), axis=0))
        sums = np.add.reduceat(filled[order], starts, axis=0)
        if whole:
            sizes = np.broadcast_to(np.diff(starts, append=len(codes)).astype(np.float64)[:, None], sums.shape)
        else:
            sizes = np.add.reduceat((~missing).astype(np.float64)[order], starts, axis=0)
        return cls(sums, sizes, filled.clip(0).sum(axis=0), binary)

    def pick(self, columns: NDArray[np.intp]) -> Grouped:
        """Some of the columns, in their order."""
        if len(columns) == len(self.up):
            return self
        return Grouped(self.sums[:, columns], self.sizes[:, columns], self.up[columns], self.binary[columns])

    @cached_property
    def count(self) -> Array:
        """How many groups have a score."""
        return np.asarray(np.count_nonzero(self.sizes, axis=0), dtype=np.float64)

    @cached_property
    def n(self) -> Array:
        """How many questions have a score."""
        return cast(Array, self.sizes.sum(axis=0))

    @cached_property
    def mean(self) -> Array:
        """Over questions; 0 of a column without a score."""
        return cast(Array, self.sums.sum(axis=0) / np.maximum(self.n, 1.0))

    @cached_property
    def kish(self) -> Array:
        """How many equally large groups weigh as much: (sum m)^2 / sum m^2 (Kish, Survey Sampling, 1965)."""
        return cast(Array, self.n**2 / np.maximum((self.sizes**2).sum(axis=0), 1.0))

    @cached_property
    def free(self) -> Array:
        """Degrees of freedom of the variance over groups: those that weigh, less one."""
        return np.maximum(self.kish - 1, 0.0)

    @cached_property
    def variance(self) -> Array:
        """Of the mean, as the jackknife over groups has it; 0 for a single group.

        CV3 of MacKinnon, Nielsen and Webb (Cluster-robust inference, J. of Econometrics 232, 2023): a large group pulls
        the mean to itself, so its residual is divided by what the others weigh. With groups of one size it is the usual
        variance of Liang and Zeger (1986).
        """
        n = np.maximum(self.n, 1.0)
        residuals = (self.sums - self.mean * self.sizes) / np.maximum(1 - self.sizes / n, 1e-9)
        count = np.maximum(self.count, 1.0)
        return cast(Array, np.where(self.count > 1, (residuals**2).sum(axis=0) * (count - 1) / count / n**2, 0.0))

    @cached_property
    def error_with_extremes(self) -> Array:
        """Standard error of the mean with a pseudo-question of -1 and one of 1, each a group of its own: never 0."""
        return cast(Array, np.sqrt(self.with_extremes.variance))

    @cached_property
    def with_extremes(self) -> Grouped:
        """The same with a pseudo-question of -1 and one of 1, each a group of its own."""
        both = np.array([[-1.0], [1.0]]).repeat(self.sums.shape[1], axis=1)
        return Grouped(np.vstack([self.sums, both]), np.vstack([self.sizes, np.abs(both)]), self.up + 1, self.binary)

    def effective(self, spread: Array, variance: Array, unknown: Array) -> Array:
        """How many independent questions of this spread vary as these do (Korn and Graubard, 1998).

        `spread` is the variance of one question, `variance` that of the mean, by groups and whatever else. Groups
        that do not vary say nothing of how alike their questions are: `unknown` is the number then.
        """
        known = (variance >= 1e-12) & (spread >= 1e-12)
        found = np.where(known, spread / np.where(known, variance, 1.0), unknown)
        return np.where(known & self.binary, np.minimum(found, self.n), found)

    def effective_at(self, correlation: float) -> Array:
        """The number at an intraclass correlation (Kish, Survey Sampling, 1965)."""
        n = np.maximum(self.n, 1.0)
        return cast(Array, self.n / (1 + correlation * ((self.sizes**2).sum(axis=0) / n - 1)))


@dataclass(frozen=True, slots=True)
class SeedNoise:
    """What training seeds add to the variance of each column's mean."""

    measured: Array
    runs: Array
    """Seeds that the measured variance rests on."""
    assumed: Array
    """Of what was not measured, as if known."""

    @classmethod
    def of(cls, columns: int, repeats: Array | None, assumed: Array | None) -> SeedNoise:
        """From the column means under each seed, shape (seeds, columns), NaN where a seed has none."""
        known = np.zeros(columns) if assumed is None else assumed
        if repeats is None or len(repeats) < 2:
            return cls(np.zeros(columns), np.ones(columns), known)
        runs = (~np.isnan(repeats)).sum(axis=0).astype(np.float64)
        centre = np.where(np.isnan(repeats), 0.0, repeats).sum(axis=0) / np.maximum(runs, 1)
        squares = np.where(np.isnan(repeats), 0.0, (repeats - centre) ** 2).sum(axis=0)
        return cls(np.where(runs > 1, squares / np.maximum(runs - 1, 1) / np.maximum(runs, 1), 0.0), runs, known)

    @property
    def variance(self) -> Array:
        """Of both parts."""
        return self.measured + self.assumed

    def pick(self, columns: NDArray[np.intp] | NDArray[np.bool_]) -> SeedNoise:
        """Some of the columns."""
        return SeedNoise(self.measured[columns], self.runs[columns], self.assumed[columns])

    def degrees(self, questions: Array, free: Array) -> Array:
        """Of the sum of variances (Satterthwaite, 1946): few seeds widen more than by their variance."""
        parts = questions**2 / np.maximum(free, 1e-9) + self.measured**2 / np.maximum(self.runs - 1, 1e-9)
        total = questions + self.variance
        quiet = (self.variance == 0.0) | (total < 1e-24) | (free <= 0)
        return np.where(quiet, free, total**2 / np.where(quiet, 1.0, np.maximum(parts, 1e-300)))


def normal_quantile(level: float) -> float:
    """How many standard errors a two-sided normal interval of this level reaches on each side."""
    return float(special.ndtri((1 + level) / 2))


def student_quantile(level: float, free: Array | float) -> Array:
    """The same of Student's t with `free` degrees of freedom; infinite where there are none."""
    some = np.asarray(free, dtype=np.float64)
    found = special.stdtrit(np.where(some > 0, some, 1.0), (1 + level) / 2)
    return cast(Array, np.where(some > 0, found, np.inf))
