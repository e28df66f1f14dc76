"""The bundled data set that retrieval suffices for keeps what its card promises."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from eval.data.dataset import Dataset, load_dataset
from eval.metrics.knowledge.metric import score_knowledge
from eval.metrics.style.run_checks import build_checks
from eval.records import Example

FOLDER = Path(__file__).resolve().parent.parent / "datasets" / "harrowmere"


@pytest.fixture(scope="module")
def harrowmere() -> Dataset:
    return load_dataset(FOLDER)


def rows(dataset: Dataset) -> tuple[Example, ...]:
    return (*dataset.train, *dataset.test)


def test_every_answer_stands_in_its_one_document_and_not_in_its_question(harrowmere: Dataset) -> None:
    for e in rows(harrowmere):
        (document,) = e.documents
        text = (FOLDER / "corpus" / document).read_text(encoding="utf-8")
        assert all(a in text and a not in e.question for a in e.answers), e.id


def test_facts_of_the_test_are_not_in_the_training_split(harrowmere: Dataset) -> None:
    boats = [{e.group for e in split} for split in (harrowmere.train, harrowmere.test)]
    assert not boats[0] & boats[1]
    assert {d for e in rows(harrowmere) for d in e.documents} == set(harrowmere.documents)


def test_an_owner_is_found_on_one_boat_alone(harrowmere: Dataset) -> None:
    owners = Counter(e.answers[0] for e in rows(harrowmere) if e.tags == ("owner",))
    assert max(owners.values()) == 1


def test_reference_replies_are_right_and_in_style(harrowmere: Dataset) -> None:
    config = harrowmere.config
    checks = build_checks(config.style.checks, documents=harrowmere.documents, refusal=None, where="x", folder=FOLDER)
    for e in rows(harrowmere):
        assert not [c.name for c in checks if c.fails(e.reply)]
        assert score_knowledge(config.knowledge, e.reply, e.answers) == 1.0
