"""A rejected mode that is far better on one axis and good enough there: what it loses for it, and by which check.

The verdict is right not to name such a mode, for it harms the other axis; whoever reads it must know the price.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from eval.arms.modes import MODES
from eval.records import Score
from eval.verdict.evidence import Evidence
from eval.verdict.rule import Ruling, strategy

GATE = "training-rows"
"""The gate whose finding tells that training taught the loss: replies that break the checks they are scored by."""


@dataclass(frozen=True, slots=True)
class TradeOff:
    """What a rejected mode gains on one axis, and what it loses on another."""

    stands: str
    """The verdict's mode."""
    other: str
    gained: str
    """The axis on which `other` is better by twice the margin, and reaches its target."""
    lost: str
    """The axis on which it loses most."""
    check: str
    """The style check by which it loses most; empty where it loses by none, or not on style."""
    questions: tuple[str, ...]
    """Where there is no such check: the questions that it loses."""
    taught: str
    """What the gate of the training rows says of that check; empty where nothing."""


def trade_offs(
    evidence: Evidence,
    ruling: Ruling,
    scores: Sequence[Score],
    margin: float,
    findings: Sequence[Mapping[str, str]] = (),
) -> Iterator[TradeOff]:
    """One an axis on which a rejected mode is better by twice the margin and reaches its target.

    `findings` are those of checks.json: {gate, severity, message, where}.
    """
    stands = ruling.mode
    if stands is None or ruling.strategy == "none":
        return
    for axis in evidence.targets:
        better = [
            (lift.difference, m)
            for m in evidence.modes if strategy(m) != strategy(stands)
            and (lift := evidence.lift(axis, stands, m)).difference >= 2 * margin and lift.low > 0
            and evidence.estimates[axis][m].mean >= evidence.targets[axis]
        ]  # fmt: skip
        lost = {m: found for _, m in better if (found := _loss(evidence, stands, m, axis))}
        if lost:
            best = max((d, m) for d, m in better if m in lost)[1]
            yield _trade_off(scores, (stands, best), (axis, lost[best]), findings)


def _loss(evidence: Evidence, stands: str, other: str, axis: str) -> str | None:
    """The axis on which the other mode is lower by most; None where it is lower on none."""
    falls = [(evidence.lift(a, stands, other).difference, a) for a in evidence.targets if a != axis]
    least = min(falls, default=(0.0, ""))
    return least[1] if least[0] < 0 else None


def _trade_off(
    scores: Sequence[Score], modes: tuple[str, str], axes: tuple[str, str], findings: Sequence[Mapping[str, str]]
) -> TradeOff:
    (stands, other), (gained, lost) = modes, axes
    check = _check(scores, stands, other) if lost == "style" else ""
    questions = () if check else _lost_questions(scores, stands, other, lost)
    tuned = MODES[other].adapter is not None
    found = next((f["message"] for f in findings if f.get("gate") == GATE and check and check in f["message"]), "")
    return TradeOff(stands, other, gained, lost, check, questions, found.partition(":")[0] if tuned else "")


def _check(scores: Sequence[Score], stands: str, other: str) -> str:
    """The style check whose share of passes falls most, with both shares; empty where none falls."""
    passed: dict[str, dict[str, list[float]]] = {}
    for s in scores:
        if s.axis == "style" and not s.primary and s.value is not None and s.mode in (stands, other):
            passed.setdefault(s.metric, {}).setdefault(s.mode, []).append(s.value)
    falls = {
        name: sum(by[other]) / len(by[other]) - sum(by[stands]) / len(by[stands])
        for name, by in passed.items() if stands in by and other in by
    }  # fmt: skip
    worst = min(falls, key=lambda name: falls[name], default="")
    return worst if worst and falls[worst] < 0 else ""


def _lost_questions(scores: Sequence[Score], stands: str, other: str, axis: str) -> tuple[str, ...]:
    """The questions that it loses on the axis, by their ids."""
    own: dict[tuple[str, str], float] = {}
    for s in scores:
        if s.axis == axis and s.primary and s.value is not None and s.seed == 0:
            own[s.mode, s.example_id] = s.value
    return tuple(q for (m, q), v in own.items() if m == stands and own.get((other, q), v) < v)
