"""The answers at the top of the page: what to do, is it fit for use, how often it is wrong, what it costs, and what
would change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from eval.strategies import STRATEGIES
from eval.verdict.decision import Risk, Step
from eval.verdict.fitness_tests import Outcome, Test, fitness_tests, within
from reports.run_folder import Run, label
from reports.text.sentences import FIRST, percent, possible, spaced
from reports.wording.change_sentence import edges, is_of
from reports.wording.cost_sentence import PLACEHOLDERS, cost_words
from reports.wording.fitness_sentence import ANSWERS, inventing

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
    "unstated": "Corpus",
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
    """The five answers, in the order in which they are asked."""
    return [_strategy(run), _fitness(run), _risk(run), _cost(run), _changes(run)]


def parts(steps: tuple[Step, ...]) -> list[tuple[str, str]]:
    """(what to work on, what to do) of each step."""
    return [(PARTS.get(step.cause, "Next"), step.text) for step in steps]


def _strategy(run: Run) -> Answer:
    decision, question, first = run.decision, "What to do?", first_step(run)
    if decision.strategy == "inconclusive":
        return Answer(question, "open", "Not settled", (f"Still possible: {possible(decision.candidates)}.", *first))
    if decision.strategy == "none":
        return Answer(question, "bad", "None of those tried", (f"{label(decision.mode or '')} comes nearest.", *first))
    own = STRATEGIES[decision.strategy]
    name = own.short if own.short != "both" else "RAG with fine-tuning"
    stands, kind = ("best of those tried", "plain") if decision.falls_short else ("settled", "good")
    lines = (f"By the mode {label(decision.mode or '')}; {stands}.", *first)
    return Answer(question, kind, f"{name[0].upper()}{name[1:]}", lines)


def first_step(run: Run) -> tuple[str, ...]:
    """What comes before it is put to use, as the first step has it; nothing where it may be."""
    cause = run.decision.next[0].cause if run.decision.next else ""
    return (f"First: {FIRST[cause]}.",) if cause in FIRST else ()


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
        words = {"reached": "kept", "missed": "exceeded", "open": "not shown to be kept"}
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
        lines = ("of questions, by mode; the bars tell which.", inventing(_known(run), _span))
        return Answer(question, "open", _span(shown), lines)
    found = decision.risk[decision.mode]
    return Answer(question, STANDING[within(found, limit)], percent(found.wrong.mean, 0), tuple(_of_risk(found, limit)))


def _of_risk(risk: Risk, limit: float | None) -> list[str]:
    said = [f"of questions ({100 * risk.wrong.low:.0f} to {percent(risk.wrong.high, 0)})"]
    said.append(inventing([risk], _span))
    return [*said, "No limit is set (risk.limit)" if limit is None else f"At most {percent(limit, 0)} is allowed"]


def _known(run: Run) -> list[Risk]:
    """The risks of the candidates."""
    return [run.decision.risk[m] for m in run.decision.fits if m in run.decision.risk]


def _span(values: Sequence[float]) -> str:
    return " to ".join(dict.fromkeys((percent(min(values), 0), percent(max(values), 0))))


def _cost(run: Run) -> Answer:
    """Money for a thousand questions and the time to build, of the verdict's mode or over all of them."""
    question = "What does it cost?"
    found = cost_words(run.decision, run.economics, run.costs)
    if found is None:
        return Answer(question, "plain", "Not known", ())
    aside = (f"{PLACEHOLDERS}".replace("--", "\u2011\u2011"),) if found.placeholders else ()
    if found.several:
        most = (f"Up to {found.build} to build, once",) if found.build else ()
        return Answer(question, "plain", found.amount, ("for 1,000 questions, by mode", *most, *aside))
    built = f"{found.build} to build, once" if found.build else "Nothing to build"
    return Answer(question, "plain", found.amount, ("for 1,000 questions", built, *aside))


def _changes(run: Run) -> Answer:
    """What would turn the verdict: more questions where it is open, else other targets, or none."""
    question, decision = "What would change it?", run.decision
    if decision.strategy == "inconclusive":
        return Answer(question, "plain", *_settling(run))
    if not is_of(run.sensitivity, decision):
        return Answer(question, "plain", "Not known", ())
    found = {p.name: [_upper(edge) for edge in edges(p)] for p in run.sensitivity.parameters}
    lines = [spaced(edge) for of in found.values() for edge in of]
    if not lines:
        return Answer(
            question, "plain", "No other target", ("It holds at every target and smallest lift that was tried.",)
        )
    targets = any(of for name, of in found.items() if name != "margin")
    return Answer(question, "plain", "Other targets" if targets else "Other settings", tuple(lines))


def _settling(run: Run) -> tuple[str, tuple[str, ...]]:
    """What would settle an open verdict: questions, or what its first step is about."""
    if needed := run.decision.questions_needed:
        (low, high), asked = needed.total, needed.total[0] - needed.more[0]
        span = f"about {low}" if low == high else f"{low} to {high}"
        return "More questions", (f"{asked} were asked; most likely settled by {span}.",)
    first = run.decision.next[0].cause if run.decision.next else ""
    return PARTS.get(first, "Next"), (f"First: {FIRST[first]}.",) if first in FIRST else ()


def _upper(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
