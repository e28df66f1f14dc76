"""The answers at the top of the page: which strategy, is it fit for use, how often it is wrong, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from eval.records import Cost
from eval.strategies import STRATEGIES
from eval.verdict.decision import Risk, Step
from eval.verdict.fitness_tests import Outcome, Test, fitness_tests, within
from reports.run_folder import Run, label
from reports.sections import costs, money
from reports.text.sentences import percent, possible, seconds
from reports.wording.fitness_sentence import ANSWERS

KINDS = {"yes": "good", "no": "bad", "not_shown": "open"}
LIVE = {
    "yes": "It may go live.",
    "no": "It must not go live as it is.",
    "not_shown": "It must not go live before more questions show that it is good enough.",
}
"""Of the verdict's mode, whether it is fit for use -> what that means to somebody who would use it."""
PARTS = {
    "use": "Use",
    "questions": "Test questions",
    "cut": "Settings",
    "metric": "Metric",
    "unread": "Corpus",
    "untried": "Not tried",
    "learning": "Training",
    "oracle": "Retriever",
    "retrieval": "Retriever",
    "reading": "Model",
    "form": "Prompt",
    "risk": "Refusals",
    "model": "Model",
}
"""The cause of a step -> the part of the system that is worked on."""
STANDING: Mapping[Outcome, str] = {"reached": "good", "missed": "bad", "open": "open", "no limit": "plain"}
"""How a test came out -> the `kind` of an answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One question of the reader with its answer in a few words, and the figures under it."""

    question: str
    kind: str
    """good, bad, open, or plain where it is neither."""
    answer: str
    lines: tuple[str, ...]


def answers(run: Run) -> list[Answer]:
    """The four answers, in the order in which they are asked."""
    return [_strategy(run), _fitness(run), _risk(run), _cost(run)]


def parts(steps: tuple[Step, ...]) -> list[tuple[str, str]]:
    """(what to work on, what to do) of each step."""
    return [(PARTS.get(step.cause, "Next"), step.text) for step in steps]


def _strategy(run: Run) -> Answer:
    decision = run.decision
    if decision.strategy == "inconclusive":
        return Answer("Which strategy?", "open", "Not settled", (f"Still possible: {possible(decision.candidates)}.",))
    if decision.strategy == "none":
        nearest = (f"{label(decision.mode or '')} comes nearest.",)
        return Answer("Which strategy?", "bad", "None of those tried", nearest)
    own = STRATEGIES[decision.strategy]
    name = own.short if own.short != "both" else "RAG with fine-tuning"
    stands, kind = ("best of those tried", "plain") if decision.falls_short else ("settled", "good")
    lines = (f"By the mode {label(decision.mode or '')}; {stands}.",)
    return Answer("Which strategy?", kind, f"{name[0].upper()}{name[1:]}", lines)


def _fitness(run: Run) -> Answer:
    decision = run.decision
    said = ANSWERS[decision.fit]
    tests = [_line(t) for t in fitness_tests(decision) if t.what != "risk" or t.wanted is not None]
    lines = (LIVE[decision.fit], *tests) if decision.mode else tuple(_of_candidates(run))
    return Answer("Fit for use?", KINDS[decision.fit], f"{said[0].upper()}{said[1:]}", lines)


def _of_candidates(run: Run) -> Iterator[str]:
    """Of an open verdict, whether anything may go live, and how the candidates stand."""
    decision = run.decision
    ready, doubtful, missed = ([m for m, fit in decision.fits.items() if fit == f] for f in ("yes", "not_shown", "no"))
    if decision.fit == "no":
        yield "Nothing may go live: every candidate is shown to miss a target."
    elif not decision.candidates or decision.cut_open or not (ready or doubtful):
        yield "Nothing may go live yet: no mode is chosen."
    else:
        yield "Nothing may go live yet." if not ready else f"Good enough to go live: {_named(ready)}."
        if doubtful:
            yield f"May be good enough, not shown: {_named(doubtful)}."
        if missed:
            yield f"Shown not to be good enough: {_named(missed)}."


