"""Which model and mode to take, in words."""

from __future__ import annotations

from collections.abc import Sequence

from eval.analysis.model_choice import ModelResult, cheapest
from reports.wording.phrases import label


def choice_sentence(results: Sequence[ModelResult]) -> str:
    """The choice in one to three sentences."""
    reaching = [r for r in results if r.reaches]
    if not reaching:
        return "No model is shown to reach every target with any strategy that was tried."
    found = cheapest(results)
    if found is None:
        names = ", ".join(r.name for r in reaching)
        return f"The targets are reached with: {names}. Which is cheapest is not known: their prices do not compare."
    said = (
        f"{_pair(found)} is the cheapest pair that is shown to reach every target: "
        f"{found.per_thousand:.2f} {found.currency} for a thousand questions."
    )
    others = [r for r in reaching if r is not found and r.per_thousand is not None]
    if others:
        said += " Also: " + "; ".join(f"{_pair(r)}, {r.per_thousand:.2f}" for r in others) + "."
    if any(r.placeholders for r in reaching):
        said += " Prices are the tool's placeholders: name your own by --prices, or for each model in a --models file."
    return said


def _pair(result: ModelResult) -> str:
    return f"{result.name} with {label(result.decision.mode or '')}"
