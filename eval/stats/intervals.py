"""Intervals of means and of paired differences of clustered questions, and tests of paired differences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special, stats

from eval.stats.bootstrap import bootstrap_ends
from eval.stats.clusters import Array as Array
from eval.stats.clusters import Grouped, codes_of, degrees, normal_quantile, seed_variance, student_quantile
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
        _beta_interval(held, level, None if repeats is None else repeats[:, i]) if held else None
        for i, held in enumerate(_columns(values, groups))
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
    columns = _columns(values, groups)
    binary = [i for i, held in enumerate(columns) if held and held.binary]
    others = [i for i, held in enumerate(columns) if held and not held.binary]
    ends = dict(zip(binary, _discordant_ends([h for i in binary if (h := columns[i])], level), strict=True))
    ends |= zip(others, bootstrap_ends([h for i in others if (h := columns[i])], seed, level), strict=True)
    found: list[Interval | None] = []
    for i, held in enumerate(columns):
        if held is None:
            found.append(None)
            continue
        interval = Interval(held.mean, *ends[i], held.n, held.count, held.error_with_extremes())
        found.append(_widened(interval, None if repeats is None else repeats[:, i], level))
    return found


def student_intervals(values: Array, groups: Sequence[str], *, level: float = 0.95) -> list[Interval | None]:
    """Student's interval of each column's mean over groups, for values without bounds (Cochran, 1977, section 6.3).

    None for a column without a value, and for a single group, which has no spread to tell an interval from.
    """
    found: list[Interval | None] = []
    for held in _columns(values, groups):
        if held is None or held.count < 2:
            found.append(None)
            continue
        error = math.sqrt(held.variance())
        half = student_quantile(level, held.count - 1) * error
        found.append(Interval(held.mean, held.mean - half, held.mean + half, held.n, held.count, error))
    return found


def difference_test(differences: Array, groups: Sequence[str], *, repeats: Array | None = None) -> Test | None:
    """Are the paired differences 0 on average? Exact McNemar for single 0/1 scores, else Student's t over groups.

    McNemar (1947), exact binomial form: the discordant pairs against 1/2. Where groups hold several questions, scores
    are no 0/1, or training seeds disagree (`repeats`, the mean of each), the t of the mean with the variances of groups
    (Liang and Zeger, 1986) and of seeds. None when there is no pair, or a single group that differs.
    """
    (held,) = _columns(differences[:, None], groups)
    if held is None:
        return None
    seeds, runs = seed_variance(repeats)
    if not seeds and held.count == held.n and held.binary:
        up, down = round(held.up), round(held.up - held.sums.sum())
        return Test("mcnemar_exact", float(stats.binomtest(up, up + down).pvalue) if up + down else 1.0)
    if held.count < 2:
        return None
    questions = held.variance()
    if held.up == 0.0 and not held.sums.any():
        return Test("cluster_t", 1.0)
    if questions + seeds < 1e-24:  # every group differs alike: the sign test over groups is all that can be said
        return Test("sign_exact", float(2 * 0.5**held.count))
    free = degrees(questions, held.count - 1, seeds, runs - 1)
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
    t = student_quantile(level, interval.groups - 1) + student_quantile(2 * POWER - 1, interval.groups - 1)
    return min(1.0, t * interval.error)


def _columns(values: Array, groups: Sequence[str]) -> list[Grouped | None]:
    codes = codes_of(groups)
    return [Grouped.of(column, codes) for column in values.T]


def _beta_interval(held: Grouped, level: float, repeats: Array | None) -> Interval:
    mean, questions, (seeds, runs) = held.mean, held.variance(), seed_variance(repeats)
    free = degrees(questions, held.count - 1, seeds, runs - 1)
    # Where groups do not vary, each counts once.
    effective = held.effective(mean * (1 - mean), questions + seeds, held.count)
    effective *= _student_factor(free, level) if free >= 1 else 0.0
    right, wrong = mean * effective + 0.5, (1 - mean) * effective + 0.5
    low, high = (float(special.betaincinv(right, wrong, q)) for q in ((1 - level) / 2, (1 + level) / 2))
    low, high = 0.0 if mean < 1e-12 else min(low, mean), 1.0 if mean > 1 - 1e-12 else max(high, mean)
    return Interval(mean, low, high, held.n, held.count, math.sqrt(questions + seeds))


def _discordant_ends(columns: Sequence[Grouped], level: float) -> list[tuple[float, float]]:
    """Tango's intervals; of a single group, which has no spread, everything."""
    up = np.array([held.up / held.n for held in columns])
    down = np.array([held.up / held.n - held.mean for held in columns])
    spreads = up + down - (up - down) ** 2
    effective = np.array([_effective_pairs(*pair, level) for pair in zip(columns, spreads.tolist(), strict=True)])
    return list(zip(*(x.tolist() for x in score_interval(up, down, effective, level=level)), strict=True))


def _effective_pairs(held: Grouped, spread: float, level: float) -> float:
    """Korn and Graubard's number, by their t for how few groups the variance rests on; 0 of a single group."""
    if held.count < 2:
        return 0.0
    return held.effective(spread, held.variance(), held.effective_at(NEVER_DIFFER)) * _student_factor(
        held.count - 1, level
    )


def _student_factor(free: float, level: float) -> float:
    return (normal_quantile(level) / student_quantile(level, free)) ** 2


def _widened(interval: Interval, repeats: Array | None, level: float) -> Interval:
    """The interval when training with another seed would give another mean: seeds as a second source of variance."""
    seeds, runs = seed_variance(repeats)
    if seeds == 0.0 or interval.error == 0.0:
        return interval
    questions, own = interval.error**2, interval.groups - 1
    free = degrees(questions, own, seeds, runs - 1)
    factor = math.sqrt(1 + seeds / questions) * student_quantile(level, free) / student_quantile(level, max(own, 1))
    low = max(-1.0, interval.mean - max(1.0, factor) * (interval.mean - interval.low))
    high = min(1.0, interval.mean + max(1.0, factor) * (interval.high - interval.mean))
    return replace(interval, low=low, high=high, error=math.sqrt(questions + seeds))
