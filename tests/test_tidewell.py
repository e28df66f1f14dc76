"""The bundled data set keeps what its card promises."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from eval.data.dataset import Dataset, load_dataset
from eval.metrics.knowledge.metric import score_knowledge
from eval.metrics.style.run_checks import build_checks

FOLDER = Path(__file__).resolve().parent.parent / "datasets" / "tidewell"


@pytest.fixture(scope="module")
def tidewell() -> Dataset:
    return load_dataset(FOLDER)


def test_it_is_large_enough_to_decide(tidewell: Dataset) -> None:
    assert len(tidewell.documents) >= 60
    assert len(tidewell.train) >= 250
    assert len(tidewell.test) >= 200


def test_documents_come_in_every_kind_that_is_read(tidewell: Dataset) -> None:
    assert {Path(d).suffix for d in tidewell.documents} == {".md", ".txt", ".html", ".pdf", ".docx"}


def test_a_tenth_of_the_questions_has_no_answer(tidewell: Dataset) -> None:
    for split in (tidewell.train, tidewell.test):
        assert sum(not e.answerable for e in split) >= 0.1 * len(split)


def test_answers_are_of_every_kind(tidewell: Dataset) -> None:
    for split in (tidewell.train, tidewell.test):
        kinds = Counter(tag for e in split for tag in e.tags)
        assert set(kinds) == {"number", "date", "name", "yesno", "phrase", "unanswerable"}
        assert min(kinds.values()) >= 20


def test_every_document_is_asked_about(tidewell: Dataset) -> None:
    for split in (tidewell.train, tidewell.test):
        asked = {d for e in split for d in e.documents}
        assert len(asked) >= 0.9 * len(tidewell.documents)


def test_reference_replies_are_right_and_in_style(tidewell: Dataset) -> None:
    config = tidewell.config
    checks = build_checks(
        config.style.checks, documents=tidewell.documents, refusal=config.refusal, where="x", folder=FOLDER
    )
    for e in (*tidewell.train, *tidewell.test):
        assert [f"{c.name} {fault}" for c in checks if (fault := c.fails(e.reply))] == [], e.id
        if e.answerable:
            assert score_knowledge(config.knowledge, e.reply, e.answers, question=e.question) == 1.0, e.id
            assert json.loads(e.reply)["source"] in e.documents, e.id
        else:
            assert json.loads(e.reply) == {"answer": "Not on file.", "source": "none"}, e.id


@pytest.mark.component
def test_every_answer_stands_in_its_document(tidewell: Dataset) -> None:
    from eval.metrics.quantities.quantity import quantities
    from eval.metrics.text.normalize import contains_tokens, tokens
    from rag.readers.documents import read_documents

    texts = {d.id: d.text for d in read_documents(tidewell.corpus)}
    for e in (*tidewell.train, *tidewell.test):
        if not e.answerable or "yesno" in e.tags:
            continue
        text = texts[e.documents[0]]
        dates = [q for a in e.answers for q in quantities(a) if q.unit == "date"]
        stands = any(contains_tokens(tokens(text), tokens(a)) for a in e.answers)
        assert stands or any(q in quantities(text) for q in dates), e.id


@pytest.mark.component
def test_the_folder_loads_as_a_hugging_face_data_set(tidewell: Dataset, tmp_path: Path) -> None:
    from datasets import load_dataset as load

    loaded = load(str(FOLDER), cache_dir=str(tmp_path))  # the shared cache trusts a file's time of change
    assert {name: len(split) for name, split in loaded.items()} == {
        "train": len(tidewell.train), "test": len(tidewell.test),
    }  # fmt: skip
