"""Is the content of a reply right? One registered function for each metric, from an answer to a number in [0, 1]."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

from eval.config import Knowledge
from eval.metrics.answer import find_answer
from eval.metrics.choice import picks
from eval.metrics.match import match as asserts
from eval.metrics.quantity import Quantity, alike, lone_quantity, quantities, same
from eval.metrics.text import POLAR, aligned, contains_tokens, polar, same_tokens, tokens


class Metric(Protocol):
    """(answer as given, accepted answers, the question) -> [0, 1]."""

    def __call__(self, given: str, answers: Sequence[str], question: str = "") -> float: ...  # noqa: D102


METRICS: dict[str, Metric] = {}
"""Every metric by its name in dataset.yaml."""

LIST_FACTOR, LIST_SLACK = 3, 8
"""What stands in the answer field may hold at most 3 times the accepted answer's tokens plus 8: room for a sentence
around it, not for an echoed passage or a list of guesses, in which almost anything is contained."""

PROSE_LIMIT = 150
"""A whole reply of more tokens than this, counted like an answer without a field, holds more passage than answer."""


def metric(name: str) -> Callable[[Metric], Metric]:
    """Register a function as a knowledge metric."""

    def register(function: Metric) -> Metric:
        METRICS[name] = function
        return function

    return register


@metric("exact")
def exact(given: str, answers: Sequence[str], question: str = "") -> float:
    """1 when the answer equals an accepted one after normalisation (SQuAD exact match)."""
    return float(any(same_tokens(tokens(given), tokens(a)) for a in answers))


@metric("f1")
def f1(given: str, answers: Sequence[str], question: str = "") -> float:
    """The best token F1 with an accepted answer (SQuAD): 2PR / (P + R) over the bags of tokens."""
    said = tokens(given)
    golds = [tokens(a) for a in answers]
    return max((_f1(aligned(said, g), aligned(g, g)) for g in golds), default=0.0)


@metric("contains")
def contains(given: str, answers: Sequence[str], question: str = "") -> float:
    """1 when an accepted answer stands in the given one as whole tokens, or as the same quantity in another notation.

    Where `yes` or `no` is the accepted answer, it must be the only one of the two that is said.
    """
    return float(any(_contains(given, a) for a in answers))


@metric("number")
def number(given: str, answers: Sequence[str], question: str = "") -> float:
    """1 when the first quantity of the accepted one's kind has its value: the same unit, a date, or a bare number.

    Values compare within a relative tolerance of 1e-6; an accepted answer without a number is never met.
    """
    return float(any(_same_number(given, a) for a in answers))


@metric("match")
def match(given: str, answers: Sequence[str], question: str = "") -> float:
    """1 when the reply asserts an accepted answer, in other words perhaps; see `eval/metrics/match.py`."""
    return asserts(given, answers, question)


@metric("choice")
def choice(given: str, answers: Sequence[str], question: str = "") -> float:
    """1 when the one option that the reply picks, by letter or by text, is an accepted one; see `choice.py`."""
    return picks(given, answers, question)


def read_answer(reply: str, path: str | None) -> str:
    """The short answer out of a JSON reply, by a path such as `$.answer`; the whole reply where it cannot be read."""
    return find_answer(reply, path).text


def score_knowledge(
    config: Knowledge, reply: str, answers: Sequence[str], *, name: str = "", question: str = ""
) -> float:
    """A metric's value, by default the configured one's, for the answer that stands in the reply.

    `contains` gives nothing for what only holds the answer among others: a field that is far longer than the answer or
    names another value of the same unit beside it, or a whole reply of more than PROSE_LIMIT tokens.
    """
    answer, chosen = find_answer(reply, config.answer), name or config.metric
    if chosen != "contains":
        return METRICS[chosen](answer.text, answers, question)
    if answer.from_field:
        kept = [a for a in answers if not _too_long(answer.text, a) and not _guesses(answer.text, a, answers)]
        return contains(answer.text, kept)
    return 0.0 if len(tokens(answer.text)) > PROSE_LIMIT else contains(answer.text, answers)


def has_number(answers: Sequence[str]) -> bool:
    """Whether an accepted answer holds a quantity, so that `number` can be asked."""
    return any(quantities(a) for a in answers)


def _contains(given: str, answer: str) -> bool:
    mine, gold = tokens(given), tokens(answer)
    if len(gold) == 1 and gold[0] in POLAR:
        return polar(mine) == {POLAR[gold[0]]}
    if contains_tokens(mine, gold):
        return True
    wanted = lone_quantity(answer)
    return wanted is not None and bool(wanted.unit) and any(same(wanted, q) for q in quantities(given))


def _too_long(given: str, answer: str) -> bool:
    return len(tokens(given)) > LIST_FACTOR * len(tokens(answer)) + LIST_SLACK


def _guesses(given: str, answer: str, answers: Sequence[str]) -> bool:
    """Whether the answer is a quantity with a unit or a date, and the given text names one that nobody accepts."""
    wanted = lone_quantity(answer)
    if wanted is None or not wanted.unit:
        return False
    accepted: list[Quantity] = [q for a in answers for q in quantities(a)]
    rivals = [q for q in quantities(given) if alike(wanted, q)]
    return any(not any(same(a, q) for a in accepted) for q in rivals)


def _same_number(given: str, answer: str) -> bool:
    gold = next(iter(quantities(answer)), None)
    first = None if gold is None else next((q for q in quantities(given) if alike(gold, q)), None)
    return gold is not None and first is not None and same(gold, first)


def _f1(given: tuple[str, ...], gold: tuple[str, ...]) -> float:
    shared = sum((Counter(given) & Counter(gold)).values())
    return 2 * shared / (len(given) + len(gold)) if shared else 0.0
