"""The bundled data set on which retrieval is hard keeps what its card promises."""

from __future__ import annotations

import csv
import difflib
import re
from collections import Counter
from pathlib import Path

import pytest

from eval.data.dataset import Dataset, load_dataset
from eval.metrics.knowledge.metric import score_knowledge
from eval.metrics.style.run_checks import build_checks
from eval.records import Example

FOLDER = Path(__file__).resolve().parent.parent / "datasets" / "greywick"
KINDS = {"sheet", "fault", "bulletin", "site", "price"}


@pytest.fixture(scope="module")
def greywick() -> Dataset:
    return load_dataset(FOLDER)


@pytest.fixture(scope="module")
def texts(greywick: Dataset) -> dict[str, str]:
    return {d: text_of(FOLDER / "corpus" / d) for d in greywick.documents}


def text_of(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    return "\n".join(" | ".join(row) for row in csv.reader(text.splitlines())) if file.suffix == ".csv" else text


def rows(dataset: Dataset) -> tuple[Example, ...]:
    return (*dataset.train, *dataset.test)


def stands(answer: str, text: str) -> bool:
    return re.search(rf"(?<![\w.,-]){re.escape(answer)}(?![a-zA-Z0-9])", text) is not None


def test_an_answer_stands_in_its_document_and_in_no_other(greywick: Dataset, texts: dict[str, str]) -> None:
    for e in rows(greywick):
        (gold,) = e.documents
        assert any(stands(a, texts[gold]) for a in e.answers), e.id
        telling = [a for a in e.answers if not a.isdigit() or len(a) > 3]  # 17 alone stands in many
        assert telling and not [d for d, t in texts.items() if d != gold and any(stands(a, t) for a in telling)], e.id
        assert not any(a in e.question for a in telling), e.id


def test_facts_of_the_test_are_not_in_the_training_split(greywick: Dataset) -> None:
    assert not {e.group for e in greywick.train} & {e.group for e in greywick.test}
    assert len({e.question for e in rows(greywick)}) == len(rows(greywick))
    assert len({(e.answers, e.documents) for e in rows(greywick)}) == len({e.group for e in rows(greywick)})


def test_every_kind_is_asked_in_both_splits_and_both_languages(greywick: Dataset) -> None:
    assert len(greywick.test) >= 200 and len(greywick.train) >= 120
    for split in (greywick.train, greywick.test):
        tags = Counter(tag for e in split for tag in e.tags)
        assert set(tags) >= KINDS and all((tags[k] >= 15) for k in KINDS)
        assert tags["en"] + tags["ko"] == len(split) and tags["ko"] >= 0.3 * len(split)
        assert min(tags["cross"], tags["paraphrase"]) >= 8
        for e in split:
            assert ("ko" in e.tags) == bool(re.search("[가-힣]", e.question)), e.id


def test_documents_are_nearly_alike(texts: dict[str, str]) -> None:
    sheets = sorted(d for d in texts if d.startswith("sheets/"))
    assert len(sheets) == 24
    for one, other in zip(sheets[::3], sheets[1::3], strict=True):  # two revisions of one model
        assert difflib.SequenceMatcher(None, texts[one].split(), texts[other].split()).ratio() > 0.6
    korean = [t for t in texts.values() if re.search("[가-힣]", t)]
    assert len(korean) >= 0.3 * len(texts)


def test_reference_replies_are_right_and_in_style(greywick: Dataset) -> None:
    config = greywick.config
    checks = build_checks(config.style.checks, documents=greywick.documents, refusal=None, where="x", folder=FOLDER)
    for e in rows(greywick):
        assert not [c.name for c in checks if c.fails(e.reply)]
        assert score_knowledge(config.knowledge, e.reply, e.answers, question=e.question) == 1.0, e.id
