"""What would change the verdict, in short: the values of targets and margin beyond which it is another."""

from __future__ import annotations

from collections.abc import Iterator

from eval.analysis.run_files import Parameter, Sensitivity
from eval.verdict.decision import Decision
from reports.wording.phrases import called, share

OPEN = "not settled"
NAMES = {"margin": "smallest lift that counts"}
"""A parameter whose own name says nothing to a stranger -> what it is called here."""


def is_of(known: Sensitivity, decision: Decision) -> bool:
    """Whether it was looked at, and of this verdict."""
    return bool(known.parameters) and known.strategy == decision.strategy


def edges(parameter: Parameter) -> Iterator[str]:
    """The ends of the span in which the verdict holds: `knowledge target below 20 % (not settled)`."""
    name = NAMES.get(parameter.name, parameter.name)
    if parameter.low > parameter.grid[0]:
        yield f"{name} below {share(parameter.low)} ({verdict_beyond(parameter.below)})"
    if parameter.high < parameter.grid[1]:
        yield f"{name} above {share(parameter.high)} ({verdict_beyond(parameter.above)})"


def verdict_beyond(said: str | None) -> str:
    """The verdict beyond an edge, for people."""
    text = str(said)
    return OPEN if text.startswith("inconclusive") else called(text)


def change_sentence(decision: Decision, known: Sensitivity) -> str:
    """Of a verdict that is given, what would change it; empty where it is open or that was not looked at."""
    if decision.strategy == "inconclusive" or not is_of(known, decision):
        return ""
    found = [edge for parameter in known.parameters for edge in edges(parameter)]
    if not found:
        return "No other target or smallest lift would change the verdict."
    return f"Would change the verdict: {'; '.join(found)}."
