"""What the rule looks at: estimates of every mode and paired differences of every pair, from the primary scores.

A reply that was cut at the length limit may have been right, had it been allowed to end. So the same is gathered again
with the cut replies of each candidate counted as right, and with those of all of them: `Evidence.complete`.

An adapter that did not learn (axis `training`, value 0) says nothing of tuning. Its scores under that seed are left
out; where no seed learnt, the mode is no candidate. What is judged are the losses of training and not the answers to
test questions, so this does not choose by the result: whoever trains sees it before anything is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from eval.arms.modes import MODES
from eval.pipeline.run_config import RunConfig
from eval.records import Axis, Comparison, Estimate, Score
from eval.stats.intervals import DIGITS
from eval.verdict.measure import Measured, measure, measure_all
from eval.verdict.measured_records import adjusted, estimates_of, pairs_of, tops_of
from eval.verdict.missing import bounded, missing_shares
from eval.verdict.not_learned import NOTHING_LOST, Training, judge_training
from eval.verdict.score_table import MARKED, ScoreTable, score_table, with_marks

AXES: tuple[Axis, ...] = ("knowledge", "style")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Estimates and paired differences of the primary scores."""

    modes: tuple[str, ...]
    """Candidates that have scores, cheapest first; modes that forgot too much or did not learn are not among them."""
    targets: Mapping[str, float]
    """axis -> target, for the axes that are scored."""
    estimates: Mapping[str, Mapping[str, Estimate]]
    """axis -> mode -> estimate."""
    pairs: Mapping[tuple[str, str, str], Comparison]
    """(axis, control, treatment) -> comparison, in both directions for candidates."""
    tops: Mapping[tuple[str, str, str], tuple[float, ...]]
    """(axis, control, treatment) -> upper ends of the difference that hold for two controls at once, for three, ..."""
    ceilings: Mapping[tuple[str, str], float]
    """(axis, mode) -> upper end of an interval that holds at 95 % for all requirements together (Bonferroni)."""
    retention: Mapping[str, Estimate] = field(default_factory=dict)
    """mode -> share of the retention battery that it gets right."""
    forgot: Mapping[str, Comparison] = field(default_factory=dict)
    """Vetoed mode -> its change from base on the retention battery."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Mode whose adapter learnt under no seed -> what was seen of it."""
    dropped_seeds: Mapping[str, tuple[int, int, str]] = field(default_factory=dict)
    """Candidate -> how many of its seeds did not learn and are left out, of how many, and what was seen."""
    too_risky: tuple[str, ...] = ()
    """Modes that pass the limit of their risk, and are no candidates for it."""
    cut: Mapping[str, float] = field(default_factory=dict)
    """mode -> share of its replies that were cut at the length limit."""
    complete: Mapping[tuple[str, ...], Evidence] = field(default_factory=dict)
    """Candidates with cut replies -> the evidence as it would be, were all of these right."""

    tables: tuple[ScoreTable, ...] = ()
    """What it was measured on, one for each scored axis."""
    missing: Mapping[str, float] = field(default_factory=dict)
    """Candidate -> share of the questions that others have a score of and it has none."""
    bounds: Mapping[tuple[str, str], Evidence] = field(default_factory=dict)
    """(candidate, `wrong` or `right`) -> the evidence as it would be, were its missing scores so."""
    retention_open: Mapping[str, Comparison] = field(default_factory=dict)
    """Tuned mode that is neither shown to lose more than the limit nor shown not to -> its change from base."""

    bias_shifts: Mapping[str, Mapping[tuple[str, str], float]] = field(default_factory=dict)
    """`short` or `long` -> how the means would move, did the metric favour such replies as far as it is known to."""
    lengths: Mapping[str, float] = field(default_factory=dict)
    """mode -> the median length of its replies in characters."""

    @property
    def corrected(self) -> dict[str, int]:
        """axis -> how many marked questions correct its figures, for axes with enough marks."""
        return {
            t.axis: int((~np.isnan(t.truth)).any(axis=1).sum()) for t in self.tables if t.truth is not None
        }  # fmt: skip

    def lift(self, axis: str, control: str, treatment: str) -> Comparison:
        """The difference treatment - control on an axis; one that says nothing when they share no scored question."""
        known = self.pairs.get((axis, control, treatment))
        return known or Comparison(AXES[AXES.index(axis)], "", control, treatment, 0, 0, 0, 0.0, -1.0, 1.0)

    def lift_at_most(self, axis: str, control: str, treatment: str, controls: int) -> float:
        """The upper end of a lift that holds for `controls` of them at once (Bonferroni)."""
        if controls == 1:
            return self.lift(axis, control, treatment).high
        ends = self.tops.get((axis, control, treatment), ())
        return ends[controls - 2] if len(ends) > controls - 2 else 1.0

    def lift_at_least(self, axis: str, control: str, treatment: str, axes: int) -> float:
        """The lower end of a lift that holds for `axes` of them at once (Bonferroni)."""
        return (
            -self.lift_at_most(axis, treatment, control, axes) if axes > 1 else self.lift(axis, control, treatment).low
        )

    def missed_axes(self, mode: str) -> int:
        """On how many axes the mode is not shown to reach the target."""
        return sum(not self.at_target(axis, mode) for axis in self.targets)

    def comparisons(self) -> list[Comparison]:
        """What comparisons.json lists: every pair once, the cheaper mode as control."""
        order = {name: k for k, name in enumerate(MODES)}
        return [c for (_, i, j), c in self.pairs.items() if order[i] < order[j]]

    def at_target(self, axis: str, mode: str) -> bool:
        """Whether the mode is shown to reach the axis's target."""
        return self.estimates[axis][mode].low >= self.targets[axis]

    def below_target(self, axis: str, mode: str) -> bool:
        """Whether the mode is shown to miss the axis's target."""
        return self.ceilings[axis, mode] < self.targets[axis]

    def falls_short(self, mode: str) -> bool:
        """Whether the mode is shown to miss the target of any axis."""
        return any(self.below_target(axis, mode) for axis in self.targets)

    def reaches(self, mode: str) -> bool:
        """Whether the mode is shown to reach the target of every axis."""
        return all(self.at_target(axis, mode) for axis in self.targets)

    def shortfall(self, mode: str) -> float:
        """How far the mode's means lie below the targets, summed over the axes."""
        return sum(max(0.0, self.targets[a] - self.estimates[a][mode].mean) for a in self.targets)


