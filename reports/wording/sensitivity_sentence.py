"""How firm the verdict is, in a sentence for each target and for the margin."""

from __future__ import annotations

from collections.abc import Sequence

from reports.wording.phrases import NOTHING, called

Verdict = tuple[str, Sequence[str]]
"""A strategy, or `none` or `inconclusive`; and the strategies that are still possible."""


def sensitivity_sentence(
    name: str, value: float, strategy: str, span: tuple[float, float], below: Verdict | None, above: Verdict | None
) -> str:
    """Over which span of a setting the verdict holds, and what it is on either side; None: the grid ends there."""
    (low, high), held = span, f"The verdict ({called(strategy)}) holds"
    if below is None and above is None:
        return f"{held} at every {name} from {low:.2f} to {high:.2f} (set: {value:g})."
    if below is None:
        where = f"up to {high:.2f}"
    elif above is None:
        where = f"from {low:.2f} up"
    else:
        where = f"from {low:.2f} to {high:.2f}"
    sides = [f"below: {_named(*below)}"] if below else []
    sides += [f"above: {_named(*above)}"] if above else []
    return f"{held} for a {name} {where} (set: {value:g}); {'; '.join(sides)}."


def verdict_key(strategy: str, candidates: Sequence[str]) -> str:
    """A verdict by its key, with those of the candidates where it is open."""
    if strategy != "inconclusive":
        return NOTHING if strategy == "none" else strategy
    return f"inconclusive ({' or '.join(candidates) or 'nothing scored'})"


def _named(strategy: str, candidates: Sequence[str]) -> str:
    """A verdict in words, with the candidates where it is open."""
    if strategy != "inconclusive":
        return called(strategy)
    return f"inconclusive ({' or '.join(map(called, candidates)) or 'nothing scored'})"
