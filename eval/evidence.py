"""What the verdict rests on: each mode's mean and each pair's difference, on each axis, with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.config import RunConfig
from eval.modes import MODES
from eval.records import Axis, Comparison, Estimate, Score
from eval.stats import Array, difference_intervals, mean_intervals

AXES: tuple[Axis, ...] = ("knowledge", "style")
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Evidence:
    """Estimates and paired differences of the primary scores."""

    modes: tuple[str, ...]
    """Candidates that have scores, cheapest first."""
    targets: Mapping[str, float]
    """axis -> target, for the axes that are scored."""
    estimates: Mapping[str, Mapping[str, Estimate]]
    """axis -> mode -> estimate."""
    pairs: Mapping[tuple[str, str, str], Comparison]
    """(axis, control, treatment) -> comparison, in both directions for candidates."""

    def lift(self, axis: str, control: str, treatment: str) -> Comparison:
        """The difference treatment - control on an axis."""
        return self.pairs[axis, control, treatment]

    def comparisons(self) -> list[Comparison]:
        """What comparisons.json lists: every pair once, the cheaper mode as control."""
        order = list(MODES)
        return [c for (_, i, j), c in self.pairs.items() if order.index(i) < order.index(j)]

    def at_target(self, axis: str, mode: str) -> bool:
        """Whether the mode is shown to reach the axis's target."""
        return self.estimates[axis][mode].low >= self.targets[axis]


def gather(scores: Sequence[Score], config: RunConfig) -> Evidence:
    """Estimates of every mode and paired differences of every pair, from the primary scores."""
    targets = {"knowledge": config.dataset.knowledge.target, "style": config.dataset.style.target}
    primary = [s for s in scores if s.primary]
    estimates: dict[str, dict[str, Estimate]] = {}
    pairs: dict[tuple[str, str, str], Comparison] = {}
    for axis in AXES:
        of_axis = [s for s in primary if s.axis == axis]
        if any(s.value is not None for s in of_axis):
            estimates[axis] = _estimates(of_axis, config.seed)
            pairs |= _pairs(axis, of_axis, config.seed)
    present = {s.mode for s in primary}
    candidates = tuple(
        name for name, mode in MODES.items()
        if name in present and mode.strategy and all(name in modes for modes in estimates.values())
    )  # fmt: skip
    return Evidence(candidates, {a: targets[a] for a in estimates}, estimates, pairs)


def _table(scores: Sequence[Score]) -> tuple[list[str], list[str], Array]:
    """Modes, groups of the questions, and values of shape (questions, modes) with NaN where there is no score."""
    modes = [m for m in MODES if any(s.mode == m for s in scores)]
    groups = {s.example_id: s.group for s in scores}
    row = {example: i for i, example in enumerate(groups)}
    column = {mode: i for i, mode in enumerate(modes)}
    values = np.full((len(row), len(modes)), np.nan)
    for s in scores:
        if s.value is not None:
            values[row[s.example_id], column[s.mode]] = s.value
    return modes, list(groups.values()), values


def _estimates(scores: Sequence[Score], seed: int) -> dict[str, Estimate]:
    modes, groups, values = _table(scores)
    found = mean_intervals(values, groups, seed=seed)
    return {
        mode: Estimate(round(i.mean, DIGITS), round(i.low, DIGITS), round(i.high, DIGITS), i.n)
        for mode, i in zip(modes, found, strict=True)
        if i is not None
    }


def _pairs(axis: Axis, scores: Sequence[Score], seed: int) -> dict[tuple[str, str, str], Comparison]:
    modes, groups, values = _table(scores)
    metric = scores[0].metric
    names = [(i, j) for i in range(len(modes)) for j in range(len(modes)) if i < j]
    if not names:
        return {}
    differences = np.stack([values[:, j] - values[:, i] for i, j in names], axis=1)
    found: dict[tuple[str, str, str], Comparison] = {}
    for (i, j), interval in zip(names, difference_intervals(differences, groups, seed=seed), strict=True):
        if interval is None:
            continue
        either = int((~np.isnan(values[:, i]) | ~np.isnan(values[:, j])).sum())
        mean, low, high = (round(x, DIGITS) for x in (interval.mean, interval.low, interval.high))
        rest = (interval.n, interval.groups, either - interval.n)
        found[axis, modes[i], modes[j]] = Comparison(axis, metric, modes[i], modes[j], *rest, mean, low, high)
        found[axis, modes[j], modes[i]] = Comparison(axis, metric, modes[j], modes[i], *rest, -mean, -high, -low)
    return found