def _named(modes: list[str]) -> str:
    """Up to three modes by name, more by their number."""
    return ", ".join(map(label, modes)) if len(modes) <= 3 else f"{len(modes)} modes"


def _line(test: Test) -> str:
    if test.what == "risk":
        words = {"reached": "kept", "missed": "passed", "open": "not shown to be kept"}
        return f"Limit of {percent(test.wanted or 0, 0)} wrong {words[test.outcome]}"
    words = {"reached": "reached", "missed": "missed", "open": "not shown to be reached"}
    mean, target = percent(test.estimate.mean, 0), percent(test.wanted or 0, 0)
    return f"{test.what.capitalize()} {mean} right, target {target} {words[test.outcome]}"


def _risk(run: Run) -> Answer:
    decision, question = run.decision, "Wrong with confidence?"
    if not decision.risk:
        return Answer(
            question,
            "plain",
            "Not known",
            ("Decided before it was measured; decide again: python -m eval.verdict.decide RUN",),
        )
    limit = decision.risk_limit
    if decision.mode is None:
        shown = [decision.risk[m].wrong.mean for m in decision.fits if m in decision.risk]
        if not shown:
            return Answer(question, "plain", "Not known", ())
        lines = ("of questions, by mode; the bars tell which.", _inventing(_known(run)))
        return Answer(question, "open", _span(shown), lines)
    found = decision.risk[decision.mode]
    return Answer(question, STANDING[within(found, limit)], percent(found.wrong.mean, 0), tuple(_of_risk(found, limit)))


def _of_risk(risk: Risk, limit: float | None) -> list[str]:
    said = [f"of questions ({100 * risk.wrong.low:.0f} to {percent(risk.wrong.high, 0)})"]
    said.append(_inventing([risk]))
    return [*said, "No limit is set (risk.limit)" if limit is None else f"At most {percent(limit, 0)} is allowed"]


def _known(run: Run) -> list[Risk]:
    """The risks of the candidates."""
    return [run.decision.risk[m] for m in run.decision.fits if m in run.decision.risk]


def _inventing(risks: list[Risk]) -> str:
    """How often answers are invented; without a question that has none, that this is not known."""
    shown = [risk.unanswerable.mean for risk in risks if risk.unanswerable]
    if not shown:
        return "How often it invents is not known: every question asked has an answer"
    return f"Invents an answer to {_span(shown)} of those that have none"


def _span(values: list[float]) -> str:
    return " to ".join(dict.fromkeys((percent(min(values), 0), percent(max(values), 0))))


def _cost(run: Run) -> Answer:
    """Money for a thousand questions and the time to build, of the verdict's mode or over all of them."""
    question, found = "What does it cost?", {row.mode: row for row in money.rows(run)}
    mode = run.decision.mode
    if run.economics.prices is None or not found or (mode is not None and mode not in found):
        return Answer(question, "plain", "Not known", ())
    currency = run.economics.prices.currency
    aside = ("Prices are placeholders (\u2011\u2011prices)",) if run.economics.placeholders else ()
    if mode is None:
        shown = [a.per_thousand for m, a in run.economics.arms.items() if m in run.decision.fits and a.per_thousand]
        span = " to ".join(dict.fromkeys((money.amount(min(shown)), money.amount(max(shown))))) if shown else costs.NONE
        known = [m for m in run.economics.arms if m in run.decision.fits and m in run.costs]
        longest = max((_to_build(run.costs[m]) for m in known), default=0.0)
        most = (f"Up to {seconds(longest)} to build, once",) if longest else ()
        return Answer(question, "plain", f"{span} {currency}", ("for 1,000 questions, by mode", *most, *aside))
    cost, row = run.costs[mode], found[mode]
    build = seconds(_to_build(cost))
    built = "Nothing to build" if build == costs.NONE else f"{build} to build, once"
    return Answer(question, "plain", f"{row.cells[1]} {currency}", ("for 1,000 questions", built, *aside))


def _to_build(cost: Cost) -> float:
    """Seconds of work for the index and the training."""
    return cost.index_seconds + (cost.train_work or cost.train_seconds)
