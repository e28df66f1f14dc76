"""What two runs of one data set did differently, question by question, and whether chance explains it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.analysis.changes_file import Change, Reading
from eval.analysis.run_files import Environment
from eval.arms.modes import MODES
from eval.files import read_json
from eval.pipeline.run_config import RunConfig
from eval.records import PASS, Example, Score
from eval.stats.intervals import (
    DIGITS,
    Array,
    Interval,
    Test,
    detectable,
    difference_intervals,
    difference_test,
    holm,
    rounded_p,
)

AXES = ("knowledge", "style")
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Side:
    """One run's files, its primary scores alone."""

    path: Path
    config: RunConfig
    environment: Environment
    examples: Mapping[str, Example]
    scores: Sequence[Score]
    decision: Mapping[str, Any]

    @property
    def modes(self) -> list[str]:
        """The modes that are scored on an axis of the verdict, in registry order."""
        return [m for m in MODES if any(s.mode == m for s in self.scores if s.axis in AXES)]


def common_questions(first: Side, second: Side) -> tuple[list[str], list[str]]:
    """Questions that both runs asked in the same words with the same answers; and those that were rewritten."""
    both = [name for name in second.examples if name in first.examples]
    same = [name for name in both if _asked(first.examples[name]) == _asked(second.examples[name])]
    return same, sorted(set(both) - set(same))


def _asked(example: Example) -> tuple[str, tuple[str, ...], bool]:
    return example.question, example.answers, example.answerable


def paired_changes(first: Side, second: Side, common: Sequence[str]) -> list[Change]:
    """One change for each axis and mode that both runs scored; differences are after - before, paired by question."""
    groups = [second.examples[name].group or name for name in common]
    keys = [(axis, mode) for axis in AXES for mode in first.modes if mode in second.modes]
    tables = [_values(side.scores, keys, common) for side in (first, second)]
    differences = tables[1] - tables[0]
    intervals = difference_intervals(differences, groups, seed=second.config.seed)
    tests = [difference_test(differences[:, i], groups) for i in range(len(keys))]
    family = iter(holm([t.p for t in tests if t]))
    adjusted = [next(family) if t else None for t in tests]
    return [
        _change(first, second, key, tables[0][:, i], tables[1][:, i], interval, tests[i], adjusted[i], common)
        for i, key in enumerate(keys)
        if (interval := intervals[i]) is not None
    ]


def _change(
    first: Side, second: Side, key: tuple[str, str], before: Array, after: Array, interval: Interval,
    test: Test | None, adjusted: float | None, common: Sequence[str],
) -> Change:  # fmt: skip
    axis, mode = key
    both = ~np.isnan(before) & ~np.isnan(after)
    either = int((~np.isnan(before) | ~np.isnan(after)).sum())
    old, new = before >= PASS, after >= PASS
    low, high = round(interval.low, DIGITS), round(interval.high, DIGITS)
    prints = _fingerprint(first, mode), _fingerprint(second, mode)
    return Change(
        axis=axis, mode=mode, metric=next((s.metric for s in second.scores if (s.axis, s.mode) == key), ""),
        n=interval.n, groups=interval.groups, dropped=either - interval.n,
        before=round(float(before[both].mean()), DIGITS), after=round(float(after[both].mean()), DIGITS),
        difference=round(interval.mean, DIGITS), low=low, high=high,
        test=test.name if test else "", p=rounded_p(test.p if test else None), p_holm=rounded_p(adjusted),
        detectable=round(detectable(interval), DIGITS),
        reading=_reading(low, high, adjusted, 2 * second.config.dataset.decision.margin),
        gained=_named(common, both & ~old & new), lost=_named(common, both & old & ~new),
        anew=None in prints or prints[0] != prints[1],
    )  # fmt: skip


def _values(scores: Sequence[Score], keys: Sequence[tuple[str, str]], common: Sequence[str]) -> Array:
    """Primary scores, the mean over training seeds, shape (questions, keys); NaN where there is none."""
    row, column = {name: i for i, name in enumerate(common)}, {key: i for i, key in enumerate(keys)}
    totals, counts = np.zeros((len(common), len(keys))), np.zeros((len(common), len(keys)))
    for s in scores:
        i, j = row.get(s.example_id), column.get((s.axis, s.mode))
        if i is not None and j is not None and s.value is not None:
            totals[i, j] += s.value
            counts[i, j] += 1
    return np.where(counts > 0, totals / np.maximum(counts, 1), np.nan)


def _reading(low: float, high: float, p: float | None, material: float) -> Reading:
    """Shown when the interval lies on one side of 0 and Holm's p is 5 % at most; small within the material change."""
    if p is not None and p <= LEVEL and (low > 0 or high < 0):
        return "better" if low > 0 else "worse"
    return "no material change" if -material < low and high < material else "not shown"


def _named(common: Sequence[str], which: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(name for name, chosen in zip(common, which, strict=True) if chosen)


def _fingerprint(side: Side, mode: str) -> str | None:
    file = side.path / "predictions" / f"{mode}.meta.json"
    return str(read_json(file)["fingerprint"]) if file.is_file() else None
