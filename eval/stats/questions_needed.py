"""How many questions the verdict needs: the fewest with which the same figures would still settle it. No model."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, TypeVar

from eval.records import Comparison, Estimate
from eval.verdict.evidence import Evidence
from eval.verdict.rule import Ruling, apply_rule, independent

SHARES = tuple(i / 20 for i in range(19, 0, -1))

Known = TypeVar("Known", Estimate, Comparison)


def fewest(evidence: Evidence, ruling: Ruling, margin: float) -> dict[str, Any]:
    """What sensitivity.json holds as `questions`: how many there are, and the fewest that would still settle it.

    An interval's width goes with the root of how many questions there are, so every interval is widened about its
    estimate and the rule alone runs again, on 95, 90, ... 5 % of the questions. `fewest` is null for an open verdict.
    """
    asked = max((c.n for c in evidence.comparisons() if c.axis in evidence.targets), default=0)
    if ruling.strategy == "inconclusive" or not asked:
        return {"asked": asked, "fewest": None, "needed": ruling.questions_needed}
    enough = 1.0
    for share in SHARES:
        if apply_rule(_of(evidence, share), margin).strategy != ruling.strategy:
            break
        enough = share
    return {"asked": asked, "fewest": math.ceil(asked * enough), "needed": None}


def _of(evidence: Evidence, share: float) -> Evidence:
    """The same evidence as if from that share of the questions."""
    wider = 1 / math.sqrt(share)
    estimates = {
        axis: {m: _widened(e, e.mean, wider, 0.0) for m, e in modes.items()}
        for axis, modes in evidence.estimates.items()
    }
    pairs = {
        key: replace(
            _widened(c, c.difference, wider, -1.0),
            groups=int(c.groups * share),
            n=int(c.n * share),
            effective_groups=independent(c) * share,
        )
        for key, c in evidence.pairs.items()
    }
    ceilings = {
        (axis, mode): min(1.0, (mean := evidence.estimates[axis][mode].mean) + wider * (high - mean))
        for (axis, mode), high in evidence.ceilings.items()
    }
    complete = {modes: _of(other, share) for modes, other in evidence.complete.items()}
    return replace(evidence, estimates=estimates, pairs=pairs, ceilings=ceilings, complete=complete)


def _widened(known: Known, centre: float, wider: float, floor: float) -> Known:
    low, high = centre - wider * (centre - known.low), centre + wider * (known.high - centre)
    return replace(known, low=max(low, floor), high=min(high, 1.0))
