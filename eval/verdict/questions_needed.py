"""How many questions an open verdict needs, by asking the rule about data sets that may come of these.

What further questions show is not known, but how it may fall out is: the means of n questions lie about the truth by
their standard error, so those of N questions lie about those of n by the root of the difference of the two variances.
Modes and axes move together as their groups' residuals do, so each possible future is one weight a group (a wild
bootstrap; Liu, 1988). Intervals narrow with the root of N. The rule is then applied as it stands, with its levels.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from eval.stats.clusters import Array
from eval.verdict.decision import Needed
from eval.verdict.evidence import Evidence
from eval.verdict.rule import Ruling, apply_rule
from eval.verdict.shifted import Shifts, moved

FACTORS = (1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
"""Times as many questions as there are; beyond ten times as many no figure is given."""
FUTURES = 40
CHANCES = (0.5, 0.8)


def questions_needed(evidence: Evidence, ruling: Ruling, margin: float) -> Needed | None:
    """From how many questions on the verdict is as likely settled as not, and from how many in four of five cases.

    None for a verdict that is given or that no number of questions would settle: the limit of replies or the
    metric's bias keeps it open, there is nothing to compare with, or ten times as many questions settle it in fewer
    than half of the cases.
    """
    asked = max((c.n for c in evidence.comparisons() if c.axis in evidence.targets), default=0)
    if ruling.strategy != "inconclusive" or ruling.turned or ruling.missing or ruling.bias_open or not asked:
        return None
    moves = _moves(evidence)
    known: dict[int, float] = {}

    def chance(i: int) -> float:
        if i not in known:
            settled = (apply_rule(_future(evidence, m, FACTORS[i]), margin).strategy != "inconclusive" for m in moves)
            known[i] = sum(settled) / len(moves)
        return known[i]

    last = len(FACTORS) - 1
    if chance(last) < CHANCES[0]:
        return None
    places = [_first(chance, wanted, last) for wanted in CHANCES]
    total = [math.ceil(round(asked * FACTORS[i], 6) / 10) * 10 for i in places]
    reached = CHANCES[0], min(CHANCES[1], round(chance(places[1]), 2))
    return Needed((total[0], total[1]), (total[0] - asked, total[1] - asked), reached)


def _first(chance: Callable[[int], float], wanted: float, last: int) -> int:
    """The smallest factor at which the chance is reached, for it grows with the factor; the last where none does."""
    low, high = 0, last
    while low < high:
        middle = (low + high) // 2
        if chance(middle) >= wanted:
            high = middle
        else:
            low = middle + 1
    return low


def _moves(evidence: Evidence) -> list[Shifts]:
    """Draws of how far the means may lie from the truth; the same for the same evidence."""
    names = sorted({g for t in evidence.tables for g in t.groups})
    row = {name: i for i, name in enumerate(names)}
    weights = np.random.default_rng(0).standard_normal((FUTURES, len(names)))
    columns: list[tuple[str, str]] = []
    moved: list[Array] = []
    for table in evidence.tables:
        places = np.array([row[g] for g in table.groups])
        for k, mode in enumerate(table.modes):
            values = table.values[:, k]
            there = ~np.isnan(values)
            if there.any():
                apart = np.where(there, values - values[there].mean(), 0.0)
                sums = np.bincount(places, weights=apart, minlength=len(names)) / there.sum()
                columns.append((table.axis, mode))
                moved.append(weights @ sums)
    return [dict(zip(columns, (float(m[d]) for m in moved), strict=True)) for d in range(FUTURES)]


def _future(evidence: Evidence, shifts: Shifts, factor: float) -> Evidence:
    """The evidence as it may be of `factor` times as many questions."""
    return moved(evidence, shifts, math.sqrt(1 - 1 / factor), factor)
