"""Tables of a run: outcomes by mode, retrieval and abstention means, the differences, the costs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from eval.arms.modes import MODES
from eval.records import PASS, Comparison, Estimate, Score
from reports.run_folder import Run, in_order, label, strategy

Z95 = 1.959964
Reading = Literal["better", "worse", "no material lift", "open"]


@dataclass(frozen=True, slots=True)
class Table:
    """Modes down, metrics across."""

    metrics: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Estimate | None, ...]], ...]
    """(mode, one estimate for each metric; None: no scored question)."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How one mode's replies fared on the axes that are scored, in questions."""

    mode: str
    both: int
    content_only: int
    form_only: int
    neither: int
    unscored: int

    @property
    def total(self) -> int:
        """All questions with a reply."""
        return self.both + self.content_only + self.form_only + self.neither + self.unscored


def axes(run: Run) -> list[str]:
    """The axes that the verdict stands on, knowledge first; others (abstention) have a table of their own."""
    return [axis for axis in ("knowledge", "style") if run.decision.axes.get(axis)]


def arms(run: Run, axis: str) -> list[tuple[str, Estimate]]:
    """The modes scored on an axis with their estimates, in the order in which modes are shown."""
    estimates = run.decision.axes.get(axis, {})
    return [(mode, estimates[mode]) for mode in in_order(estimates)]


def outcomes(run: Run) -> list[Outcomes]:
    """Count for each mode how many replies are right in content, in form, in both, in neither."""
    values = primary_values(run.scores)
    scored = axes(run)
    counts = []
    for mode in run.modes:
        tally = {"both": 0, "content_only": 0, "form_only": 0, "neither": 0, "unscored": 0}
        for example in run.examples:
            if example.id in run.predictions[mode]:
                tally[_outcome([values.get((mode, example.id, axis)) for axis in scored], scored)] += 1
        counts.append(Outcomes(mode, **tally))
    return counts


def _outcome(values: Sequence[float | None], scored: Sequence[str]) -> str:
    if not values or any(value is None for value in values):
        return "unscored"
    passed = {axis for axis, value in zip(scored, values, strict=True) if value is not None and value >= PASS}
    if len(passed) == len(scored):
        return "both"
    return {"knowledge": "content_only", "style": "form_only"}[passed.pop()] if passed else "neither"


def primary_values(scores: Iterable[Score]) -> dict[tuple[str, str, str], float | None]:
    """(mode, example id, axis) -> the value of the axis' primary metric."""
    return {(s.mode, s.example_id, s.axis): s.value for s in scores if s.primary}


def metric_table(run: Run, axis: str) -> Table:
    """Means of every metric of an axis by mode, with Wilson intervals over the independent groups."""
    cells: dict[tuple[str, str], list[Score]] = defaultdict(list)
    for score in run.scores:
        if score.axis == axis and score.value is not None:
            cells[score.mode, score.metric].append(score)
    metrics = tuple(dict.fromkeys(metric for _, metric in cells))
    modes = in_order({mode: None for mode, _ in cells})
    rows = tuple((mode, tuple(_estimate(cells.get((mode, m), [])) for m in metrics)) for mode in modes)
    return Table(metrics, rows)


def _estimate(scores: Sequence[Score]) -> Estimate | None:
    if not scores:
        return None
    values = [s.value for s in scores if s.value is not None]
    mean = math.fsum(values) / len(values)
    low, high = wilson(mean, len({s.group for s in scores}))
    return Estimate(mean, low, high, len(values))


def wilson(mean: float, n: int) -> tuple[float, float]:
    """The 95 % score interval of a mean of values in [0, 1] over n independent groups.

    Wilson (1927). Exact in form for 0/1 values, wide for graded ones: their variance is at most mean (1 - mean).
    """
    inside = min(max(mean, 0.0), 1.0)
    centre = inside + Z95**2 / (2 * n)
    half = Z95 * math.sqrt(inside * (1 - inside) / n + Z95**2 / (4 * n**2))
    scale = 1 + Z95**2 / n
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def deciding(run: Run) -> tuple[list[Comparison], list[Comparison]]:
    """The paired differences: those with the mode (undecided: among the candidates), then the rest."""
    shown = [c for c in run.comparisons if c.axis in axes(run)]
    if run.decision.mode is not None:
        first = [c for c in shown if run.decision.mode in (c.control, c.treatment) and _candidates(c)]
    else:
        possible = set(run.decision.candidates)
        first = [c for c in shown if {strategy(c.control), strategy(c.treatment)} <= possible]
    return first, [c for c in shown if c not in first]


def _candidates(comparison: Comparison) -> bool:
    """True when neither side is a diagnosis."""
    return all(strategy(mode) != "diagnosis" for mode in (comparison.control, comparison.treatment))


def reading(comparison: Comparison, margin: float) -> Reading:
    """What an interval shows: above 0, below 0, below twice the margin, or none of these."""
    if comparison.low > 0:
        return "better"
    if comparison.high < 0:
        return "worse"
    return "no material lift" if comparison.high < 2 * margin else "open"


def not_run(run: Run) -> list[str]:
    """Candidates that could have been run and have no replies: the verdict says nothing about them."""
    return [
        m.name for m in MODES.values()
        if m.strategy is not None and m.name not in run.predictions and (run.config.corpus or not m.retrieves)
    ]  # fmt: skip


def groups(run: Run) -> int:
    """How many independent groups the scored questions fall into."""
    return len({example.group or example.id for example in run.examples})


def arm_name(run: Run, mode: str) -> str:
    """A mode's name in a Markdown table, bold where it is the verdict's mode."""
    return f"**{label(mode)}**" if mode == run.decision.mode else label(mode)
