"""Intervals of means and of paired differences of clustered questions, and tests of paired differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from scipy import special, stats

from eval.stats.bootstrap import bootstrap_ends
from eval.stats.clusters import Array as Array
from eval.stats.clusters import Grouped, SeedNoise, codes_of, normal_quantile, student_quantile
from eval.stats.tango import score_interval

POWER = 0.80
NEVER_DIFFER = 0.5
"""Intraclass correlation that is assumed of two arms that never differ, and so tell of none. With 1/2, their interval
errs about as often as where they do differ; a group would count once with 1, and all questions with 0."""
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
    effective_groups: float = 0.0
    """How many groups of one size would weigh as much."""

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
    values: Array,
    groups: Sequence[str],
    *,
    level: float = 0.95,
    repeats: Array | None = None,
    assumed: Array | None = None,
) -> list[Interval | None]:
    """The interval of each column's mean; scores in [0, 1], NaN where there is none, shape (questions, columns).

    None for a column without a score. Equal-tailed also near 0 and 1, where targets lie and a bootstrap is not: the
    Beta interval with Jeffreys' prior (Brown, Cai and DasGupta, 2001) at the effective number of questions that
    clustering leaves (Korn and Graubard, 1998). `repeats`: the column means of each seed, shape (seeds, columns);
    `assumed`: a variance that seeds add to each column's mean without having been measured.
    """
    held = Grouped.of(values, codes_of(groups))
    noise = SeedNoise.of(values.shape[1], repeats, assumed)
    low, high, error = beta_ends(held, noise, level)
    return interval_records(held, low, high, error)


def difference_intervals(
    values: Array,
    groups: Sequence[str],
    *,
    seed: int,
    level: float = 0.95,
    repeats: Array | None = None,
    assumed: Array | None = None,
) -> list[Interval | None]:
    """The interval of each column's mean paired difference, which groups carry, not questions.

    Differences in [-1, 1], NaN where one side is missing, shape (questions, columns); None for a column without a pair.
    Of single 0/1 scores: Tango's score interval at the effective number of questions that clustering leaves (Korn and
    Graubard, 1998). Else the bootstrap that resamples groups, with a pseudo-question of each extreme, so that equal
    differences have a width, as Bonett and Price (2012) add to the discordant cells of paired proportions.
    `repeats`: the column means of each training seed; `assumed`: as for means.
    """
    held = Grouped.of(values, codes_of(groups))
    noise = SeedNoise.of(values.shape[1], repeats, assumed)
    (ends,) = difference_ends(held, noise, seed, [level])
    return interval_records(held, *ends)


def student_intervals(values: Array, groups: Sequence[str], *, level: float = 0.95) -> list[Interval | None]:
    """Student's interval of each column's mean over groups, for values without bounds (Cochran, 1977, section 6.3).

    None for a column without a value, and for a single group, which has no spread to tell an interval from.
    """
    held = Grouped.of(values, codes_of(groups))
    error = np.sqrt(held.variance)
    half = np.where(held.free > 0, student_quantile(level, np.maximum(held.free, 1e-9)), 0.0) * error
    found = interval_records(held, held.mean - half, held.mean + half, error)
    return [i if i and i.groups > 1 else None for i in found]


def difference_test(differences: Array, groups: Sequence[str], *, repeats: Array | None = None) -> Test | None:
    """Are the paired differences 0 on average? Exact McNemar for single 0/1 scores, else Student's t over groups.

    McNemar (1947), exact binomial form: the discordant pairs against 1/2. Where groups hold several questions, scores
    are no 0/1, or training seeds disagree (`repeats`, the mean of each), the t of the mean with the variances of groups
    (Liang and Zeger, 1986) and of seeds. None when there is no pair, or a single group that differs.
    """
    held = Grouped.of(differences[:, None], codes_of(groups))
    noise = SeedNoise.of(1, None if repeats is None else repeats[:, None], None)
    n, count, mean, seeds = (float(x[0]) for x in (held.n, held.count, held.mean, noise.variance))
    if not n:
        return None
    total = float(held.sums.sum())
    if not seeds and count == n and held.binary[0]:
        up = round(float(held.up[0]))
        down = round(up - total)
        return Test("mcnemar_exact", float(stats.binomtest(up, up + down).pvalue) if up + down else 1.0)
    if count < 2:
        return None
    questions = held.variance
    if held.up[0] == 0.0 and not held.sums.any():
        return Test("cluster_t", 1.0)
    if questions[0] + seeds < 1e-24:  # every group differs alike: the sign test over groups is all that can be said
        return Test("sign_exact", float(2 * 0.5**count))
    free = noise.degrees(questions, held.free)
    return Test("cluster_t", float(2 * stats.t.sf(abs(mean) / np.sqrt(questions[0] + seeds), free[0])))


def rounded_p(p: float | None) -> float | None:
    """A p-value with three digits, as it stands in files."""
    return None if p is None else float(f"{p:.3g}")


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
    free = interval.effective_groups - 1
    if free <= 0:
        return 1.0
    t = float(student_quantile(level, free) + student_quantile(2 * POWER - 1, free))
    return min(1.0, t * interval.error)


def beta_ends(held: Grouped, noise: SeedNoise, level: float) -> tuple[Array, Array, Array]:
    """Low and high end of each column's mean, and its standard error."""
    mean, questions = held.mean, held.variance
    free = noise.degrees(questions, held.free)
    # Where groups do not vary, each counts once.
    effective = held.effective(mean * (1 - mean), questions + noise.variance, held.count)
    effective = effective * np.where(free >= 1, _student_factor(free, level), 0.0)
    right, wrong = mean * effective + 0.5, (1 - mean) * effective + 0.5
    low, high = (cast(Array, special.betaincinv(right, wrong, q)) for q in ((1 - level) / 2, (1 + level) / 2))
    low = np.where(mean < 1e-12, 0.0, np.minimum(low, mean))
    high = np.where(mean > 1 - 1e-12, 1.0, np.maximum(high, mean))
    return low, high, np.sqrt(questions + noise.variance)


