"""Means and paired differences of an axis, with the intervals that the rule looks at. Vectorised over tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from eval.arms.modes import MODES
from eval.stats.clusters import Array, Grouped, SeedNoise, codes_of
from eval.stats.intervals import Interval, beta_ends, difference_ends, interval_records
from eval.stats.rectify import Rectified, rectify
from eval.verdict.score_table import ScoreTable, mean_over

ERROR = 0.05
"""What an interval by itself may err; where several are to hold together, they share it (Bonferroni)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One axis in numbers."""

    table: ScoreTable
    means: list[Interval | None]
    """Of each mode, at 95 %, or what a look leaves of it."""
    ceilings: list[Interval | None]
    """Of each mode, at the level that holds for all requirements together."""
    places: list[tuple[int, int]]
    """Of each pair: the columns of its control and its treatment."""
    pairs: list[Interval | None]
    """The difference of each pair, as the means."""
    shared: list[list[Interval | None]]
    """The same at the level that holds for two of them at once, for three, and so on."""


def measure(
    table: ScoreTable,
    *,
    axes: int = 1,
    seed: int = 0,
    deviation: float = 0.0,
    unsteady: float = 0.0,
    error: float = ERROR,
) -> Measured:
    """Measure one table; a mode has to meet `axes` requirements in all, `seed` draws the bootstrap of graded scores.

    `deviation` is how far training with another seed is assumed to move a share of one half, of a tuned mode with one
    seed; another share p moves as a count of so many questions would, by sqrt(4 p (1 - p)) of it. `unsteady` is the
    share of replies that the model gives otherwise when it is asked again.
    """
    return measure_all([table], axes=axes, seed=seed, deviation=deviation, unsteady=unsteady, error=error)[0]


def measure_all(
    tables: Sequence[ScoreTable],
    *,
    axes: int = 1,
    seed: int = 0,
    deviation: float = 0.0,
    unsteady: float = 0.0,
    error: float = ERROR,
) -> list[Measured]:
    """Measure tables of the same questions, modes and seeds in one go."""
    first, count = tables[0], len(tables)
    modes, codes = len(first.modes), codes_of(first.groups)
    places = list(combinations(range(modes), 2))
    values = np.stack([t.values for t in tables], axis=1)
    by_seed = np.stack([t.by_seed for t in tables], axis=2)
    held = Grouped.of(values.reshape(len(codes), -1), codes)
    assumed = assumed_variances(held.mean.reshape(count, modes), first, deviation, unsteady)
    # One seed says nothing of what another would give, so its means need not be taken.
    repeats = mean_over(by_seed, 1).reshape(len(by_seed), -1) if len(by_seed) > 1 else None
    noise = SeedNoise.of(count * modes, repeats, assumed.ravel())
    means, ceilings = (
        interval_records(held, *beta_ends(held, noise, level)) for level in (1 - error, 1 - error / axes)
    )
    control, treatment = [i for i, _ in places], [j for _, j in places]

    def apart_of(scores: Array) -> Array:
        return scores.take(treatment, axis=-1) - scores.take(control, axis=-1)

    apart = Grouped.of(apart_of(values).reshape(len(codes), -1), codes)
    if repeats is not None:
        repeats = mean_over(apart_of(by_seed), 1).reshape(len(by_seed), -1)
    noises = SeedNoise.of(len(apart.up), repeats, (assumed[:, control] + assumed[:, treatment]).ravel())
    levels = [1 - error / sharing for sharing in range(1, 1 + most_alike(first.modes))]
    pairs, *shared = (interval_records(apart, *ends) for ends in difference_ends(apart, noises, seed, levels))
    p = len(places)
    found = [
        Measured(
            table, means[k * modes : (k + 1) * modes], ceilings[k * modes : (k + 1) * modes],
            places, pairs[k * p : (k + 1) * p], [s[k * p : (k + 1) * p] for s in shared],
        ) for k, table in enumerate(tables)
    ]  # fmt: skip
    return [
        m if m.table.truth is None else _corrected(m, m.table.truth, axes, (deviation, unsteady), error) for m in found
    ]  # fmt: skip


def most_alike(modes: Sequence[str]) -> int:
    """How many modes of one strategy there are at most, and two at the least, for a mode may miss two axes."""
    strategies = Counter(MODES[m].strategy for m in modes if m in MODES and MODES[m].strategy)
    return max(2, *strategies.values()) if strategies else 2


def one_seeded(table: ScoreTable) -> list[str]:
    """Tuned modes that were trained with one seed."""
    seeds = (~np.isnan(table.by_seed)).any(axis=1).sum(axis=0)
    return [m for m, runs in zip(table.modes, seeds, strict=True) if runs == 1 and m in MODES and MODES[m].adapter]


def assumed_variances(means: Array, table: ScoreTable, deviation: float, unsteady: float = 0.0) -> Array:
    """What a single training seed, and an unsteady server, add to the variance of each mean, of shape (..., modes).

    Where another reply comes, its score is taken to be drawn anew: of n questions that adds `unsteady` p (1 - p) / n.
    The replies of one run are drawn with its load, so this stands beside the variance that questions have.
    """
    tuned = np.isin(table.modes, one_seeded(table))
    scored = np.maximum((~np.isnan(table.values)).sum(axis=0), 1)
    return np.asarray((np.where(tuned, 4 * deviation**2, 0.0) + unsteady / scored) * means * (1 - means))


def _corrected(found: Measured, truth: Array, axes: int, varies: tuple[float, float], error: float) -> Measured:
    """The same numbers, with the means and differences that people's marks correct."""
    table, codes = found.table, codes_of(found.table.groups)
    control, treatment = [i for i, _ in found.places], [j for _, j in found.places]
    seeded = mean_over(table.by_seed, 1)
    means = rectify(table.values, table.by_seed[0], truth, codes)
    assumed = assumed_variances(means.mean.clip(0.0, 1.0), table, *varies)
    noise = SeedNoise.of(len(table.modes), seeded, np.nan_to_num(assumed))

    def apart(values: Array) -> Array:
        return values[:, treatment] - values[:, control]

    pairs = rectify(apart(table.values), apart(table.by_seed[0]), apart(truth), codes)
    both = SeedNoise.of(len(control), apart(seeded), np.nan_to_num(assumed[control] + assumed[treatment]))
    return replace(
        found,
        means=_replaced(found.means, means, noise, 1 - error, 0.0),
        ceilings=_replaced(found.ceilings, means, noise, 1 - error / axes, 0.0),
        pairs=_replaced(found.pairs, pairs, both, 1 - error, -1.0),
        shared=[_replaced(s, pairs, both, 1 - error / k, -1.0) for k, s in enumerate(found.shared, 2)],
    )


def _replaced(
    plain: list[Interval | None], by: Rectified, noise: SeedNoise, level: float, floor: float
) -> list[Interval | None]:
    """The corrected interval where there are marks, else the plain one."""
    reach = [(i.mean - i.low, i.high - i.mean) if i else (0.0, 0.0) for i in plain]
    least = np.array([down for down, _ in reach]), np.array([up for _, up in reach])
    low, high = by.ends(noise, level, least)
    error = np.sqrt(by.variance + noise.variance)
    return [
        replace(
            i, mean=float(np.clip(by.mean[k], floor, 1.0)), low=max(float(low[k]), floor),
            high=min(float(high[k]), 1.0), error=float(error[k]), effective_groups=float(by.kish[k]),
        ) if i and by.kish[k] > 0 else i
        for k, i in enumerate(plain)
    ]  # fmt: skip
