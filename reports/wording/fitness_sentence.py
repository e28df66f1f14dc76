"""Whether what wins is fit for use, in one or two sentences, from a decision alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from eval.arms.modes import MODES
from eval.records import Estimate
from eval.verdict.decision import Decision, Fit, Risk
from eval.verdict.fitness_tests import Test, fitness_tests
from reports.wording.phrases import share

ANSWERS: Mapping[Fit, str] = {"no": "no", "not_shown": "not yet shown", "yes": "yes"}


def fitness_sentence(decision: Decision) -> str:
    """Fit for use or not, with what it rests on and how often it is wrong; for an open verdict, that none is chosen."""
    answer = f"Fit for use: {ANSWERS[decision.fit]}"
    if decision.mode is None:
        why = "every candidate is shown to miss a target" if decision.fit == "no" else "no mode is chosen"
        return " ".join(filter(None, (f"{answer}, {why}.", _range(decision), invented(decision, tuple(decision.fits)))))
    tests = list(fitness_tests(decision))
    said = [f"{t.what} {_figures(t)}" for t in tests if t.what != "risk"]
    fit = f"{answer} ({MODES[decision.mode].label}{': ' if said else ''}{', '.join(said)})."
    return " ".join(filter(None, (fit, _risk_sentence(tests), invented(decision, (decision.mode,)))))


def _figures(test: Test) -> str:
    words = {"reached": "reached", "missed": "missed", "open": "not shown to be reached"}[test.outcome]
    return f"{share(test.estimate.mean)}, target {share(test.wanted or 0.0)} {words}"


def _risk_sentence(tests: list[Test]) -> str:
    found = next((t for t in tests if t.what == "risk"), None)
    return f"{risk_words(found.estimate)}{_limit_words(found)}." if found else ""


def risk_words(e: Estimate) -> str:
    """How often a mode is wrong without saying that it does not know, as a clause."""
    return f"It answers wrongly and with confidence in {share(e.mean)} of questions ({share(e.low)} to {share(e.high)})"


def inventing(risks: Sequence[Risk], said: Callable[[Sequence[float]], str]) -> str:
    """How often answers are invented, `said` of shares; where every question has an answer, that it is not known."""
    shown = [risk.unanswerable.mean for risk in risks if risk.unanswerable]
    if not shown:
        return "How often it invents is not known: every question asked has an answer"
    return f"Invents an answer to {said(shown)} of those that have none"


def invented(decision: Decision, modes: Sequence[str]) -> str:
    """The same of these modes, as a sentence; empty where their risk was not measured."""
    risks = [decision.risk[mode] for mode in modes if mode in decision.risk]
    return f"{inventing(risks, _span)}." if risks else ""


def _span(values: Sequence[float]) -> str:
    return " to ".join(dict.fromkeys((share(min(values)), share(max(values)))))


def _limit_words(test: Test) -> str:
    if test.wanted is None:
        return ""
    said = {"reached": "kept", "missed": "exceeded", "open": "not shown to be kept"}[test.outcome]
    return f", limit {share(test.wanted)} {said}"


def _range(decision: Decision) -> str:
    """Between which risks the candidates lie."""
    means = [decision.risk[m].wrong.mean for m in decision.fits if m in decision.risk]
    if not means:
        return ""
    return f"Candidates answer wrongly and with confidence in {_span(means)} of questions."
