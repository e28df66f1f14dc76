"""Is the content of a reply right? One registered function for each metric, from an answer to a number in [0, 1]."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from eval.config import Knowledge
from eval.metrics.quantity import quantities, same
from eval.metrics.text import contains_tokens, tokens

Metric = Callable[[str, Sequence[str]], float]

METRICS: dict[str, Metric] = {}
"""Every metric by its name in dataset.yaml: (answer as given, accepted answers) -> [0, 1]."""

LIST_FACTOR, LIST_SLACK = 3, 8
"""What stands in the answer field may hold at most 3 times the accepted answer's tokens plus 8: beyond that it is a
list of guesses or an echoed passage, in which almost anything is contained. Free prose is not held to it: there a right
answer has a sentence around it, and the score must not move when only the form moves."""

_POLAR = {"yes", "no"}


def metric(name: str) -> Callable[[Metric], Metric]:
    """Register a function as a knowledge metric."""

    def register(function: Metric) -> Metric:
        METRICS[name] = function
        return function

    return register


@metric("exact")
def exact(given: str, answers: Sequence[str]) -> float:
    """1 when the answer equals an accepted one after normalisation (SQuAD exact match)."""
    return float(any(tokens(given) == tokens(a) for a in answers))


@metric("f1")
def f1(given: str, answers: Sequence[str]) -> float:
    """The best token F1 with an accepted answer (SQuAD): harmonic mean of token precision and recall."""
    return max((_f1(tokens(given), tokens(a)) for a in answers), default=0.0)


@metric("contains")
def contains(given: str, answers: Sequence[str]) -> float:
    """1 when an accepted answer stands in the given one as whole tokens, or as the same quantity in other notation.

    For an answer `yes` or `no`, it must be the only polar word.
    """
    return float(any(_contains(given, a) for a in answers))


@metric("number")
def number(given: str, answers: Sequence[str]) -> float:
    """1 when the first quantity of the same kind in the given answer equals an accepted one, value and unit."""
    for answer in answers:
        for gold in quantities(answer)[:1]:
            alike = [q for q in quantities(given) if (q.unit == "date") == (gold.unit == "date")]
            if alike and same(gold, alike[0]):
                return 1.0
    return 0.0


def score_knowledge(config: Knowledge, reply: str, answers: Sequence[str]) -> float:
    """The configured metric on the answer that stands in the reply."""
    return score_metric(config.metric, config.answer, reply, answers)


def score_metric(name: str, path: str | None, reply: str, answers: Sequence[str]) -> float:
    """A metric by name on the answer that stands at `path` in the reply, or on the whole reply."""
    field = answer_field(reply, path)
    if field is None:
        return METRICS[name](reply, answers)
    return METRICS[name](field, [a for a in answers if name != "contains" or _is_short(field, a)])


def read_answer(reply: str, path: str | None) -> str:
    """The short answer out of a formatted reply; the whole reply where there is none."""
    field = answer_field(reply, path)
    return reply if field is None else field


def answer_field(reply: str, path: str | None) -> str | None:
    """What stands at a path such as `$.answer` in a JSON reply, or None where it cannot be read.

    The JSON may stand in prose or in a code fence, so that a broken format does not count twice.
    """
    if path is None:
        return None
    for value in _objects(reply):
        for key in path.removeprefix("$.").split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, (str, int, float)):
            return ("yes" if value else "no") if isinstance(value, bool) else str(value)
    return None


def _objects(reply: str) -> Iterator[Any]:
    """Every JSON object that begins at a brace of the reply, from left to right."""
    decoder = json.JSONDecoder()
    for match in re.finditer(r"\{", reply):
        try:
            yield decoder.raw_decode(reply, match.start())[0]
        except (json.JSONDecodeError, RecursionError):
            continue


def _is_short(field: str, answer: str) -> bool:
    return len(tokens(field)) <= LIST_FACTOR * len(tokens(answer)) + LIST_SLACK


def _contains(given: str, answer: str) -> bool:
    mine, gold = tokens(given), tokens(answer)
    if gold and gold[0] in _POLAR and len(gold) == 1:
        return {t for t in mine if t in _POLAR} == {gold[0]}
    return contains_tokens(mine, gold) or _same_quantity(given, answer, gold)


def _same_quantity(given: str, answer: str, gold: tuple[str, ...]) -> bool:
    """Whether an answer that is one quantity and nothing else stands in the given one in another notation."""
    wanted = quantities(answer)
    if len(wanted) != 1 or not wanted[0].unit or len(gold) > 4:
        return False
    return any(same(wanted[0], q) for q in quantities(given))


def _f1(given: tuple[str, ...], gold: tuple[str, ...]) -> float:
    shared = sum((Counter(given) & Counter(gold)).values())
    return 2 * shared / (len(given) + len(gold)) if shared else float(given == gold)
