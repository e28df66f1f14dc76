"""Whether the judge may headline: its agreement with human marks, beside that of our own metric."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from eval.judge.agreement import Agreement, agree
from eval.pipeline.run_config import RunConfig
from eval.records import PASS, Score

FACTS = "judge_factual_correctness"
KAPPA_NEEDED, LABELS_NEEDED = 0.6, 50

Pair = tuple[str, str]
"""(mode, example id)."""


def promote(scores: Sequence[Score], agreement: Agreement | None) -> tuple[list[Score], str]:
    """Make the judge's factual correctness the primary knowledge score where people agree with it, else leave it.

    That takes a kappa of 0.6 on 50 marks at least, and a judgement of every reply that our own metric scores: a
    headline on a part of the questions would have wider intervals and could choose its questions.
    """
    mine = {(s.mode, s.example_id) for s in scores if s.axis == "knowledge" and s.primary}
    judged = {(s.mode, s.example_id): s for s in scores if s.metric == FACTS}
    if not judged:
        return list(scores), ""
    n, kappa = (agreement.n, agreement.kappa) if agreement else (0, None)
    said = f"kappa {kappa:.2f} on {n} marks" if kappa is not None else f"{n} marks"
    if n < LABELS_NEEDED:
        return list(scores), f"the judge is secondary: {said}, {LABELS_NEEDED} are needed; `report RUN --label`"
    if kappa is None or kappa < KAPPA_NEEDED:
        return list(scores), f"the judge is secondary: {said}, a kappa of {KAPPA_NEEDED} is needed"
    lacking = sum(1 for pair in mine if pair not in judged or judged[pair].value is None)
    if lacking:
        return list(scores), f"the judge is secondary: {said}, but {lacking} of {len(mine)} replies are not judged"
    line = f"the judge's factual correctness is the knowledge score: {said}"
    return [
        replace(s, primary=s.metric == FACTS) if s.axis == "knowledge" and (s.primary or s.metric == FACTS) else s
        for s in scores
    ], line


def agreements(
    scores: Sequence[Score], config: RunConfig, marks: Mapping[str, Mapping[Pair, str]]
) -> dict[str, Agreement]:
    """metric -> agreement with the human marks, of the judge and of our own metrics. Call it before promotion."""
    knowledge, style = marks["knowledge"], marks["style"]
    metric = config.dataset.knowledge.metric
    by_metric: dict[str, dict[Pair, Score]] = defaultdict(dict)
    for s in scores:
        if s.value is not None:
            by_metric[s.metric][s.mode, s.example_id] = s
    verdicts = {pair: mark == "right" for pair, mark in knowledge.items() if mark != "cannot say"}
    weights = _weights(by_metric[metric], by_metric[FACTS], verdicts)
    found = {}
    for name in (metric, FACTS):
        if verdicts and by_metric[name]:
            found[name] = _agreement(by_metric[name], verdicts, weights, config.seed)
    if style and by_metric["all_checks"]:
        ok = {pair: mark == "ok" for pair, mark in style.items()}
        found["all_checks"] = _agreement(by_metric["all_checks"], ok, {}, config.seed)
    return found


def _agreement(
    scores: Mapping[Pair, Score], verdicts: Mapping[Pair, bool], weights: Mapping[Pair, float], seed: int
) -> Agreement:
    pairs = [p for p in verdicts if p in scores]
    passed = [_passes(scores[p]) for p in pairs]
    groups = [scores[p].group for p in pairs]
    return agree(passed, [verdicts[p] for p in pairs], groups, [weights.get(p, 1.0) for p in pairs], seed=seed)


def _weights(mine: Mapping[Pair, Score], judge: Mapping[Pair, Score], marked: Mapping[Pair, bool]) -> dict[Pair, float]:
    """How many replies each marked one stands for, by whether metric and judge disagree on it.

    The sample takes disagreements far more often than they occur; unweighted, kappa would be too low for both. A reply
    that is not judged is drawn with those on which they agree.
    """
    disagree = {p: p in judge and _passes(mine[p]) != _passes(judge[p]) for p in mine}
    everywhere = Counter(disagree.values())
    seen = Counter(disagree[p] for p in marked if p in disagree)
    return {p: everywhere[disagree[p]] / seen[disagree[p]] for p in marked if p in disagree}


def _passes(score: Score) -> bool:
    return score.value is not None and score.value >= PASS
