"""The verdict by tag, whether tags differ, and what a router would be worth. Shown only where it is shown.

Tags with enough independent questions each get a verdict of their own. All share the error by Holm's step-down (Scand.
J. Statist. 6, 1979): the k tags that are still open are decided at 0.05 / k, until no further one is. That the lift of
one mode over another differs between a tag and the rest is tested by the t of both means over groups, with Holm's
adjustment over all tags and modes. A router is held against the best single mode by cross-fitting: for each fold of
groups, both the mode of each tag and the single mode are chosen on the other folds, so no question chooses its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from eval.pipeline.run_config import RunConfig
from eval.records import Score
from eval.stats.clusters import Array, Codes, codes_of
from eval.stats.intervals import DIGITS, holm, student_intervals
from eval.stats.power import effective_size
from eval.verdict.evidence import Evidence, gather, weigh
from eval.verdict.rule import FEWEST, Ruling, apply_rule
from eval.verdict.score_table import ScoreTable
from reports.wording.segment_sentences import segment_sentences

FOLDS, ERROR = 5, 0.05
REST = "the rest"


def segments(scores: Sequence[Score], tags: Mapping[str, Sequence[str]], config: RunConfig) -> dict[str, Any]:
    """What segments.json holds; `tags` are those of each example. No tag with enough questions: empty lists."""
    evidence = gather(scores, config)
    if len(evidence.modes) < 2 or not evidence.tables:
        return {"segments": [], "left_out": [], "interaction": [], "router": None, "words": []}
    groups = {e: g for t in evidence.tables for e, g in zip(t.examples, t.groups, strict=True)}
    members = _members(tags, groups)
    enough = {t: m for t, m in members.items() if effective_size([groups[e] for e in m]) >= FEWEST}
    rulings = _rulings(evidence, enough, config)
    differ = _interaction(evidence, enough)
    right = right_on_all(evidence)
    router = _router(right, evidence, enough) if len(enough) > 1 else None
    parts = [
        {
            "tag": tag, "n": len(enough[tag]), "groups": round(effective_size([groups[e] for e in enough[tag]]), 1),
            "strategy": ruling.strategy, "mode": ruling.mode, "candidates": list(ruling.candidates), "error": error,
        } for tag, (ruling, error) in rulings.items()
    ]  # fmt: skip
    whole = apply_rule(evidence, config.dataset.decision.margin)
    words = segment_sentences({t: r for t, (r, _) in rulings.items()}, whole, differ, router)
    left = [{"tag": t, "n": len(m)} for t, m in members.items() if t not in enough]
    return {"segments": parts, "left_out": left, "interaction": differ, "router": router, "words": words}


def _members(tags: Mapping[str, Sequence[str]], groups: Mapping[str, str]) -> dict[str, list[str]]:
    """Tag -> its scored questions; a tag that all or none of them have tells nothing apart."""
    found: dict[str, list[str]] = {}
    for example in groups:
        for tag in tags.get(example, ()):
            found.setdefault(tag, []).append(example)
    return {t: m for t, m in sorted(found.items()) if len(m) < len(groups)}


def _rulings(
    evidence: Evidence, members: Mapping[str, Sequence[str]], config: RunConfig
) -> dict[str, tuple[Ruling, float]]:
    """Tag -> its ruling and what it was allowed to err (Holm)."""
    found: dict[str, tuple[Ruling, float]] = {}
    left = list(members)
    while left:
        error = ERROR / len(left)
        now = {tag: (_ruling(evidence, members[tag], config, error), round(error, DIGITS)) for tag in left}
        found |= now
        settled = [tag for tag in left if now[tag][0].strategy != "inconclusive"]
        if not settled:
            break
        left = [tag for tag in left if tag not in settled]
    return {tag: found[tag] for tag in members}


def _ruling(evidence: Evidence, members: Sequence[str], config: RunConfig, error: float) -> Ruling:
    tables = [_part(t, set(members)) for t in evidence.tables]
    part = weigh(tables, config, present=evidence.modes, tests=False, error=error)
    return apply_rule(replace(part, modes=evidence.modes), config.dataset.decision.margin)


def _part(table: ScoreTable, members: set[str]) -> ScoreTable:
    rows = np.array([e in members for e in table.examples], dtype=np.bool_)
    return replace(
        table, groups=[g for g, there in zip(table.groups, rows, strict=True) if there], values=table.values[rows],
        by_seed=table.by_seed[:, rows], examples=tuple(e for e in table.examples if e in members),
        truth=None if table.truth is None else table.truth[rows],
    )  # fmt: skip


def _interaction(evidence: Evidence, members: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Lifts over the cheapest mode that differ between a tag and the rest, with Holm's p of at most 0.05."""
    tests: list[dict[str, Any]] = []
    for table in evidence.tables:
        base = table.modes.index(evidence.modes[0])
        for mode in evidence.modes[1:]:
            lift = table.values[:, table.modes.index(mode)] - table.values[:, base]
            for tag, of_tag in members.items():
                own = set(of_tag)
                inside = np.array([e in own for e in table.examples], dtype=np.bool_)
                tests.append(
                    {"tag": tag, "axis": table.axis, "control": evidence.modes[0], "treatment": mode}
                    | contrast(lift, inside, codes_of(table.groups))
                )
    for test, p in zip(tests, holm([t["p"] for t in tests]), strict=True):
        test["p_holm"] = float(f"{p:.3g}")
        test["p"] = float(f"{test['p']:.3g}")
    return [t for t in tests if t["p_holm"] <= ERROR]


