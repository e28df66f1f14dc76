"""The evidence as it would be with other means: of more questions, or by a metric that says more or less of a mode."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from eval.records import Comparison, Estimate
from eval.verdict.evidence import Evidence

Shifts = Mapping[tuple[str, str], float]
"""(axis, mode) -> by how much its mean moves."""
Known = TypeVar("Known", Estimate, Comparison)


def _independent(c: Comparison) -> float:
    return c.groups if c.effective_groups is None else c.effective_groups


def moved(evidence: Evidence, shifts: Shifts, by: float, factor: float) -> Evidence:
    """The evidence with its means moved by `by` times the shifts, and intervals of `factor` times as many questions."""
    narrower = 1 / math.sqrt(factor)

    def ahead(axis: str, mode: str) -> float:
        return by * shifts.get((axis, mode), 0.0)

    def apart(key: tuple[str, str, str]) -> float:
        return ahead(key[0], key[2]) - ahead(key[0], key[1])

    estimates = {
        axis: {m: _moved(e, "mean", ahead(axis, m), narrower, 0.0) for m, e in modes.items()}
        for axis, modes in evidence.estimates.items()
    }
    pairs = {
        key: replace(
            _moved(c, "difference", apart(key), narrower, -1.0),
            groups=int(c.groups * factor), effective_groups=_independent(c) * factor,
        )
        for key, c in evidence.pairs.items() if key[0] in evidence.targets
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


def _moved(known: Known, centre: str, by: float, narrower: float, floor: float) -> Known:
    before = getattr(known, centre)
    after = min(max(before + by, floor), 1.0)
    low, high = after - narrower * (before - known.low), after + narrower * (known.high - before)
    return replace(known, low=max(low, floor), high=min(high, 1.0), **{centre: after})


def blurred(evidence: Evidence, axis: str, narrower: float, added: float) -> Evidence:
    """The evidence with one axis's intervals `narrower` times as wide, and an error of half width `added` in them."""

    def end(centre: float, edge: float) -> float:
        return centre + math.copysign(math.hypot(narrower * (edge - centre), added), edge - centre)

    def about(known: Known, centre: float) -> Known:
        return replace(known, low=min(end(centre, known.low), centre), high=max(end(centre, known.high), centre))

    mine = {m: about(e, e.mean) for m, e in evidence.estimates[axis].items()}
    pairs = {k: about(c, c.difference) if k[0] == axis else c for k, c in evidence.pairs.items()}
    tops = {
        k: tuple(end(pairs[k].difference, top) for top in ends) if k[0] == axis else ends
        for k, ends in evidence.tops.items()
    }
    ceilings = {
        k: end(mine[k[1]].mean, high) if k[0] == axis else high for k, high in evidence.ceilings.items()
    }  # fmt: skip
    return replace(evidence, estimates={**evidence.estimates, axis: mine}, pairs=pairs, tops=tops, ceilings=ceilings)