def gather(scores: Sequence[Score], config: RunConfig) -> Evidence:
    """Estimates of every mode and paired differences of every pair, from the primary scores."""
    training = judge_training(scores)
    marks = [s for s in scores if s.metric == MARKED and s.seed == 0]
    primary = [s for s in scores if s.primary and not training.drops(s)]
    evidence = _gather(primary, config, training, marks)
    cut = {s.mode for s in primary if s.cut and s.axis in AXES}
    doubtful = [m for m in evidence.modes if m in cut]
    sets = list(dict.fromkeys([*((m,) for m in doubtful), tuple(doubtful)])) if doubtful else []
    complete = {modes: _gather(_completed(primary, modes), config, training, marks) for modes in sets}
    evidence = replace(evidence, cut=_cut_shares(primary), complete=complete)
    return with_bounds(evidence, config, training)


def with_bounds(evidence: Evidence, config: RunConfig, training: Training = NOTHING_LOST) -> Evidence:
    """The evidence with what it would be, were the missing scores of each candidate all wrong, or all right."""
    bounds = {}
    cases = list(bounded(evidence.tables, evidence.modes))
    if cases:
        wanted, deviation = requirements(evidence.tables, config), config.dataset.decision.seed_deviation
        by_axis = [
            measure_all(
                tables, axes=wanted, seed=config.seed, deviation=deviation, unsteady=config.unsteady, error=config.error
            )
            for tables in zip(*(filled for _, filled in cases), strict=True)
        ]
        for (key, _), measured in zip(cases, zip(*by_axis, strict=True), strict=True):
            other = assemble(measured, config, present=evidence.modes, training=training, tests=False)
            bounds[key] = replace(other, modes=evidence.modes)
    return replace(evidence, missing=missing_shares(evidence.tables, evidence.modes), bounds=bounds)


def _completed(primary: Sequence[Score], modes: Collection[str]) -> list[Score]:
    """The scores with every cut reply of these modes right on both axes; what could not be judged stays so."""
    return [
        replace(s, value=1.0, reason="") if s.cut and s.mode in modes and s.axis in AXES and s.value is not None else s
        for s in primary
    ]


