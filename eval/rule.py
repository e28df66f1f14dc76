"""The verdict's rule: which candidate is enough, or what keeps that open. Pure logic over the evidence.

With m the margin, between candidates i and j on an axis:
  j upgrades i  when i is not shown to reach the target, the lift j - i is shown above 0 and estimated at m or more;
  j harms i     when it is shown lower than i, by an estimated m or more, and is not itself shown to reach the target;
  i is safe     from j when i is shown to reach the target, or the lift is shown below 2m.
A candidate is beaten when another upgrades it on one axis and harms it on none. The verdict is the cheapest strategy
with an unbeaten candidate, provided that this one is safe from every candidate of another strategy that does not harm
it.
Between two modes of one strategy no margin is at stake, and the better stands for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from eval.evidence import Evidence
from eval.modes import MODES
from eval.records import Comparison

Strategy = Literal["prompt", "rag", "ft", "hybrid", "inconclusive"]
ORDER: tuple[Strategy, ...] = ("prompt", "rag", "ft", "hybrid")


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rule says, and between whom it was decided or stays open."""

    strategy: Strategy
    mode: str | None
    candidates: tuple[str, ...]
    """Strategies still possible, cheapest first."""
    beaten: tuple[tuple[str, str], ...]
    """(beaten mode, mode that beats it most clearly), cheapest first."""
    open_between: tuple[Comparison, ...]
    """Lifts that are neither shown to matter nor shown not to."""
    questions_needed: int | None


def apply_rule(evidence: Evidence, margin: float) -> Ruling:
    """Apply the rule to all candidates that have scores."""
    beaten = tuple(b for i in evidence.modes if (b := _beaten(evidence, i, margin)))
    losers = {b[0] for b in beaten}
    left = [m for m in evidence.modes if m not in losers]
    if not evidence.estimates or not left:
        return Ruling("inconclusive", None, _strategies(left or evidence.modes), beaten, (), None)
    first = _strategies(left)[0]
    mine = [m for m in left if _strategy(m) == first]
    threats = {m: _threats(evidence, m, left, margin) for m in mine}
    safe = [m for m in mine if not threats[m]]
    if safe:
        mode = _better(evidence, safe)
        return Ruling(first, mode, (first,), beaten, (), None)
    stands = _better(evidence, mine)
    still = _strategies([stands, *(t.treatment for t in threats[stands])])
    needed = max(_questions(t, margin) for t in threats[stands])
    return Ruling("inconclusive", None, still, beaten, tuple(threats[stands]), needed)


def _upgrades(evidence: Evidence, axis: str, i: str, j: str, margin: float) -> bool:
    lift = evidence.lift(axis, i, j)
    return not evidence.at_target(axis, i) and lift.low > 0 and lift.difference >= _at_stake(i, j, margin)


def _harms(evidence: Evidence, i: str, j: str, margin: float) -> bool:
    """Whether j harms i on any axis."""
    for axis in evidence.targets:
        lift = evidence.lift(axis, i, j)
        if lift.high < 0 and -lift.difference >= _at_stake(i, j, margin) and not evidence.at_target(axis, j):
            return True
    return False


def _beaten(evidence: Evidence, i: str, margin: float) -> tuple[str, str] | None:
    """(i, the mode that beats it most clearly), or None."""
    found = [
        (evidence.lift(axis, i, j).difference, j)
        for j in evidence.modes if j != i and not _harms(evidence, i, j, margin)
        for axis in evidence.targets if _upgrades(evidence, axis, i, j, margin)
    ]  # fmt: skip
    return (i, max(found)[1]) if found else None


def _threats(evidence: Evidence, i: str, left: list[str], margin: float) -> list[Comparison]:
    """Lifts over i by harmless candidates of other strategies that are not shown to stay below twice the margin."""
    return [
        evidence.lift(axis, i, j)
        for j in left if _strategy(j) != _strategy(i) and not _harms(evidence, i, j, margin)
        for axis in evidence.targets
        if not evidence.at_target(axis, i) and evidence.lift(axis, i, j).high >= 2 * margin
    ]  # fmt: skip


def _questions(lift: Comparison, margin: float) -> int:
    """About how many questions would settle a lift: intervals narrow with the square root of their number."""
    below, above = lift.difference - lift.low, lift.high - lift.difference
    ways = []
    if lift.difference < 2 * margin:
        ways.append(above / (2 * margin - lift.difference))
    if lift.difference >= margin:
        ways.append(below / lift.difference)
    factor = min(ways) ** 2 if ways else 1.0
    return math.ceil(lift.n * max(factor, 1.0) / 10) * 10


def _better(evidence: Evidence, modes: list[str]) -> str:
    """The mode with the least shortfall from the targets, by the means; the cheaper of equals."""

    def shortfall(mode: str) -> float:
        return sum(max(0.0, evidence.targets[a] - evidence.estimates[a][mode].mean) for a in evidence.targets)

    return min(modes, key=lambda m: (round(shortfall(m), 9), evidence.modes.index(m)))


def _at_stake(i: str, j: str, margin: float) -> float:
    return 0.0 if _strategy(i) == _strategy(j) else margin


def _strategy(mode: str) -> Strategy:
    return MODES[mode].strategy or "inconclusive"


def _strategies(modes: list[str] | tuple[str, ...]) -> tuple[Strategy, ...]:
    return tuple(s for s in ORDER if any(_strategy(m) == s for m in modes))
