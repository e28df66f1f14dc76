"""Where a data set stands in the quadrant: what each mechanism adds, seen from the verdict.

Across: the lift on the style axis that tuning brings, both modes with retrieval or both without, as the verdict has it.
Up: the lift on the knowledge axis that retrieval brings, both modes tuned or both untuned, as the verdict has it.
An open verdict is looked at from the hybrid corner. Where that pair was not run, the other level stands in.
Of several modes on one side, the verdict's own counts, else the best on that axis: the lift is never flattered.
When the verdict needs a mechanism for the sake of the other axis (tuning that lifts knowledge), that axis is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from eval.arms.modes import MODES
from eval.records import Comparison
from eval.verdict.decision import Decision

Pair = tuple[list[str], list[str]]


@dataclass(frozen=True, slots=True)
class Lift:
    """The difference treatment - control on one axis with its 95 % interval."""

    axis: str
    control: str
    treatment: str
    value: float
    low: float
    high: float
    n: int
    paired: bool
    """False: no paired comparison was written, and the interval is spanned by the two modes' own."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A data set's place: None where the modes that would tell were not run."""

    llm: Lift | None
    """Across: LLM optimization, what tuning adds."""
    context: Lift | None
    """Up: context optimization, what retrieval adds."""


def place(decision: Decision, comparisons: Sequence[Comparison], margin: float) -> Placement:
    """Place a decided or undecided data set by the formula above."""
    retrieving = decision.quadrant.get("context") is not False
    tuned = decision.quadrant.get("llm") is not False
    across = [(_arms(decision, r, False), _arms(decision, r, True)) for r in (retrieving, not retrieving)]
    up = [(_arms(decision, False, t), _arms(decision, True, t)) for t in (tuned, not tuned)]
    return Placement(
        llm=_lift(decision, comparisons, across, ("style", "knowledge"), margin, decision.quadrant.get("llm")),
        context=_lift(decision, comparisons, up, ("knowledge", "style"), margin, decision.quadrant.get("context")),
    )


def _arms(decision: Decision, retrieving: bool, tuned: bool) -> list[str]:
    """The candidates of one cell that were scored."""
    return [
        m.name
        for m in MODES.values()
        if m.strategy is not None
        and (m.retrieves, m.adapter is not None) == (retrieving, tuned)
        and any(m.name in arms for arms in decision.axes.values())
    ]


def _lift(
    decision: Decision,
    comparisons: Sequence[Comparison],
    pairs: Iterable[Pair],
    axes: tuple[str, str],
    margin: float,
    needed: bool | None,
) -> Lift | None:
    """The first pair of cells that was run; its own axis, or the other where only that explains the verdict."""
    for controls, treatments in pairs:
        found = [_between(decision, comparisons, axis, controls, treatments) for axis in axes]
        lifts = [lift for lift in found if lift is not None]
        if not lifts:
            continue
        if needed and lifts[0].value < margin:
            return max(lifts, key=lambda lift: lift.value)
        return lifts[0]
    return None


def _between(
    decision: Decision, comparisons: Sequence[Comparison], axis: str, controls: list[str], treatments: list[str]
) -> Lift | None:
    control, treatment = _standing(decision, axis, controls), _standing(decision, axis, treatments)
    if control is None or treatment is None:
        return None
    return paired(comparisons, axis, control, treatment) or _unpaired(decision, axis, control, treatment)


def _standing(decision: Decision, axis: str, arms: list[str]) -> str | None:
    """The mode that stands for its cell: the verdict's own, else the best on the axis."""
    means = {arm: decision.axes[axis][arm].mean for arm in arms if arm in decision.axes.get(axis, {})}
    if decision.mode in means:
        return decision.mode
    return max(means, key=lambda arm: means[arm]) if means else None


def paired(comparisons: Sequence[Comparison], axis: str, control: str, treatment: str) -> Lift | None:
    """The paired lift treatment - control on an axis, turned round where the file has it so; None where it has none."""
    for c in comparisons:
        lift = Lift(axis, c.control, c.treatment, c.difference, c.low, c.high, c.n, paired=True)
        if c.axis == axis and (c.control, c.treatment) == (control, treatment):
            return lift
        if c.axis == axis and (c.treatment, c.control) == (control, treatment):
            turned = replace(lift, control=control, treatment=treatment, value=-c.difference)
            return replace(turned, low=-c.high, high=-c.low)
    return None


def _unpaired(decision: Decision, axis: str, control: str, treatment: str) -> Lift:
    c, t = decision.axes[axis][control], decision.axes[axis][treatment]
    value, low, high = t.mean - c.mean, t.low - c.high, t.high - c.low
    return Lift(axis, control, treatment, value, low, high, min(c.n, t.n), paired=False)
