"""Intervals of means and of paired differences of clustered questions, and tests of paired differences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from eval.paired import score_interval

Array = NDArray[np.float64]

RESAMPLES = 4000
CHUNK = 200
"""Resamples that are drawn at once: 200 x 10,000 groups take 16 MB."""
FEW_KINDS = 64
"""Below so many distinct groups, how often each is drawn is drawn at once (a multinomial), which is much faster."""
POWER = 0.80
DIGITS = 4
"""Decimals that a mean or an end of an interval is given with."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its two-sided interval, and what it rests on."""

    mean: float
    low: float
    high: float
    n: int
    groups: int
    error: float
    """Standard error of the mean over groups; of a difference, with the pseudo-questions that keep it from being 0."""

    def figures(self) -> dict[str, float | int]:
        """As it stands in a run's files: mean, low and high, rounded, n and groups."""
        ends = {"mean": self.mean, "low": self.low, "high": self.high}
        return {name: round(x, DIGITS) for name, x in ends.items()} | {"n": self.n, "groups": self.groups}


@dataclass(frozen=True, slots=True)
class Test:
    """A two-sided test of no difference between two arms."""

    name: str
    p: float


def mean_intervals(
    values: Array, groups: Sequence[str], *, level: float = 0.95, repeats: Array | None = None
) -> list[Interval | None]:
    """The interval of each column's mean; scores in [0, 1], NaN where there is none, shape (questions, columns).

    None for a column without a score. Equal-tailed also near 0 and 1, where targets lie and a bootstrap is not: the
    Beta interval with Jeffreys' prior (Brown, Cai and DasGupta, 2001) at the effective number of questions that
    clustering leaves (Korn and Graubard, 1998). `repeats`: the column means of each seed, shape (seeds, columns).
    """
    return [
        _beta_interval(values[:, i], groups, level, None if repeats is None else repeats[:, i])
        for i in range(values.shape[1])
    ]


def difference_intervals(
    values: Array, groups: Sequence[str], *, seed: int, level: float = 0.95, repeats: Array | None = None
) -> list[Interval | None]:
    """The interval of each column's mean paired difference, which groups carry, not questions.

    Differences in [-1, 1], NaN where one side is missing, shape (questions, columns); None for a column without a pair.
    Of single 0/1 scores: Tango's score interval at the effective number of questions that clustering leaves (Korn and
    Graubard, 1998). Else the bootstrap that resamples groups, with a pseudo-question of each extreme, so that equal
    differences have a width, as Bonett and Price (2012) add to the discordant cells of paired proportions.
    `repeats`: the column means of each training seed.
    """
    found: list[Interval | None] = []
    for i in range(values.shape[1]):
        held = _Grouped.of(values[:, i], groups)
        if held is None:
            found.append(None)
            continue
        interval = _discordant(held, level) if held.binary else _percentiles(_resampled_means(held, seed), held, level)
        found.append(_widened(interval, None if repeats is None else repeats[:, i], level))
    return found


def student_intervals(values: Array, groups: Sequence[str], *, level: float = 0.95) -> list[Interval | None]:
    """Student's interval of each column's mean over groups, for values without bounds (Cochran, 1977, section 6.3).

    None for a column without a value, and for a single group, which has no spread to tell an interval from.
    """
    found: list[Interval | None] = []
    for column in values.T:
        held = _Grouped.of(column, groups)
        if held is None or len(held.sums) < 2:
            found.append(None)
            continue
        error, count = math.sqrt(held.variance()), len(held.sums)
        half = float(stats.t.ppf(1 - (1 - level) / 2, count - 1)) * error
        found.append(Interval(held.mean, held.mean - half, held.mean + half, int(held.sizes.sum()), count, error))
    return found


