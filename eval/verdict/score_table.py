"""One axis's primary scores as an array of questions by modes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from eval.arms.modes import MODES
from eval.records import Axis, Score
from eval.stats.clusters import Array

MARKED = "marked"
"""The metric under which people's marks stand in scores.jsonl: 1 right or in style, 0 not."""
FEWEST_MARKED = 50
"""Questions whose replies are marked in all candidates, from which on marks correct the means."""


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """One axis's primary scores."""

    axis: Axis
    metric: str
    modes: list[str]
    groups: list[str]
    """Of the questions."""
    values: Array
    """Shape (questions, modes), the mean over training seeds; NaN where there is no score."""
    by_seed: Array
    """Shape (seeds, questions, modes); a mode without an adapter has the same scores under every seed."""
    examples: tuple[str, ...] = ()
    """Ids of the questions."""
    truth: Array | None = None
    """What people marked of the first seed's replies, shape (questions, modes), NaN where nothing; None: no marks."""


def score_table(axis: Axis, primary: Sequence[Score]) -> ScoreTable | None:
    """The table of an axis, or None when it has no score at all."""
    scores = [s for s in primary if s.axis == axis]
    if not any(s.value is not None for s in scores):
        return None
    found = {s.mode for s in scores}
    modes = [m for m in MODES if m in found]
    groups = {s.example_id: s.group for s in scores}
    row = {example: i for i, example in enumerate(groups)}
    column = {mode: i for i, mode in enumerate(modes)}
    seeds = {seed: i for i, seed in enumerate(sorted({s.seed for s in scores}))}
    by_seed = np.full((len(seeds), len(row), len(modes)), np.nan)
    held = [s for s in scores if s.value is not None]
    places = [[seeds[s.seed] for s in held], [row[s.example_id] for s in held], [column[s.mode] for s in held]]
    by_seed[tuple(places)] = [s.value for s in held]
    for mode, i in column.items():
        if not MODES[mode].adapter:
            by_seed[:, :, i] = np.where(np.isnan(by_seed[0, :, i]), mean_over(by_seed[:, :, i], 0), by_seed[0, :, i])
    return ScoreTable(
        axis, scores[0].metric, modes, list(groups.values()), mean_over(by_seed, 0), by_seed, tuple(groups)
    )


def mean_over(values: Array, over: int) -> Array:
    """The mean of what is there along one dimension; NaN where nothing is."""
    present = ~np.isnan(values)
    count = present.sum(axis=over)
    total = np.where(present, values, 0.0).sum(axis=over)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def with_marks(table: ScoreTable, scores: Sequence[Score]) -> ScoreTable:
    """The table with the marks of its axis; a question counts as marked where every candidate's reply is.

    Without marks of `FEWEST_MARKED` such questions the table stays as it is.
    """
    marks = {(s.example_id, s.mode): s.value for s in scores if s.axis == table.axis and s.metric == MARKED}
    if not marks:
        return table
    candidates = [m for m in table.modes if m in MODES and MODES[m].strategy]
    truth = np.full(table.values.shape, np.nan)
    for i, example in enumerate(table.examples):
        if all(marks.get((example, m)) is not None for m in candidates):
            for k, mode in enumerate(table.modes):
                value = marks.get((example, mode))
                truth[i, k] = np.nan if value is None else value
    known = ~np.isnan(truth[:, [table.modes.index(m) for m in candidates]])
    return replace(table, truth=truth) if known.all(axis=1).sum() >= FEWEST_MARKED else table
