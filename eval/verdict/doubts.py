"""What the intervals allow for without having measured it, or leave open, said with its size: seeds and forgetting."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from eval.arms.modes import MODES
from eval.pipeline.run_config import RunConfig
from eval.records import Comparison
from eval.strategies import STRATEGIES
from eval.verdict.evidence import Evidence, weigh
from eval.verdict.leaning import LEANINGS
from eval.verdict.measure import one_seeded
from eval.verdict.rule import Ruling, apply_rule, strategy
from eval.verdict.shifted import moved
from eval.verdict.shortfall import label

DEVIATIONS = (0.03, 0.04, 0.06, 0.08, 0.10)
"""Between seeds, at a share of one half: what is tried to see how much the verdict stands."""


FAVOURS = tuple(i / 100 for i in range(1, 11))
"""By how much a metric may say more of one strategy than people would: what is tried."""


def warnings(ruling: Ruling, config: RunConfig) -> Iterator[str]:
    """What stands in the verdict's sentence, for with it the verdict errs more often than is said of one."""
    had = config.looks
    if ruling.mode is not None and had.earlier and had.this > had.planned:
        yield (
            f"It is verdict number {had.this} on these data (after {listed(had.earlier)} questions), and whoever stops "
            "at the first one given errs more often; --looks shares the error."
        )


def look_doubts(config: RunConfig) -> Iterator[str]:
    """Which look this is of those that share the error, and what that does to the intervals."""
    had = config.looks
    if had.planned > 1:
        earlier = f", after {listed(had.earlier)} questions" if had.earlier else ""
        yield (
            f"This is look {had.this} of {had.planned}{earlier}: intervals are made at "
            f"{100 * (1 - config.error):.2f} %, so that they hold at 95 % for all looks together ({had.spending})."
        )


def server_doubts(config: RunConfig) -> Iterator[str]:
    """Of a served model: that it replies otherwise when it is asked again."""
    if config.dataset.endpoint is not None and config.unsteady:
        yield (
            f"Asked again, the server gave another reply to {100 * config.unsteady:.0f} % of prompts; the intervals "
            "are wider for it."
        )


def listed(numbers: Sequence[int]) -> str:
    """`100, 200, 300`."""
    return ", ".join(map(str, numbers))


def seed_doubts(evidence: Evidence, ruling: Ruling, config: RunConfig) -> Iterator[str]:
    """Of tuned modes that were trained once: what is assumed of other seeds, and what would turn the verdict."""
    tuned = [m for t in evidence.tables for m in one_seeded(t) if m in evidence.modes]
    if not tuned or ruling.mode is None:
        return
    names, assumed = " and ".join(map(label, dict.fromkeys(tuned))), config.dataset.decision.seed_deviation
    turning = next((d for d in DEVIATIONS if d > assumed and _at(evidence, config, d) != ruling.strategy), None)
    stands = (
        f"were it {100 * turning:.0f}, the verdict would be open" if turning
        else f"the verdict stands up to {100 * DEVIATIONS[-1]:.0f}"
    )  # fmt: skip
    yield (
        f"{names} {'were' if len(set(tuned)) > 1 else 'was'} trained with one seed: the intervals assume that another "
        f"moves one half by {100 * assumed:.2g} points (standard deviation); {stands}. --seeds 3 measures it."
    )


def metric_doubts(evidence: Evidence, ruling: Ruling, config: RunConfig) -> Iterator[str]:
    """That marks correct the figures; or by how much the metric would have to favour the winner for another verdict."""
    for axis, marked in evidence.corrected.items():
        yield f"The {axis} figures are corrected by people's marks of {marked} questions."
    if ruling.mode is None or "knowledge" not in evidence.targets or "knowledge" in evidence.corrected:
        return
    margin, mine = config.dataset.decision.margin, strategy(ruling.mode)
    points = next((b for b in FAVOURS if _favoured(evidence, mine, b, margin) != ruling.strategy), None)
    if points is None:
        return
    name = config.dataset.knowledge.metric
    leans = 100 * max(LEANINGS.get(name) or (0.0,))
    known = f" (against people, its biases on five systems differ by up to {leans:.2g})" if leans else ""
    yield (
        f"Were {name} to favour {STRATEGIES[mine].short} by {100 * points:.0f} points{known}, the verdict would be "
        "another. Nobody has marked replies: 100 questions in `report RUN --label` correct it."
    )


def _favoured(evidence: Evidence, own: str, points: float, margin: float) -> str:
    """The strategy if the knowledge of one strategy's modes were so much lower than the metric says."""
    shifts = {("knowledge", m): -points for m in evidence.modes if strategy(m) == own}
    return apply_rule(moved(evidence, shifts, 1.0, 1.0), margin).strategy


def retention_doubts(evidence: Evidence, config: RunConfig) -> Iterator[str]:
    """Of tuned modes that may or may not forget more than the limit: the figures, and how many items would tell."""
    limit = config.dataset.retention.limit
    served = [m for m in evidence.modes if MODES[m].adapter] if config.dataset.endpoint else []
    if served and not evidence.retention:
        named = ", ".join(map(label, served))
        yield f"What tuning made the model forget was not measured: {named} answered behind an address."
    for mode, change in evidence.retention_open.items():
        if mode in evidence.modes:
            figures = f"{change.difference:+.2f} [{change.low:+.2f}, {change.high:+.2f}], n={change.n}"
            said = f"{figures}{_items(change, limit)}"
            yield f"Whether {label(mode)} forgets more than the limit of {limit:g} is open: {said}."


def _items(change: Comparison, limit: float) -> str:
    """About how many items would show on which side of the limit a loss lies that stays as it is."""
    away = abs(change.difference + limit)
    half = change.high - change.difference if change.difference < -limit else change.difference - change.low
    if away < 0.005:
        return "; it lies at the limit, and no number of items will tell"
    return f"; about {max(math.ceil(change.n * (half / away) ** 2 / 10) * 10, change.n + 10)} items would tell"


def _at(evidence: Evidence, config: RunConfig, deviation: float) -> str:
    """The strategy if seeds moved shares by so much."""
    rule = config.dataset.decision.model_copy(update={"seed_deviation": deviation})
    assumed = config.model_copy(update={"dataset": config.dataset.model_copy(update={"decision": rule})})
    other = weigh(evidence.tables, assumed, present=evidence.modes, tests=False)
    return apply_rule(replace(other, modes=evidence.modes), rule.margin).strategy
