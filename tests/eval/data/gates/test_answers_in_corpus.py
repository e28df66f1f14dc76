from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from eval.data.gates.answers_in_corpus import answers_in_corpus

Make = Callable[..., Any]

CORPUS = {
    "a.md": "# Gauges\n\nThe TG-200 was launched on 4 March 2024 and draws three watts.\n\n"
    "| part | EUR |\n|---|---|\n| cap | 1,250 |\n\n"
    "Ask Mr Owen Tarrick, who keeps the oil in the blue room by the stairs.",
    "b.md": "# Boats\n\nMabel is 9.8 metres long.",
}


def test_answers_that_no_document_holds_are_named(material: Make) -> None:
    data = material(
        test=[("How long?", "9.8 m", {"documents": ["b.md"]}), ("How heavy?", "40 t", {"documents": ["b.md"]}),
              ("Who?", "Ann Poe")],
        corpus=CORPUS,
    )  # fmt: skip
    (finding,) = answers_in_corpus(data)
    assert (finding.severity, finding.where) == ("warning", f"{data.dataset.path}/test.jsonl:3")
    assert "no accepted answer stands anywhere in corpus/, for 2 of 3 answerable rows (67 %)" in finding.message
    assert "test.jsonl:3 ('Ann Poe'), test.jsonl:2 ('40 t')" in finding.message


def test_an_answer_that_stands_in_another_document_than_the_gold_one_is_named(material: Make) -> None:
    data = material(test=[("How long?", "9.8 m", {"documents": ["a.md"]})], corpus=CORPUS)
    (finding,) = answers_in_corpus(data)
    assert "stands in the gold 'documents', only in others, for 1 of 1" in finding.message


def test_training_rows_are_looked_at_too(material: Make) -> None:
    data = material(test=[("Who?", "Owen Tarrick")], train=[("How heavy?", "40 t")], corpus=CORPUS)
    (finding,) = answers_in_corpus(data)
    assert finding.where == f"{data.dataset.path}/train.jsonl:1"


@pytest.mark.parametrize(
    "answer",
    ["TG 200", "4 March 2024", "2024-03-04", "March 4th, 2024", "3 W", "EUR 1250", "Tarrick", "blue room", "yes",
     "Owen Tarrick keeps oil in the blue room near stairs"],
)  # fmt: skip
def test_answers_in_another_notation_are_held(material: Make, answer: str) -> None:
    row = ("What is it?", answer, {"documents": ["a.md"]})
    assert not list(answers_in_corpus(material(test=[row], corpus=CORPUS)))


def test_of_several_accepted_answers_one_is_enough(material: Make) -> None:
    row = ("Who?", "O. Tarrick of Works", {"answers": ["O. Tarrick of Works", "Tarrick"]})
    assert not list(answers_in_corpus(material(test=[row], corpus=CORPUS)))


def test_unanswerable_rows_and_sets_without_corpus_have_nothing_to_miss(material: Make) -> None:
    assert not list(answers_in_corpus(material(test=[("Who?", None), ("Where?", "Tarrick")], corpus=CORPUS)))


def test_no_corpus_no_finding(material: Make) -> None:
    assert not list(answers_in_corpus(material(test=[("Who?", "Ann Poe")])))