def difference_test(differences: Array, groups: Sequence[str], *, repeats: Array | None = None) -> Test | None:
    """Are the paired differences 0 on average? Exact McNemar for single 0/1 scores, else Student's t over groups.

    McNemar (1947), exact binomial form: the discordant pairs against 1/2. Where groups hold several questions, scores
    are no 0/1, or training seeds disagree (`repeats`, the mean of each), the t of the mean with the variances of groups
    (Liang and Zeger, 1986) and of seeds. None when there is no pair, or a single group that differs.
    """
    held = _Grouped.of(differences, groups)
    if held is None:
        return None
    kept, count = differences[~np.isnan(differences)], len(held.sums)
    seeds, runs = _seed_variance(repeats)
    if not seeds and count == len(kept) and set(np.unique(kept)) <= {-1.0, 0.0, 1.0}:
        up, down = int((kept > 0).sum()), int((kept < 0).sum())
        return Test("mcnemar_exact", float(stats.binomtest(up, up + down).pvalue) if up + down else 1.0)
    if count < 2:
        return None
    if not kept.any():
        return Test("cluster_t", 1.0)
    questions = held.variance()
    if questions + seeds < 1e-24:  # every group differs alike: the sign test over groups is all that can be said
        return Test("sign_exact", float(2 * 0.5**count))
    free = _degrees(questions, count - 1, seeds, runs - 1)
    return Test("cluster_t", float(2 * stats.t.sf(abs(held.mean) / math.sqrt(questions + seeds), free)))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values that keep the family-wise error rate (Holm, 1979), in the order given."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, worst = [1.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        worst = max(worst, min(1.0, p_values[i] * (len(p_values) - rank)))
        adjusted[i] = worst
    return adjusted


def detectable(interval: Interval, *, level: float = 0.95) -> float:
    """The smallest true difference that would be shown with a power of 80 %: (t(1 - a/2) + t(0.8)) standard errors."""
    if interval.groups < 2:
        return 1.0
    t = sum(float(stats.t.ppf(q, interval.groups - 1)) for q in (1 - (1 - level) / 2, POWER))
    return min(1.0, t * interval.error)


@dataclass(frozen=True, slots=True)
class _Grouped:
    """One column's scores, summed over groups."""

    sums: Array
    sizes: Array
    up: float
    """The sum of the positive scores."""
    binary: bool
    """Whether all scores are 0, 1 or -1."""

    @classmethod
    def of(cls, column: Array, groups: Sequence[str]) -> _Grouped | None:
        present = ~np.isnan(column)
        if not present.any():
            return None
        kept = column[present]
        index = np.unique(np.asarray(groups, dtype=str)[present], return_inverse=True)[1]
        sums: Array = np.bincount(index, weights=kept).astype(np.float64)
        binary = bool(((kept == 0) | (np.abs(kept) == 1)).all())
        return cls(sums, np.bincount(index).astype(np.float64), float(kept.clip(0).sum()), binary)

    @property
    def mean(self) -> float:
        return float(self.sums.sum() / self.sizes.sum())

    def with_extremes(self) -> _Grouped:
        """The same with a pseudo-question of -1 and one of 1, each a group of its own."""
        return replace(self, sums=np.append(self.sums, [-1.0, 1.0]), sizes=np.append(self.sizes, [1.0, 1.0]))

    def variance(self) -> float:
        """Of the mean, by the groups' residuals (Liang and Zeger, 1986); 0 for a single group."""
        groups, residuals = len(self.sums), self.sums - self.mean * self.sizes
        return float((residuals**2).sum()) * groups / max(groups - 1, 1) / float(self.sizes.sum()) ** 2


def _beta_interval(column: Array, groups: Sequence[str], level: float, repeats: Array | None) -> Interval | None:
    held = _Grouped.of(column, groups)
    if held is None:
        return None
    mean, n, count = held.mean, int(held.sizes.sum()), len(held.sums)
    questions, (seeds, runs) = held.variance(), _seed_variance(repeats)
    tail, free = 1 - (1 - level) / 2, _degrees(questions, count - 1, seeds, runs - 1)
    spread = mean * (1 - mean)
    # Scores that are all 0 or 1 say nothing of how alike a group's questions are: each group then counts once.
    effective = count if questions + seeds < 1e-12 or spread < 1e-12 else spread / (questions + seeds)
    if held.binary:
        effective = min(effective, n)
    effective *= float((stats.norm.ppf(tail) / stats.t.ppf(tail, free)) ** 2) if free >= 1 else 0.0
    right, wrong = mean * effective, (1 - mean) * effective
    low, high = (float(stats.beta.ppf(q, right + 0.5, wrong + 0.5)) for q in (1 - tail, tail))
    low, high = 0.0 if mean < 1e-12 else min(low, mean), 1.0 if mean > 1 - 1e-12 else max(high, mean)
    return Interval(mean, low, high, n, count, float(np.sqrt(questions + seeds)))


