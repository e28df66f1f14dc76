"""One axis in numbers, as the records that the rule and comparisons.json take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from eval.arms.modes import MODES
from eval.records import Comparison, Estimate
from eval.stats.intervals import DIGITS, Interval, Test, detectable, difference_test, holm, rounded_p
from eval.verdict.measure import Measured
from eval.verdict.score_table import ScoreTable, mean_over


def estimates_of(measured: Measured) -> dict[str, Estimate]:
    """mode -> its mean with its interval."""
    return {
        mode: Estimate(round(i.mean, DIGITS), round(i.low, DIGITS), round(i.high, DIGITS), i.n)
        for mode, i in zip(measured.table.modes, measured.means, strict=True)
        if i is not None
    }


def tops_of(measured: Measured) -> dict[tuple[str, str, str], tuple[float, ...]]:
    """(axis, control, treatment) -> upper ends of the difference that hold for two at once, for three, and so on."""
    found: dict[tuple[str, str, str], tuple[float, ...]] = {}
    table = measured.table
    for (i, j), *shared in zip(measured.places, *measured.shared, strict=True):
        known = [interval for interval in shared if interval is not None]
        if known:
            found[table.axis, table.modes[i], table.modes[j]] = tuple(round(x.high, DIGITS) for x in known)
            found[table.axis, table.modes[j], table.modes[i]] = tuple(round(-x.low, DIGITS) for x in known)
    return found


def pairs_of(measured: Measured, tests: bool) -> dict[tuple[str, str, str], Comparison]:
    """(axis, control, treatment) -> comparison, in both directions."""
    found: dict[tuple[str, str, str], Comparison] = {}
    table = measured.table
    missing = np.isnan(table.values)
    both = (missing[:, :, None] & missing[:, None, :]).sum(axis=0) if missing.any() else None
    for (i, j), interval in zip(measured.places, measured.pairs, strict=True):
        if interval is None:
            continue
        test = None
        if tests and table.truth is None:  # p-values are of the metric as it is
            repeats = mean_over(table.by_seed[:, :, j] - table.by_seed[:, :, i], 1)
            test = difference_test(table.values[:, j] - table.values[:, i], table.groups, repeats=repeats)
        either = len(missing) - (int(both[i, j]) if both is not None else 0)
        c = _comparison(table, (i, j), interval, test, either, shown=tests)
        found[table.axis, c.control, c.treatment] = c
        found[table.axis, c.treatment, c.control] = _turned(c)
    return found


def _comparison(
    table: ScoreTable, place: tuple[int, int], interval: Interval, test: Test | None, either: int, *, shown: bool
) -> Comparison:
    """`either` questions have a score of one mode or both; `shown`: the run's files want what the rule does not."""
    return Comparison(
        table.axis, table.metric, table.modes[place[0]], table.modes[place[1]],
        n=interval.n, groups=interval.groups, dropped=either - interval.n,
        difference=round(interval.mean, DIGITS), low=round(interval.low, DIGITS), high=round(interval.high, DIGITS),
        test=test.name if test else "", p=test.p if test else None,
        detectable=round(detectable(interval), DIGITS) if shown else None,
        effective_groups=round(interval.effective_groups, 1),
    )  # fmt: skip


def _turned(c: Comparison) -> Comparison:
    # Spelt out, for `replace` takes three times as long, and a verdict turns and moves thousands.
    return Comparison(
        c.axis, c.metric, c.treatment, c.control, c.n, c.groups, c.dropped, -c.difference, -c.high, -c.low,
        c.test, c.p, c.p_holm, c.detectable, c.effective_groups,
    )  # fmt: skip


def adjusted(pairs: Mapping[tuple[str, str, str], Comparison]) -> dict[tuple[str, str, str], Comparison]:
    """The pairs with Holm's p; each pair counts once though it stands there in both directions."""
    order = list(MODES)
    family = [key for key, c in pairs.items() if c.p is not None and order.index(key[1]) < order.index(key[2])]
    found = dict(zip(family, holm([pairs[key].p or 0.0 for key in family]), strict=True))
    both = found | {(axis, j, i): p for (axis, i, j), p in found.items()}
    return {
        key: replace(c, p=rounded_p(c.p), p_holm=rounded_p(both.get(key))) for key, c in pairs.items()
    }  # fmt: skip
