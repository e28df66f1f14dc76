"""What answering costs, and how long what it needs takes to build: of the verdict's mode, or over its candidates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eval.analysis.money_files import Economics
from eval.records import Cost
from eval.verdict.decision import Decision
from reports.wording.phrases import DASH, amount, seconds

PLACEHOLDERS = "Prices are placeholders (--prices)"


@dataclass(frozen=True, slots=True)
class CostWords:
    """The cost of 1,000 questions with its currency, and of building."""

    amount: str
    """`0.36 USD`, or `0.10–0.36 USD` of several modes."""
    build: str
    """`9 min 24 s`; empty where there is nothing to build."""
    several: bool
    """No mode is chosen, and these are spans."""
    placeholders: bool


def cost_words(
    decision: Decision, economics: Economics, costs: Mapping[str, Cost], mode: str | None = None
) -> CostWords | None:
    """Of a mode, by default the verdict's; without one, over all candidates. None where it is not known."""
    mode = mode or decision.mode
    several = mode is None
    modes = [m for m in (list(decision.fits) if mode is None else [mode]) if m in economics.arms]
    paid = [p for m in modes if (p := economics.arms[m].per_thousand)]
    if economics.prices is None or not modes or not (paid or several):
        return None
    span = "–".join(dict.fromkeys((amount(min(paid)), amount(max(paid))))) if paid else DASH
    longest = max((to_build(costs[m]) for m in modes if m in costs), default=0.0)
    build = seconds(longest) if longest > 0 else ""
    return CostWords(f"{span} {economics.prices.currency}", build, several, economics.placeholders)


def to_build(cost: Cost) -> float:
    """Seconds of work for the index and the training."""
    return cost.index_seconds + (cost.train_work or cost.train_seconds)


def cost_sentence(decision: Decision, economics: Economics, costs: Mapping[str, Cost], mode: str | None = None) -> str:
    """The same as a sentence; empty where it is not known."""
    found = cost_words(decision, economics, costs, mode)
    if found is None:
        return ""
    by_mode = ", by mode" if found.several else ""
    up_to = "up to " if found.several else ""
    build = f"{up_to}{found.build} to build, once" if found.build else "nothing to build"
    said = f"Cost: {found.amount} for 1,000 questions{by_mode}; {build}."
    return f"{said} {PLACEHOLDERS}." if found.placeholders else said
