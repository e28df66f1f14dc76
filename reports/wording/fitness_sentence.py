"""Whether what wins is fit for use, in one or two sentences, from a decision alone."""

from __future__ import annotations

from collections.abc import Mapping

from eval.arms.modes import MODES
from eval.records import Estimate
from eval.verdict.decision import Decision, Fit
from eval.verdict.fitness_tests import Test, fitness_tests
from reports.wording.phrases import share

ANSWERS: Mapping[Fit, str] = {"no": "no", "not_shown": "not yet shown", "yes": "yes"}


def fitness_sentence(decision: Decision) -> str:
    """Fit for use or not, with what it rests on and how often it is wrong; for an open verdict, that none is chosen."""
    answer = f"Fit for use: {ANSWERS[decision.fit]}"
    if decision.mode is None:
        why = "every candidate is shown to miss a target" if decision.fit == "no" else "no mode is chosen"
        return f"{answer}, {why}.{_range(decision)}"
    tests = list(fitness_tests(decision))
    said = [f"{t.what} {_figures(t)}" for t in tests if t.what != "risk"]
    return f"{answer} ({MODES[decision.mode].label}{': ' if said else ''}{', '.join(said)}).{_risk_sentence(tests)}"


def _figures(test: Test) -> str:
    words = {"reached": "reached", "missed": "missed", "open": "not shown to be reached"}[test.outcome]
    return f"{share(test.estimate.mean)}, target {share(test.wanted or 0.0)} {words}"


def _risk_sentence(tests: list[Test]) -> str:
    found = next((t for t in tests if t.what == "risk"), None)
    return f" {risk_words(found.estimate)}{_limit_words(found)}." if found else ""


def risk_words(e: Estimate) -> str:
    """How often a mode is wrong without saying that it does not know, as a clause."""
    return f"It answers wrongly and with confidence in {share(e.mean)} of questions ({share(e.low)} to {share(e.high)})"


def _limit_words(test: Test) -> str:
    if test.wanted is None:
        return ""
    said = {"reached": "kept", "missed": "passed", "open": "not shown to be kept"}[test.outcome]
    return f", limit {share(test.wanted)} {said}"


def _range(decision: Decision) -> str:
    """Between which risks the candidates lie."""
    means = [decision.risk[m].wrong.mean for m in decision.fits if m in decision.risk]
    if not means:
        return ""
    low, high = share(min(means)), share(max(means))
    return (
        f" Candidates answer wrongly and with confidence in {low if low == high else f'{low} to {high}'} of questions."
    )
