"""The evidence as it would be with other means: of more questions, or by a metric that says more or less of a mode."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from eval.records import Comparison, Estimate
from eval.verdict.evidence import Evidence

Shifts = Mapping[tuple[str, str], float]
"""(axis, mode) -> by how much its mean moves."""
Ends = tuple[float, float, float]
"""A centre and both ends of its interval."""


def _independent(c: Comparison) -> float:
    return c.groups if c.effective_groups is None else c.effective_groups


def moved(evidence: Evidence, shifts: Shifts, by: float, factor: float) -> Evidence:
    """The evidence with its means moved by `by` times the shifts, and intervals of `factor` times as many questions."""
    narrower = 1 / math.sqrt(factor)

    def ahead(axis: str, mode: str) -> float:
        return by * shifts.get((axis, mode), 0.0)

    estimates = {
        axis: {
            m: Estimate(*_moved((e.mean, e.low, e.high), ahead(axis, m), narrower, 0.0), e.n) for m, e in modes.items()
        } for axis, modes in evidence.estimates.items()
    }  # fmt: skip
    pairs = {
        (axis, i, j): _moved_pair(c, ahead(axis, j) - ahead(axis, i), narrower, factor)
        for (axis, i, j), c in evidence.pairs.items() if axis in evidence.targets
    }  # fmt: skip
    tops = {
        key: tuple(pairs[key].difference + narrower * (top - evidence.pairs[key].difference) for top in ends)
        for key, ends in evidence.tops.items()
    }
    ceilings = {
        (axis, mode): min(1.0, estimates[axis][mode].mean + narrower * (high - evidence.estimates[axis][mode].mean))
        for (axis, mode), high in evidence.ceilings.items()
    }
    return replace(
        evidence, estimates=estimates, pairs=pairs, tops=tops, ceilings=ceilings, complete={}, bounds={}, bias_shifts={}
    )  # fmt: skip


def _moved(known: Ends, by: float, narrower: float, floor: float) -> Ends:
    before, low, high = known
    after = min(max(before + by, floor), 1.0)
    return after, max(after - narrower * (before - low), floor), min(after + narrower * (high - before), 1.0)


def _moved_pair(c: Comparison, by: float, narrower: float, factor: float) -> Comparison:
    ends = _moved((c.difference, c.low, c.high), by, narrower, -1.0)
    return _with_ends(c, ends, int(c.groups * factor), _independent(c) * factor)


def _with_ends(c: Comparison, ends: Ends, groups: int, effective: float | None) -> Comparison:
    """Spelt out, for `replace` takes three times as long, and a verdict moves tens of thousands."""
    return Comparison(
        c.axis, c.metric, c.control, c.treatment, c.n, groups, c.dropped, *ends,
        c.test, c.p, c.p_holm, c.detectable, effective,
    )  # fmt: skip


def blurred(evidence: Evidence, axis: str, reach: Callable[[str, str], tuple[float, float]]) -> Evidence:
    """The evidence with one axis's intervals so many times as wide, and an error of a half width added, by pair.

    `reach` says both of a pair of modes, and of a mode's own mean where it is named twice.
    """

    def end(centre: float, edge: float, i: str, j: str) -> float:
        times, added = reach(i, j)
        return centre + math.copysign(math.hypot(times * (edge - centre), added), edge - centre)

    def about(centre: float, low: float, high: float, i: str, j: str) -> Ends:
        return centre, min(end(centre, low, i, j), centre), max(end(centre, high, i, j), centre)

    mine = {m: Estimate(*about(e.mean, e.low, e.high, m, m), e.n) for m, e in evidence.estimates[axis].items()}
    pairs = {
        k: _with_ends(c, about(c.difference, c.low, c.high, *k[1:]), c.groups, c.effective_groups)
        if k[0] == axis else c
        for k, c in evidence.pairs.items()
    }  # fmt: skip
    tops = {
        k: tuple(end(pairs[k].difference, top, *k[1:]) for top in ends) if k[0] == axis else ends
        for k, ends in evidence.tops.items()
    }
    ceilings = {
        k: end(mine[k[1]].mean, high, k[1], k[1]) if k[0] == axis else high for k, high in evidence.ceilings.items()
    }  # fmt: skip
    return replace(evidence, estimates={**evidence.estimates, axis: mine}, pairs=pairs, tops=tops, ceilings=ceilings)
