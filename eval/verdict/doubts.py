"""What the intervals assume without having measured it, or leave open, as figures: seeds, the metric, forgetting."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from eval.pipeline.run_config import RunConfig
from eval.records import Comparison
from eval.verdict.evidence import Evidence, weigh
from eval.verdict.measure import one_seeded
from eval.verdict.rule import Ruling, apply_rule, strategy
from eval.verdict.shifted import moved

DEVIATIONS = (0.03, 0.04, 0.06, 0.08, 0.10)
"""Between seeds, at a share of one half: what is tried to see how much the verdict stands."""


FAVOURS = tuple(i / 100 for i in range(1, 11))
"""By how much a metric may say more of one strategy than people would: what is tried."""


def trained_once(evidence: Evidence) -> Sequence[str]:
    """Candidates that were trained with one seed, in the order of the axes; one of two axes stands twice."""
    return [m for t in evidence.tables for m in one_seeded(t) if m in evidence.modes]


def turning_deviation(evidence: Evidence, ruling: Ruling, config: RunConfig) -> float | None:
    """The smallest standard deviation between seeds with which the verdict would be another; None: none that is tried.

    Asked of evidence with modes that were trained once.
    """
    assumed = config.dataset.decision.seed_deviation
    return next((d for d in DEVIATIONS if d > assumed and _at(evidence, config, d) != ruling.strategy), None)


def _at(evidence: Evidence, config: RunConfig, deviation: float) -> str:
    """The strategy if seeds moved shares by so much."""
    rule = config.dataset.decision.model_copy(update={"seed_deviation": deviation})
    assumed = config.model_copy(update={"dataset": config.dataset.model_copy(update={"decision": rule})})
    other = weigh(evidence.tables, assumed, present=evidence.modes, tests=False)
    return apply_rule(replace(other, modes=evidence.modes), rule.margin).strategy


def turning_favour(evidence: Evidence, ruling: Ruling, margin: float) -> float | None:
    """By how much less the metric would have to say of the winner's knowledge for another verdict; None: more than all.

    None as well for an open verdict, without a knowledge axis, and where marks by people correct it.
    """
    if ruling.mode is None or "knowledge" not in evidence.targets or "knowledge" in evidence.corrected:
        return None
    mine = strategy(ruling.mode)
    return next((b for b in FAVOURS if _favoured(evidence, mine, b, margin) != ruling.strategy), None)


def _favoured(evidence: Evidence, own: str, points: float, margin: float) -> str:
    """The strategy if the knowledge of one strategy's modes were so much lower than the metric says."""
    shifts = {("knowledge", m): -points for m in evidence.modes if strategy(m) == own}
    return apply_rule(moved(evidence, shifts, 1.0, 1.0), margin).strategy


def items_to_tell(change: Comparison, limit: float) -> int | None:
    """About how many items of the battery would show on which side of the limit a loss lies, if it stays as it is.

    None where it lies at the limit, and no number of them would.
    """
    away = abs(change.difference + limit)
    half = change.high - change.difference if change.difference < -limit else change.difference - change.low
    if away < 0.005:
        return None
    return max(math.ceil(change.n * (half / away) ** 2 / 10) * 10, change.n + 10)