def contrast(values: Array, inside: NDArray[np.bool_], codes: Codes) -> dict[str, float]:
    """By how much the mean inside differs from that outside, and the p of its t over groups; NaN values count nowhere.

    A group may lie on both sides: the variance is that of its summed influence on the difference.
    """
    there = ~np.isnan(values)
    a, b = there & inside, there & ~inside
    if a.sum() < 2 or b.sum() < 2:
        return {"inside": 0.0, "outside": 0.0, "difference": 0.0, "p": 1.0}
    means = float(values[a].mean()), float(values[b].mean())
    influence = np.where(a, (values - means[0]) / a.sum(), 0.0) - np.where(b, (values - means[1]) / b.sum(), 0.0)
    sums = np.bincount(codes, weights=np.where(there, influence, 0.0))
    count = len(np.unique(codes[there]))
    error = float(np.sqrt((sums**2).sum() * count / max(count - 1, 1)))
    apart = means[0] - means[1]
    p = 1.0 if error < 1e-12 or count < 2 else float(2 * stats.t.sf(abs(apart) / error, count - 1))
    return {"inside": round(means[0], DIGITS), "outside": round(means[1], DIGITS), "difference": round(apart, DIGITS),
            "p": p}  # fmt: skip


def right_on_all(evidence: Evidence) -> tuple[list[str], list[str], Array]:
    """Questions, their groups, and whether each candidate's reply is right on every axis; NaN where one is missing."""
    first = evidence.tables[0]
    product = np.ones((len(first.examples), len(evidence.modes)))
    for table in evidence.tables:
        row = {e: i for i, e in enumerate(table.examples)}
        columns = [table.modes.index(m) for m in evidence.modes]
        values = table.values[:, columns]
        # A question that is not asked on an axis, such as one to be refused, is judged by the other.
        product *= np.array([values[row[e]] if e in row else np.ones(len(columns)) for e in first.examples])
    return list(first.examples), list(first.groups), product


def _router(
    right: tuple[list[str], list[str], Array], evidence: Evidence, members: Mapping[str, Sequence[str]]
) -> dict[str, Any] | None:
    """The cross-fitted gain of choosing by tag over one mode for all, where it is shown above 0; else None."""
    examples, groups, values = right
    whole = ~np.isnan(values).any(axis=1)
    place = np.array([next((k for k, m in enumerate(members) if e in set(members[m])), len(members)) for e in examples])
    codes = codes_of(groups)
    folds, gain = codes % FOLDS, np.full(len(examples), np.nan)
    for fold in range(FOLDS):
        train, test = whole & (folds != fold), whole & (folds == fold)
        if not train.any():
            return None
        single = int(values[train].mean(axis=0).argmax())
        for k in np.unique(place[test]):
            own = train & (place == k)
            chosen = int(values[own].mean(axis=0).argmax()) if own.any() else single
            rows = test & (place == k)
            gain[rows] = values[rows, chosen] - values[rows, single]
    interval = student_intervals(gain[:, None], groups)[0]
    if interval is None or interval.low <= 0:
        return None
    names = [*members, REST]
    best = {names[k]: evidence.modes[int(values[whole & (place == k)].mean(axis=0).argmax())]
            for k in range(len(names)) if (whole & (place == k)).any()}  # fmt: skip
    single_mode = evidence.modes[int(values[whole].mean(axis=0).argmax())]
    return {"gain": interval.figures(), "modes": best, "single": single_mode}
