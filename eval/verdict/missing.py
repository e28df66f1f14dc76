"""What missing scores could be: the worst case for a mode and the best, with the others the other way round.

A score is missing where another candidate has one of the same question. Nothing is assumed of why: a mode may lack
those of its hardest questions. So the rule is asked again with a mode's missing scores wrong and those of the others
right, and with its own right and those of the others wrong (Manski, Nonparametric bounds on treatment effects, 1990).
Questions that no candidate has a score of are no part of what the verdict is about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eval.verdict.score_table import ScoreTable, mean_over

Flags = NDArray[np.bool_]


def missing_shares(tables: Sequence[ScoreTable], modes: Collection[str]) -> dict[str, float]:
    """mode -> share of the questions of an axis, where it is largest, that others have a score of and it has none."""
    found: dict[str, float] = {}
    for table in tables:
        gone, asked = _gone(table, modes)
        for k, mode in enumerate(table.modes):
            if gone[:, k].any():
                found[mode] = max(found.get(mode, 0.0), round(float(gone[:, k].sum() / asked.sum()), 4))
    return found


def bounded(tables: Sequence[ScoreTable], modes: Collection[str]) -> Iterator[tuple[tuple[str, str], list[ScoreTable]]]:
    """((mode, `wrong` or `right`), the tables with its missing scores so and those of the others the other way)."""
    for mode in missing_shares(tables, modes):
        for side, own in (("wrong", 0.0), ("right", 1.0)):
            yield (mode, side), [_filled(t, modes, mode, own) for t in tables]


def _gone(table: ScoreTable, modes: Collection[str]) -> tuple[Flags, Flags]:
    """Which scores are missing, shape (questions, modes), and which questions any candidate has a score of."""
    candidates = np.array([m in modes for m in table.modes])
    there = ~np.isnan(table.values)
    asked = np.asarray(np.any(there[:, candidates], axis=1))
    return asked[:, None] & candidates & ~there, asked


def _filled(table: ScoreTable, modes: Collection[str], mode: str, own: float) -> ScoreTable:
    gone, _ = _gone(table, modes)
    value = np.array([own if m == mode else 1 - own for m in table.modes])
    by_seed = np.where(gone, value, table.by_seed)
    return replace(table, values=mean_over(by_seed, 0), by_seed=by_seed)
