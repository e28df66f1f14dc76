"""What to do next, from the scores and the configuration alone; it follows from how good the verdict's mode is.

Only a mode that is shown to reach every target is advised for use. One that is not shown to reach them is to be tested
on more questions first; one that is shown to miss one is never advised, and the steps are what keeps it from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from eval.pipeline.run_config import RunConfig
from eval.records import Score
from eval.verdict.decision import Fit, Needed, Risk
from eval.verdict.evidence import Evidence
from eval.verdict.rule import Ruling, compared, strategy
from eval.verdict.shortfall import SOME, Action, Case, raise_limit, shortfalls


def advice(
    evidence: Evidence,
    scores: Sequence[Score],
    ruling: Ruling,
    fit: Fit,
    config: RunConfig,
    risk: Mapping[str, Risk],
    needed: Needed | None = None,
) -> tuple[Action, ...]:
    """The steps, most useful first; of a mode that reaches every target, how to use it."""
    mode = ruling.mode or min(evidence.modes, key=evidence.shortfall, default=None)
    if mode is None:
        return (_more_questions(evidence, needed),)
    case = Case.of(evidence, scores, config, mode)
    if ruling.mode is None:
        return tuple(_open(case, ruling, fit, needed))
    limit, found = config.dataset.risk.limit, risk.get(mode)
    if fit == "yes":
        return (Action("use", "use", {"mode": mode}), *_limit_risk(found, limit))
    lower = list(_lower_risk(mode, found, limit)) if found else []
    doubt = [_unsure(case)] if fit == "not_shown" and case.missed else []
    return (*doubt, *([] if lower and not case.missed else shortfalls(case)), *lower)


def _open(case: Case, ruling: Ruling, fit: Fit, needed: Needed | None) -> Iterator[Action]:
    """Of an inconclusive verdict: what would settle it, and what is missing where no candidate is good enough."""
    if ruling.turned:
        yield raise_limit(case, ruling.cut_open)
    elif ruling.bias_open:
        yield Action("metric", "mark_replies")
    elif ruling.missing:
        yield Action("missing", "score_all", {"missing": {m: case.evidence.missing[m] for m in ruling.missing}})
    else:
        yield _more_questions(case.evidence, needed)
    if fit == "no":
        yield from (step for step in shortfalls(case) if not (ruling.turned and step.cause == "cut"))
        return
    cheapest = ruling.candidates[0] if ruling.candidates else None
    mine = [m for m in case.evidence.modes if strategy(m) == cheapest]
    if cheapest and not all(case.evidence.falls_short(m) for m in mine):
        yield Action("questions", "cheapest_possible", {"strategy": cheapest})


def _lower_risk(mode: str, risk: Risk, limit: float | None) -> Iterator[Action]:
    """Of a mode that is not shown to keep the limit of its risk."""
    if limit is None or risk.wrong.high <= limit:
        return
    if risk.floor <= limit:
        yield Action("questions", "test_risk", {"mode": mode, "wrong": risk.wrong, "limit": limit})
        return
    invented = risk.unanswerable.mean if risk.unanswerable else None
    yield Action("risk", "refuse_more", {"mode": mode, "wrong": risk.wrong.mean, "limit": limit, "invented": invented})


def _limit_risk(risk: Risk | None, limit: float | None) -> Iterator[Action]:
    """Of a mode that reaches its targets and could refuse, where nobody has said how often it may be wrong."""
    if risk and limit is None and risk.unanswerable and risk.wrong.mean >= SOME:
        yield Action("risk", "set_limit", {"wrong": risk.wrong})


def _more_questions(evidence: Evidence, needed: Needed | None) -> Action:
    if len(evidence.estimates) and not compared(evidence):
        return Action("untried", "second_mode")
    return Action("questions", "add_questions", {"needed": needed})


def _unsure(case: Case) -> Action:
    """Of a mode that may or may not be good enough."""
    known = [(axis, case.evidence.targets[axis], case.evidence.estimates[axis][case.mode]) for axis in case.missed]
    return Action("questions", "test_targets", {"mode": case.mode, "targets": known})
