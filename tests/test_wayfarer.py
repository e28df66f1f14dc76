"""The bundled data set that a prompt suffices for keeps what its card promises."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from eval.data.dataset import Dataset, load_dataset
from eval.metrics.knowledge.metric import score_knowledge
from eval.metrics.style.run_checks import build_checks
from eval.records import Example

FOLDER = Path(__file__).resolve().parent.parent / "datasets" / "wayfarer"


@pytest.fixture(scope="module")
def wayfarer() -> Dataset:
    return load_dataset(FOLDER)


def rows(dataset: Dataset) -> tuple[Example, ...]:
    return (*dataset.train, *dataset.test)


def test_no_answer_stands_in_its_question(wayfarer: Dataset) -> None:
    for e in rows(wayfarer):
        assert not any(a.casefold() in e.question.casefold() for a in e.answers), e.id


def test_gold_documents_hold_the_place_and_the_answer(wayfarer: Dataset) -> None:
    for e in rows(wayfarer):
        for document in e.documents:
            text = (FOLDER / "corpus" / document).read_text(encoding="utf-8")
            assert any(a in text for a in e.answers), e.id
    told = sum(bool(e.documents) for e in wayfarer.test) / len(wayfarer.test)
    assert 0.15 <= told <= 0.5  # so retrieval is tried, and mostly has nothing to add


def test_places_of_the_test_are_not_in_the_training_split(wayfarer: Dataset) -> None:
    assert not {e.group for e in wayfarer.train} & {e.group for e in wayfarer.test}
    assert len({e.question for e in rows(wayfarer)}) == len(rows(wayfarer))


def test_no_one_answer_is_right_for_many_questions(wayfarer: Dataset) -> None:
    answers = Counter(e.answers[0] for e in wayfarer.test)
    assert max(answers.values()) <= 0.1 * len(wayfarer.test)


def test_reference_replies_are_right_and_in_style(wayfarer: Dataset) -> None:
    config = wayfarer.config
    checks = build_checks(config.style.checks, documents=wayfarer.documents, refusal=None, where="x", folder=FOLDER)
    for e in rows(wayfarer):
        assert not [c.name for c in checks if c.fails(e.reply)]
        assert score_knowledge(config.knowledge, e.reply, e.answers) == 1.0