def _discordant(held: _Grouped, level: float) -> Interval:
    """Tango's interval; the effective number of questions is that at which unclustered ones would vary as these do."""
    n, count, mean = int(held.sizes.sum()), len(held.sums), held.mean
    up, variance, tail = held.up / n, held.variance(), 1 - (1 - level) / 2
    spread = 2 * up - mean - mean**2
    # Differences that are all alike say nothing of how alike a group's questions are: each group then counts once.
    effective = min(n, spread / variance) if variance > 1e-12 and spread > 1e-12 else count
    low, high = -1.0, 1.0
    if count > 1:
        effective *= float((stats.norm.ppf(tail) / stats.t.ppf(tail, count - 1)) ** 2)
        ends = score_interval(np.array([up]), np.array([up - mean]), np.array([effective]), level=level)
        low, high = float(ends[0][0]), float(ends[1][0])
    return Interval(mean, low, high, n, count, math.sqrt(held.with_extremes().variance()))


def _percentiles(draws: Array, held: _Grouped, level: float) -> Interval:
    tail = _expanded_tail(len(held.sums), level)
    low, high = np.quantile(draws, [tail, 1 - tail])
    # The pseudo-questions pull the interval inwards; it must still hold what was seen.
    low, high = min(float(low), held.mean), max(float(high), held.mean)
    return Interval(held.mean, low, high, int(held.sizes.sum()), len(held.sums), float(draws.std()))


def _widened(interval: Interval, repeats: Array | None, level: float) -> Interval:
    """The interval when training with another seed would give another mean: seeds as a second source of variance."""
    seeds, runs = _seed_variance(repeats)
    if seeds == 0.0 or interval.error == 0.0:
        return interval
    questions, own = interval.error**2, interval.groups - 1
    tail, free = 1 - (1 - level) / 2, _degrees(questions, own, seeds, runs - 1)
    factor = float(np.sqrt(1 + seeds / questions) * stats.t.ppf(tail, free) / stats.t.ppf(tail, max(own, 1)))
    low = max(-1.0, interval.mean - max(1.0, factor) * (interval.mean - interval.low))
    high = min(1.0, interval.mean + max(1.0, factor) * (interval.high - interval.mean))
    return replace(interval, low=low, high=high, error=float(np.sqrt(questions + seeds)))


def _seed_variance(repeats: Array | None) -> tuple[float, int]:
    """The variance of a mean over training seeds that the seeds cause, and how many seeds there are."""
    means = np.zeros(0) if repeats is None else repeats[~np.isnan(repeats)]
    return (float(means.var(ddof=1)) / len(means), len(means)) if len(means) > 1 else (0.0, 1)


def _degrees(first: float, first_free: int, second: float, second_free: int) -> float:
    """Degrees of freedom of a sum of two variances (Satterthwaite, 1946): few seeds widen more than their variance."""
    if second == 0.0 or second_free < 1:
        return float(first_free)
    return (first + second) ** 2 / (first**2 / max(first_free, 1) + second**2 / second_free)


def _resampled_means(held: _Grouped, seed: int) -> Array:
    """Means over groups drawn with replacement, the two extremes among them, shape (resamples,)."""
    held = held.with_extremes()
    sums, sizes = held.sums, held.sizes
    draw = np.random.default_rng(seed)
    kinds, counts = np.unique(np.stack([sums, sizes], axis=1), axis=0, return_counts=True)
    if len(kinds) <= FEW_KINDS:
        totals = draw.multinomial(len(sums), counts / len(sums), size=RESAMPLES).astype(np.float64) @ kinds
        return np.asarray(totals[:, 0] / totals[:, 1])
    means = []
    for start in range(0, RESAMPLES, CHUNK):
        picks = draw.integers(0, len(sums), size=(min(CHUNK, RESAMPLES - start), len(sums)))
        means.append(sums[picks].sum(axis=1) / sizes[picks].sum(axis=1))
    return np.concatenate(means)


def _expanded_tail(groups: int, level: float) -> float:
    """The tail that makes a percentile interval as wide as Student's t wants it (Hesterberg, 2015, section 3.3)."""
    if groups < 2:
        return 0.0
    t = stats.t.ppf(1 - (1 - level) / 2, groups - 1)
    return float(stats.norm.cdf(-np.sqrt(groups / (groups - 1)) * t))
