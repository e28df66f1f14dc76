"""What a mode is held to before it is fit for use, test by test, from a decision alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from eval.records import Estimate
from eval.verdict.decision import Decision, Risk

Outcome = Literal["reached", "missed", "open", "no limit"]


@dataclass(frozen=True, slots=True)
class Test:
    """One thing that a mode must be shown to reach before it is fit for use."""

    what: str
    """knowledge, style, or risk."""
    estimate: Estimate
    wanted: float | None
    """The target, or of risk the limit; None: none is set."""
    outcome: Outcome


def fitness_tests(decision: Decision, mode: str | None = None) -> Iterator[Test]:
    """What a mode (by default the verdict's) is held to, and how it fares: the axes, then the risk."""
    mode = mode or decision.mode or ""
    for axis, target in decision.targets.items():
        if (e := decision.axes.get(axis, {}).get(mode)) is not None:
            missed = e.high < target and decision.fits.get(mode) != "not_shown"
            yield Test(axis, e, target, "reached" if e.low >= target else "missed" if missed else "open")
    if (risk := decision.risk.get(mode)) is not None:
        yield Test("risk", risk.wrong, decision.risk_limit, within(risk, decision.risk_limit))


def within(risk: Risk, limit: float | None) -> Outcome:
    """How a risk fares by its limit."""
    if limit is None:
        return "no limit"
    return "missed" if risk.floor > limit else "reached" if risk.wrong.high <= limit else "open"
