"""The score must not move when only the form moves; and what is no answer stays wrong, in every form.

Over rows of the bundled data sets, for each metric that claims it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eval.config import Knowledge
from eval.metrics.knowledge.metric import score_knowledge
from eval.metrics.quantities.quantity import lone_quantity
from eval.records import Example, read_records

DATASETS = Path(__file__).parents[3] / "datasets"
SETS = ("harrowmere", "tidewell", "wayfarer")
CLAIM = ("contains", "match", "number")
CONFIG = Knowledge(answer="$.answer")
PROSE = (
    "I have looked into the papers with care, and as far as they say, the answer to this is {}. "
    "They were last updated in the spring, and nobody has corrected them since, so you may rely on this."
)
FORMS: dict[str, Callable[[str, str], str]] = {
    "terse": lambda _, answer: answer,
    "sentence": lambda _, answer: f"The answer is {answer}.",
    "prose": lambda _, answer: PROSE.format(answer),
    "JSON": lambda _, answer: json.dumps({"source": "x.md", "answer": answer}),
    "JSON with a sentence": lambda _, answer: json.dumps({"answer": f"It is {answer}."}),
    "JSON with prose": lambda _, answer: json.dumps({"answer": PROSE.format(answer)}),
    "fenced": lambda _, answer: "Sure!\n```json\n" + json.dumps({"answer": answer}, indent=1) + "\n```\nAnything else?",
    "restated": lambda question, answer: f"You asked: {question} {answer}",
    "restated JSON": lambda question, answer: json.dumps({"answer": f"{question} {answer}"}),
    "bold": lambda _, answer: f"**{answer}**",
    "bullet": lambda _, answer: f"- {answer}\n",
}
ODD = re.compile(r"\b(?:not|yes|no|true|false|and|or)\b|,")
"""Rows about a negation or with several answers in one are no base for made-up denials and lists."""


def rows(name: str, metric: str, *, every: int = 2) -> list[Example]:
    found = [e for e in read_records(DATASETS / name / "test.jsonl", Example) if e.answerable]
    if metric == "number":
        found = [e for e in found if lone_quantity(e.answers[0])]
    return found[::every]


def score(metric: str, example: Example, reply: str) -> float:
    return score_knowledge(CONFIG, reply, example.answers, name=metric, question=example.question)


def in_forms(example: Example, said: str) -> Iterator[tuple[str, str]]:
    return ((form, make(example.question, said)) for form, make in FORMS.items())


@pytest.mark.parametrize("metric", CLAIM)
@pytest.mark.parametrize("name", SETS)
def test_right_and_wrong_answers_score_the_same_in_every_form(name: str, metric: str) -> None:
    asked = rows(name, metric)
    for i, example in enumerate(asked):
        other = asked[(7 * i + 3) % len(asked)].answers[0]
        for said in (example.answers[0], example.answers[-1], other):
            terse = score(metric, example, said)
            moved = [form for form, reply in in_forms(example, said) if score(metric, example, reply) != terse]
            assert not moved, (example.question, example.answers, said, terse)
        assert score(metric, example, example.answers[0]) == 1.0, example


@pytest.mark.parametrize("metric", CLAIM)
@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(
    "no_answer",
    [
        "Maybe {}.",
        "I am not sure, but it could be {}.",
        "It is not {}.",
        "{} is wrong.",
        "{} or {}",
        "{}, {} or {}",
        "{}, {}, {}, {}",
        "I don't know.",
        "",
    ],
)
def test_hedges_denials_guesses_and_refusals_are_wrong_in_every_form(name: str, metric: str, no_answer: str) -> None:
    asked = [e for e in rows(name, metric, every=3) if not ODD.search(" ".join([e.question, *e.answers]))]
    if no_answer == "{} or {}":  # two common nouns joined by `or` are one thing under two names
        asked = [e for e in asked if not e.answers[0][0].islower()]
    others = [f"Olaf Lund {n}" if metric != "number" else f"{n} kg" for n in (931, 932, 933)]
    for example in asked:
        said = no_answer.format(example.answers[0], *others).rstrip(".")
        right = [form for form, reply in in_forms(example, said) if score(metric, example, reply) > 0]
        assert not right, (example.question, example.answers, said)


@pytest.mark.parametrize("metric", CLAIM)
def test_a_wrong_number_with_the_right_unit_is_wrong_in_every_form(metric: str) -> None:
    for example in rows("tidewell", "number", every=1):
        gold = example.answers[0]
        off = re.sub(r"\d", lambda d: str((int(d[0]) + 3) % 10), gold, count=1)
        if lone_quantity(off) is None or score("exact", example, off):
            continue
        right = [form for form, reply in in_forms(example, off) if score(metric, example, reply) > 0]
        assert not right, (example.question, example.answers, off)
