"""What it would take to change the verdict: targets, margin and number of questions, in a line each."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from eval.analysis.run_files import Parameter
from reports.run_folder import Run
from reports.sections import robustness
from reports.sections.first_screen import whole
from reports.wording.change_sentence import NAMES, OPEN, verdict_beyond


@dataclass(frozen=True, slots=True)
class Change:
    """One setting of the data set, over what range the verdict holds, and the picture of it."""

    name: str
    holds: str
    strip: Markup


def changes(run: Run) -> list[Change]:
    """Over which targets, margins and numbers of questions the verdict stays the same, from sensitivity.json.

    Empty when that file is missing, or was made of another verdict.
    """
    known = run.sensitivity
    if known.strategy != run.decision.strategy:
        return []
    found = [
        Change(NAMES.get(p.name, p.name), _holds(p, run.decision.strategy), robustness.sliver(p))
        for p in known.parameters
    ]
    if needed := run.decision.questions_needed:
        picture = robustness.gauge(needed.total[0] - needed.more[0], needed.total)
        (low, high), asked = needed.total, needed.total[0] - needed.more[0]
        span = f"about {low}" if low == high else f"{low} to {high}"
        found.append(Change("questions", f"asked {asked}; settled, most likely, by {span}", picture))
    return found


def _holds(parameter: Parameter, strategy_: str) -> str:
    low, high, grid = parameter.low, parameter.high, parameter.grid
    set_ = f"set {whole(parameter.value)}"
    if (low, high) == grid:
        return f"{OPEN if strategy_ == 'inconclusive' else 'holds'} at any value ({set_})"
    below = verdict_beyond(parameter.below) if low > grid[0] else ""
    above = verdict_beyond(parameter.above) if high < grid[1] else ""
    if below == above:
        return f"{set_}; below {whole(low)} or above {whole(high)} {below}"
    ends = [f"below {whole(low)} {below}" if below else "", f"above {whole(high)} {above}" if above else ""]
    return f"{set_}; {', '.join(end for end in ends if end)}"