def difference_ends(
    held: Grouped, noise: SeedNoise, seed: int, levels: Sequence[float]
) -> list[tuple[Array, Array, Array]]:
    """At each level, low and high end of each column's mean paired difference, and its standard error."""
    binary = np.flatnonzero(held.binary & (held.n > 0))
    others = np.flatnonzero(~held.binary & (held.n > 0))
    ends = [(np.full(len(held.up), -1.0), np.full(len(held.up), 1.0)) for _ in levels]
    for columns in (binary, others):
        if len(columns):
            some = held.pick(columns)
            found = bootstrap_ends(some, seed, levels) if columns is others else _discordant_ends(some, levels)
            for (low, high), (down, up) in zip(ends, found, strict=True):
                low[columns], high[columns] = down, up
    questions = held.error_with_extremes**2
    return [
        _widened(held, noise, low, high, questions, level) for (low, high), level in zip(ends, levels, strict=True)
    ]  # fmt: skip


def interval_records(held: Grouped, low: Array, high: Array, error: Array) -> list[Interval | None]:
    """Each column's interval as a record; None for a column without a score."""
    columns = zip(*(x.tolist() for x in (held.mean, low, high, held.n, held.count, error, held.kish)), strict=True)
    return [
        Interval(mean, a, b, int(n), int(count), e, kish) if n else None for mean, a, b, n, count, e, kish in columns
    ]


def _discordant_ends(held: Grouped, levels: Sequence[float]) -> list[tuple[Array, Array]]:
    """Tango's intervals at each level; of a single group, which has no spread, everything."""
    up = held.up / held.n
    down = np.maximum(up - held.mean, 0.0)
    spread = up + down - (up - down) ** 2
    # Korn and Graubard's number, by their t for how few groups the variance rests on.
    effective = held.effective(spread, held.variance, held.effective_at(NEVER_DIFFER))
    return [
        score_interval(
            up, down, np.where(held.count > 1, effective * _student_factor(held.free, level), 0.0), level=level
        ) for level in levels
    ]  # fmt: skip


def _student_factor(free: Array, level: float) -> Array:
    return (normal_quantile(level) / student_quantile(level, free)) ** 2


def _widened(
    held: Grouped, noise: SeedNoise, low: Array, high: Array, questions: Array, level: float
) -> tuple[Array, Array, Array]:
    """The interval when training with another seed would give another mean: seeds as a second source of variance."""
    mean, own = held.mean, np.maximum(held.free, 1e-9)
    free = noise.degrees(questions, own)
    wide = (noise.variance > 0) & (questions > 0)
    ratio = student_quantile(level, free) / student_quantile(level, own)
    factor = np.where(wide, np.sqrt(1 + noise.variance / np.where(wide, questions, 1.0)) * ratio, 1.0)
    factor = np.maximum(factor, 1.0)
    low, high = np.maximum(mean - factor * (mean - low), -1.0), np.minimum(mean + factor * (high - mean), 1.0)
    return low, high, np.sqrt(questions + np.where(wide, noise.variance, 0.0))
