"""Is the content of a reply right? One registered function for each metric, from an answer to a number in [0, 1]."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

from eval.config import Knowledge
from eval.metrics.knowledge.answer import find_answer
from eval.metrics.knowledge.choice import picks
from eval.metrics.knowledge.claims import claim_recall
from eval.metrics.knowledge.literal import literally
from eval.metrics.knowledge.match import holds, stands_by
from eval.metrics.knowledge.match import match as asserts
from eval.metrics.knowledge.number import DEFAULT, Tolerance, concludes
from eval.metrics.quantities.quantity import quantities
from eval.metrics.text.language import stated
from eval.metrics.text.list_marks import unnumbered
from eval.metrics.text.markup import without_markup
from eval.metrics.text.normalize import aligned, same_tokens, tokens
from eval.metrics.text.think_blocks import without_thinking
from eval.registry import Registry


class Metric(Protocol):
    """(answer as given, accepted answers, the question) -> [0, 1]."""

    def __call__(self, given: str, answers: Sequence[str], question: str = "") -> float: ...  # noqa: D102


METRICS: Registry[Metric] = Registry("metric")
"""Every metric by its name in dataset.yaml."""


def metric(name: str) -> Callable[[Metric], Metric]:
    """Register a function as a knowledge metric."""

    def register(function: Metric) -> Metric:
        def of_reply(given: str, answers: Sequence[str], question: str = "") -> float:
            return function(without_markup(without_thinking(given), answers), answers, question)

        METRICS.add(name, of_reply)
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

    Not where it is denied, doubted or one of several guesses. Where `yes` or `no` is
    the accepted answer, it must be the only one of the two that is said.
    """
    return float(stands_by(given, answers, question, lambda text, a: stands_in(text, a, question)))


@metric("number")
def number(given: str, answers: Sequence[str], question: str = "") -> float:
    """1 when the quantity that a reply concludes with is the accepted one, in whatever unit or notation.

    See `number.py` for which of several that is. Quantities that only repeat the question do not count, nor what is
    denied, doubted or one of several guesses. Values compare within the default tolerance; an accepted answer without a
    number is never met.
    """
    return figure(given, answers, question, DEFAULT)


def figure(given: str, answers: Sequence[str], question: str, tolerance: Tolerance) -> float:
    """`number` within a tolerance."""
    return float(stands_by(given, answers, question, lambda text, a: concludes(text, a, question, tolerance)))


@metric("match")
def match(given: str, answers: Sequence[str], question: str = "") -> float:
    """1 when the reply asserts an accepted answer, in other words perhaps; see `eval/metrics/knowledge/match.py`."""
    return asserts(given, tuple(map(unnumbered, answers)), question)


@metric("claims")
def claims(given: str, answers: Sequence[str], question: str = "") -> float:
    """The share of an accepted answer's sentences that the reply states, for answers of a paragraph; see
    `claims.py`."""
    return claim_recall(given, answers, question)


@metric("choice")
def choice(given: str, answers: Sequence[str], question: str = "") -> float:
    """1 when the one option that the reply picks, by letter or by text, is an accepted one; see `choice.py`."""
    return picks(given, answers, question)


OURS = dict(METRICS.items())
"""The metrics of this module: what another process finds without plugins."""


def read_answer(reply: str, path: str | None) -> str:
    """The short answer out of a JSON reply, by a path such as `$.answer`; the whole reply where it cannot be read."""
    return find_answer(reply, path).text


def score_knowledge(
    config: Knowledge, reply: str, answers: Sequence[str], *, name: str = "", question: str = "", language: str = ""
) -> float:
    """A metric's value, by default the configured one's, for the answer that stands in the reply.

    `language` is what the data set states: what 1.500 means where the question does not tell its own.
    """
    answer = read_answer(reply, config.answer)
    return score_answer(config, answer, answers, name=name or config.metric, question=question, language=language)


def score_answer(
    config: Knowledge, answer: str, answers: Sequence[str], *, name: str, question: str, language: str
) -> float:
    """A metric's value for an answer that has been read out of its reply; see `score_knowledge`."""
    with stated(language):
        if name == "number":
            return figure(answer, answers, question, Tolerance(config.tolerance.relative, config.tolerance.round))
        return METRICS[name](answer, answers, question)


def has_number(answers: Sequence[str]) -> bool:
    """Whether an accepted answer holds a quantity, so that `number` can be asked."""
    return any(quantities(a) for a in answers)


def stands_in(given: str, answer: str, question: str = "") -> bool:
    """Whether an answer stands in a text as whole words, or as the same quantity in another notation."""
    literal = literally(given, answer, question)
    return holds(given, answer) if literal is None else literal


def _f1(given: tuple[str, ...], gold: tuple[str, ...]) -> float:
    shared = sum((Counter(given) & Counter(gold)).values())
    return 2 * shared / (len(given) + len(gold)) if shared else 0.0
