"""How often a mode answers wrongly and with confidence: what putting it to use would risk.

Every reply is right, a refusal, or wrong. To an answerable question it is right where knowledge is scored 0.5 or more,
else a refusal where it refuses; to an unanswerable one, a refusal or wrong. What has no score counts nowhere. A refusal
is the lesser harm, for whoever asked knows that there is no answer; so the risk is the share that is wrong and does not
refuse, of all questions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from eval.arms.modes import MODES
from eval.pipeline.run_config import RunConfig
from eval.records import PASS, Estimate, Score
from eval.stats.clusters import Array
from eval.stats.intervals import DIGITS, mean_intervals
from eval.verdict.decision import Risk
from eval.verdict.evidence import AXES, Evidence, requirements
from eval.verdict.not_learned import judge_training

RIGHT, DECLINED, WITHHELD, WRONG = "right", "refused_rightly", "refused_needlessly", "wrong"
KINDS = (RIGHT, DECLINED, WITHHELD)
REFUSALS = {"answers_answerable": 0.0, "refuses_unanswerable": 1.0}
"""Metric of abstention -> the value that means a refusal."""

Key = tuple[str, str, int]
"""(mode, example id, seed)."""


def measure(scores: Sequence[Score], config: RunConfig) -> dict[str, Risk]:
    """The risk of every mode in registry order, with 95 % intervals over groups and seeds.

    Where a limit is set, it is one requirement beside the targets: that a mode misses it is shown at the level at which
    it is shown to miss a target, so that all together err no more than 5 % (Bonferroni). That it keeps it is shown at
    95 %, as that it reaches a target, for all are wanted at once and the worst of them decides (Berger, 1982).
    """
    scored = {s.axis for s in scores if s.axis in AXES and s.primary and s.value is not None}
    tests = requirements(scored, config) if config.dataset.risk.limit is not None else 1
    drops = judge_training(scores).drops
    known = _outcomes(s for s in scores if not drops(s))
    groups = {s.example_id: s.group for s in scores}
    asked = {s.example_id: s.axis == "knowledge" for s in scores if s.axis == "knowledge" and s.primary}
    found = {mode for mode, _, _ in known}
    return {m: _risk(m, known, groups, set(asked), tests, config.error) for m in MODES if m in found}


def too_risky(evidence: Evidence, risk: Mapping[str, Risk], limit: float | None) -> dict[str, Risk]:
    """Candidates that are shown to risk more than the limit; none where all of them do, for then none is the safer."""
    above = {m: risk[m] for m in evidence.modes if limit is not None and m in risk and risk[m].floor > limit}
    return above if len(above) < len(evidence.modes) else {}


def without(evidence: Evidence, modes: Collection[str]) -> Evidence:
    """The evidence with these modes no candidates."""
    if not modes:
        return evidence
    complete = {named: without(other, modes) for named, other in evidence.complete.items() if set(named) - set(modes)}
    left = tuple(m for m in evidence.modes if m not in modes)
    bounds = {key: without(other, modes) for key, other in evidence.bounds.items() if key[0] in left}
    return replace(evidence, modes=left, too_risky=tuple(modes), complete=complete, bounds=bounds)


def _outcomes(scores: Iterable[Score]) -> dict[Key, str]:
    """What became of each reply, where that is known."""
    right: dict[Key, bool] = {}
    refused: dict[Key, bool] = {}
    unanswerable: set[Key] = set()
    for s in scores:
        key = (s.mode, s.example_id, s.seed)
        if s.axis == "knowledge" and s.primary and s.value is not None:
            right[key] = s.value >= PASS
        elif s.axis == "abstention" and s.metric in REFUSALS and s.value is not None:
            refused[key] = s.value == REFUSALS[s.metric]
            if s.metric == "refuses_unanswerable":
                unanswerable.add(key)
    found = {key: RIGHT if good else WITHHELD if refused.get(key) else WRONG for key, good in right.items()}
    return found | {key: DECLINED if refused[key] else WRONG for key in unanswerable}


def _risk(
    mode: str,
    known: Mapping[Key, str],
    groups: Mapping[str, str],
    answerable: Collection[str],
    tests: int,
    error: float,
) -> Risk:
    own = {(example, seed): what for (m, example, seed), what in known.items() if m == mode}
    of = {kind: {k: w for k, w in own.items() if (k[0] in answerable) == kind} for kind in (True, False)}
    whole = _estimate(own, groups, error)
    floor = _estimate(own, groups, error / tests)
    assert whole is not None and floor is not None
    shares = {kind: round(sum(w == kind for w in own.values()) / len(own), DIGITS) for kind in KINDS}
    sides = (_estimate(of[True], groups, error), _estimate(of[False], groups, error))
    return Risk(whole, floor.low, *sides, *(shares[kind] for kind in KINDS))


def _estimate(replies: Mapping[tuple[str, int], str], groups: Mapping[str, str], error: float) -> Estimate | None:
    """The share of wrong ones with its interval; replies of several seeds to a question count as one."""
    if not replies:
        return None
    examples = list(dict.fromkeys(example for example, _ in replies))
    seeds = sorted({seed for _, seed in replies})
    table: Array = np.full((len(seeds), len(examples)), np.nan)
    place = {example: i for i, example in enumerate(examples)}
    for (example, seed), what in replies.items():
        table[seeds.index(seed), place[example]] = what == WRONG
    repeats = np.nanmean(table, axis=1)[:, None] if len(seeds) > 1 else None
    values = np.nanmean(table, axis=0)[:, None]
    interval = mean_intervals(values, [groups[e] for e in examples], level=1 - error, repeats=repeats)[0]
    assert interval is not None
    mean, low, high = (round(x, DIGITS) for x in (interval.mean, interval.low, interval.high))
    return Estimate(mean, low, high, interval.n)
