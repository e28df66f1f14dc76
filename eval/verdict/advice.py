"""What to do next, from the scores and the configuration alone; it follows from how good the verdict's mode is.

Only a mode that is shown to reach every target is advised for use. One that is not shown to reach them is to be tested
on more questions first; one that is shown to miss one is never advised, and the steps are what keeps it from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from eval.arms.modes import MODES
from eval.pipeline.run_config import RunConfig
from eval.records import Score
from eval.strategies import STRATEGIES
from eval.verdict.decision import Fit, Needed, Risk, Step
from eval.verdict.evidence import Evidence
from eval.verdict.rule import Ruling, compared, strategy
from eval.verdict.shortfall import SOME, Case, label, raise_limit, share, shortfalls


def advice(
    evidence: Evidence,
    scores: Sequence[Score],
    ruling: Ruling,
    fit: Fit,
    config: RunConfig,
    risk: Mapping[str, Risk],
    needed: Needed | None = None,
) -> tuple[Step, ...]:
    """The steps, most useful first; of a mode that reaches every target, how to use it."""
    mode = ruling.mode or min(evidence.modes, key=evidence.shortfall, default=None)
    if mode is None:
        return (_more_questions(evidence, needed),)
    case = Case.of(evidence, scores, config, mode)
    if ruling.mode is None:
        return tuple(_open(case, ruling, fit, needed))
    limit, found = config.dataset.risk.limit, risk.get(mode)
    if fit == "yes":
        return (Step("use", MODES[mode].use or f"Use {label(mode)}: {MODES[mode].why}."), *_limit_risk(found, limit))
    lower = list(_lower_risk(mode, found, limit)) if found else []
    doubt = [_unsure(case)] if fit == "not_shown" and case.missed else []
    return (*doubt, *([] if lower and not case.missed else shortfalls(case)), *lower)


def _open(case: Case, ruling: Ruling, fit: Fit, needed: Needed | None) -> Iterator[Step]:
    """Of an inconclusive verdict: what would settle it, and what is missing where no candidate is good enough."""
    if ruling.turned:
        yield raise_limit(case, ruling.cut_open)
    elif ruling.leaning:
        text = (
            "Say of 100 questions which replies are right, on the page that `report RUN --label` opens, and run "
            "evaluate again: the figures are then corrected by what you said."
        )
        yield Step("metric", text)
    elif ruling.missing:
        shares = ", ".join(f"{share(case.evidence.missing[m])} of {label(m)}" for m in ruling.missing)
        text = (
            f"Find out why replies have no score: {shares}. The reason stands beside each in scores.jsonl; mend it, "
            "and run evaluate again."
        )
        yield Step("missing", text)
    else:
        yield _more_questions(case.evidence, needed)
    if fit == "no":
        yield from (step for step in shortfalls(case) if not (ruling.turned and step.cause == "cut"))
        return
    cheapest = ruling.candidates[0] if ruling.candidates else None
    mine = [m for m in case.evidence.modes if strategy(m) == cheapest]
    if cheapest and not all(case.evidence.falls_short(m) for m in mine):
        named = STRATEGIES[cheapest].alone.removesuffix(" alone")
        yield Step("questions", f"Until then, {named} is the cheapest choice that is still possible.")


def _lower_risk(mode: str, risk: Risk, limit: float | None) -> Iterator[Step]:
    """Of a mode that is not shown to keep the limit of its risk."""
    if limit is None or risk.wrong.high <= limit:
        return
    e, invents, name = risk.wrong, risk.unanswerable, label(mode)
    if risk.floor <= limit:
        figures = f"at most {share(limit)} ({share(e.mean)}; 95 % interval {share(e.low)} to {share(e.high)})"
        text = f"Test on more questions: {name} is not shown to be wrong with confidence in {figures}."
        yield Step("questions", text)
        return
    figures = f"wrong with confidence in {share(e.mean)} of questions, and {share(limit)} is the limit"
    said = f"; of those that it should refuse it answers {share(invents.mean)}" if invents else ""
    how = "say in the instruction that it is to refuse in doubt, and train on more questions that are to be refused"
    yield Step("risk", f"Have {name} refuse what it does not know: {figures}{said}; {how}.")


def _limit_risk(risk: Risk | None, limit: float | None) -> Iterator[Step]:
    """Of a mode that reaches its targets and could refuse, where nobody has said how often it may be wrong."""
    if risk and limit is None and risk.unanswerable and risk.wrong.mean >= SOME:
        said = f"{share(risk.wrong.mean)} ({share(risk.wrong.low)} to {share(risk.wrong.high)})"
        text = f"Decide how often it may be wrong with confidence, now in {said} of questions"
        yield Step("risk", f"{text}: set risk.limit in dataset.yaml.")


def _more_questions(evidence: Evidence, needed: Needed | None) -> Step:
    if len(evidence.estimates) and not compared(evidence):
        text = "Try something to compare with: `evaluate` without --mode tries all that the data set allows."
        return Step("untried", text)
    again = "and run evaluate again; what is built already is used again"
    if needed:
        (low, high), (less, most), (worst, best) = needed.total, needed.more, needed.chance
        more, total = (f"about {a}" if a == b else f"{a} to {b}" for a, b in ((less, most), (low, high)))
        chance = f"{100 * best:.0f} %" if low == high else f"{100 * worst:.0f} to {100 * best:.0f} %"
        text = f"Add {more} test questions about other facts ({total} in all), {again}. The chance of a verdict is then"
        return Step("questions", f"{text} {chance}.")
    return Step("questions", f"Add test questions, of other facts, {again}.")


def _unsure(case: Case) -> Step:
    """Of a mode that may or may not be good enough."""
    known = [(axis, case.evidence.targets[axis], case.evidence.estimates[axis][case.mode]) for axis in case.missed]
    figures = " and ".join(
        f"the {axis} target of {share(target)} ({share(e.mean)}; 95 % interval {share(e.low)} to {share(e.high)})"
        for axis, target, e in known
    )
    text = f"Test on more questions before you rely on it: {label(case.mode)} is not shown to reach {figures}."
    return Step("questions", text)