def _cut_shares(primary: Sequence[Score]) -> dict[str, float]:
    """mode -> share of its replies, over all seeds, that were cut."""
    replies: dict[str, dict[tuple[str, int], bool]] = {}
    for s in primary:
        if s.axis in AXES:
            of_mode = replies.setdefault(s.mode, {})
            of_mode[s.example_id, s.seed] = s.cut or of_mode.get((s.example_id, s.seed), False)
    return {m: round(sum(replies[m].values()) / len(replies[m]), DIGITS) for m in MODES if m in replies}


def _gather(primary: Sequence[Score], config: RunConfig, training: Training, marks: Sequence[Score]) -> Evidence:
    tables = [with_marks(t, marks) for axis in AXES if (t := score_table(axis, primary))]
    present = {s.mode for s in primary if s.axis in AXES}
    return weigh(tables, config, present=present, kept=score_table("retention", primary), training=training)


def weigh(
    tables: Sequence[ScoreTable],
    config: RunConfig,
    *,
    present: Collection[str],
    kept: ScoreTable | None = None,
    training: Training = NOTHING_LOST,
    tests: bool = True,
    error: float | None = None,
) -> Evidence:
    """The evidence of a table for each scored axis; `present` are the modes with scores, `kept` is retention's.

    `error` is what an interval may err, where it is not the run's.
    """
    deviation = config.dataset.decision.seed_deviation
    error, wanted = error or config.error, requirements(tables, config)
    how: dict[str, Any] = {"seed": config.seed, "deviation": deviation, "unsteady": config.unsteady, "error": error}
    measured = [measure(t, axes=wanted, **how) for t in tables]
    battery = measure(kept, seed=config.seed, deviation=deviation, error=error) if kept else None
    return assemble(measured, config, present=present, kept=battery, training=training, tests=tests)


def requirements(tables: Collection[object], config: RunConfig) -> int:
    """What a mode has to meet, one chance each to be shown falsely to miss it: a target an axis, the limit of risk."""
    return len(tables) + (config.dataset.risk.limit is not None)


def assemble(
    measured: Sequence[Measured],
    config: RunConfig,
    *,
    present: Collection[str],
    kept: Measured | None = None,
    training: Training = NOTHING_LOST,
    tests: bool = True,
) -> Evidence:
    """The evidence of measured axes. Without `tests` there are no p-values, which the rule does not look at."""
    targets = {"knowledge": config.dataset.knowledge.target, "style": config.dataset.style.target}
    estimates: dict[str, Mapping[str, Estimate]] = {m.table.axis: estimates_of(m) for m in measured}
    pairs: dict[tuple[str, str, str], Comparison] = {}
    for axis in measured:
        pairs |= pairs_of(axis, tests)
    changes = pairs_of(kept, tests) if kept else {}
    forgot = _forgot(changes, config.dataset.retention.limit)
    candidates = tuple(
        name for name in MODES
        if name in present and MODES[name].strategy and all(name in modes for modes in estimates.values())
        and name not in forgot and name not in training.left_out
    )  # fmt: skip
    ceilings: dict[tuple[str, str], float] = {
        (m.table.axis, mode): round(i.high, DIGITS)
        for m in measured for mode, i in zip(m.table.modes, m.ceilings, strict=True) if i
    }  # fmt: skip
    forgot = {m: c for m, c in forgot.items() if m not in training.left_out}
    return Evidence(
        candidates, {a: targets[a] for a in estimates}, estimates,
        adjusted(pairs | changes) if tests else pairs | changes,
        {key: ends for m in measured for key, ends in tops_of(m).items()}, ceilings,
        estimates_of(kept) if kept else {}, forgot, training.left_out, training.dropped,
        tables=tuple(m.table for m in measured),
        retention_open=_retention_open(changes, config.dataset.retention.limit),
    )  # fmt: skip


def _forgot(changes: Mapping[tuple[str, str, str], Comparison], limit: float) -> dict[str, Comparison]:
    """Tuned modes shown to lose more than the limit from what base could do."""
    return {j: c for j, c in _from_base(changes).items() if c.high < -limit}


def _retention_open(changes: Mapping[tuple[str, str, str], Comparison], limit: float) -> dict[str, Comparison]:
    """Tuned modes of which neither is shown: that they lose more than the limit, or that they do not."""
    return {j: c for j, c in _from_base(changes).items() if c.low < -limit <= c.high}


def _from_base(changes: Mapping[tuple[str, str, str], Comparison]) -> dict[str, Comparison]:
    return {j: c for (_, i, j), c in changes.items() if i == "base" and MODES[j].adapter}
