"""The bundled data set of queries keeps what its card promises."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from eval.analysis.learned_checks import learn_style
from eval.data.dataset import Dataset, load_dataset
from eval.data.gates.gate import check_run
from eval.data.gates.known_answers import known_already
from eval.metrics.sql.execution import is_ordered, same_rows, sql_fault
from eval.metrics.sql.sqlite import run_query
from eval.metrics.style.run_checks import Check, build_checks
from eval.pipeline.run_config import RunConfig
from eval.records import Example, Prediction
from eval.score import score_mode

FOLDER = Path(__file__).resolve().parent.parent / "datasets" / "ondermoor"
DATABASE = FOLDER / "ondermoor.sqlite"
KINDS = {"count", "dearest", "mean", "under", "since", "oldest", "growers", "units", "large", "sent", "worth"}


@pytest.fixture(scope="module")
def ondermoor() -> Dataset:
    return load_dataset(FOLDER)


@pytest.fixture(scope="module")
def checks(ondermoor: Dataset) -> list[Check]:
    return build_checks(
        ondermoor.config.style.checks, documents=ondermoor.documents, refusal=None, where="x", folder=FOLDER
    )


def rows(dataset: Dataset) -> tuple[Example, ...]:
    return (*dataset.train, *dataset.test)


def test_it_is_small_to_run_and_large_enough_to_decide(ondermoor: Dataset) -> None:
    assert 250 <= len(ondermoor.train) <= 400
    assert len(ondermoor.test) >= 200
    assert 8 <= len(ondermoor.documents) <= 15
    assert DATABASE.stat().st_size < 100_000


def test_every_kind_of_question_is_in_both_splits(ondermoor: Dataset) -> None:
    for split in (ondermoor.train, ondermoor.test):
        kinds = Counter(e.tags[0] for e in split)
        assert set(kinds) == KINDS
        assert min(kinds.values()) >= 19
    assert not any("new-wording" in e.tags for e in ondermoor.train)
    assert sum("new-wording" in e.tags for e in ondermoor.test) >= 30


def test_no_question_of_one_split_is_asked_in_the_other(ondermoor: Dataset) -> None:
    assert len({e.group for e in rows(ondermoor)}) == len(rows(ondermoor))
    assert len({e.answers for e in rows(ondermoor)}) == len(rows(ondermoor))
    assert len({e.question for e in rows(ondermoor)}) == len(rows(ondermoor))


def test_every_accepted_query_tells_something(ondermoor: Dataset) -> None:
    for e in rows(ondermoor):
        (query,) = e.answers
        result = run_query(DATABASE, query)
        assert result.rows, e.id
        assert not any(value in (None, 0) for row in result.rows for value in row), e.id
        before, _, after = query.rstrip(";").partition(" WHERE ")
        conditions, order, by = after.partition(" ORDER BY ")
        parts = conditions.split(" AND ")
        assert len(parts) == 2, e.id
        for part in parts:
            looser = run_query(DATABASE, f"{before} WHERE {part}{order}{by}")
            assert not looser.fault, e.id
            assert not same_rows(result, looser, ordered=is_ordered(query)), (e.id, part)


def test_a_query_with_other_values_is_seldom_right_by_chance(ondermoor: Dataset) -> None:
    alike = pairs = 0
    for kind in KINDS:
        mine = [e.answers[0] for e in ondermoor.test if e.tags[0] == kind]
        for one, other in combinations(mine, 2):
            pairs += 1
            alike += same_rows(run_query(DATABASE, one), run_query(DATABASE, other), ordered=is_ordered(one))
    assert alike / pairs < 0.05


def test_reference_replies_are_right_and_in_style(ondermoor: Dataset, checks: list[Check]) -> None:
    assert len(checks) == 5
    for e in rows(ondermoor):
        assert [f"{c.name} {fault}" for c in checks if (fault := c.fails(e.reply))] == [], e.id
        assert sql_fault(DATABASE, e.reply, e.answers) == "", e.id
    predictions = [Prediction(e.id, e.reply) for e in ondermoor.test]
    scores = score_mode(ondermoor.config, "ft", ondermoor.test, predictions, ondermoor.documents, folder=FOLDER)
    assert {(s.axis, s.value) for s in scores if s.primary} == {("knowledge", 1.0), ("style", 1.0)}


def test_the_same_query_in_plain_sql_is_right_but_out_of_style(ondermoor: Dataset, checks: list[Check]) -> None:
    def plain(query: str) -> str:
        return re.sub(r"DATE\(('[\d-]+')\)", r"\1", re.sub(r" AS (tally|total|mean|first|top|name)", "", query))

    def failing(reply: str) -> set[str]:
        return {c.name for c in checks if c.fails(reply)}

    frame, letters, days, names = "regex#2", "regex#3", "regex#4", "regex#1"
    for e in ondermoor.test:
        assert sql_fault(DATABASE, plain(e.reply), e.answers) == "", e.id
        assert failing(plain(e.reply)) == {names} | ({days} if "DATE(" in e.reply else set()), e.id
        assert failing(e.reply.removesuffix(";")) == {frame}, e.id
        assert failing(e.reply.replace(" WHERE", "\nWHERE")) == {frame}, e.id
        assert failing("Here it is: " + e.reply) >= {"sql", names, frame}, e.id
        if " JOIN " not in e.reply:
            assert failing(re.sub(r"\b[po]\.", "", e.reply)) == {letters}, e.id
            assert sql_fault(DATABASE, re.sub(r"\b[po]\.", "", e.reply), e.answers) == "", e.id


def test_no_query_stands_in_a_question_or_in_the_corpus(ondermoor: Dataset) -> None:
    papers = " ".join((ondermoor.corpus / d).read_text(encoding="utf-8") for d in ondermoor.documents)
    for e in rows(ondermoor):
        assert not re.search(r"select|where|\b[po]\.|;", e.question, re.IGNORECASE), e.id
        assert e.answers[0] not in papers
    assert "SELECT" not in papers


def test_scoring_leaves_the_database_as_it_is(ondermoor: Dataset) -> None:
    before = hashlib.sha256(DATABASE.read_bytes()).hexdigest()
    for query in ("DELETE FROM orders", "DROP TABLE plants", "UPDATE plants SET price = 0;"):
        assert sql_fault(DATABASE, query, ondermoor.test[0].answers) == "the query does more than read"
    assert hashlib.sha256(DATABASE.read_bytes()).hexdigest() == before


@pytest.mark.component
def test_the_folder_loads_as_a_hugging_face_data_set(ondermoor: Dataset, tmp_path: Path) -> None:
    from datasets import load_dataset as load

    loaded = load(str(FOLDER), cache_dir=str(tmp_path))  # the shared cache trusts a file's time of change
    assert {name: len(split) for name, split in loaded.items()} == {
        "train": len(ondermoor.train), "test": len(ondermoor.test),
    }  # fmt: skip


def test_checks_that_run_queries_find_the_database_where_a_run_builds_them(ondermoor: Dataset, tmp_path: Path) -> None:
    """The database lies in the data set's folder, not where the command is started."""
    assert learn_style(tmp_path, ondermoor, ondermoor.test, []).reference
    assert not check_run(ondermoor, ondermoor.test, tmp_path)
    answers = [Prediction(e.id, e.reply) for e in ondermoor.test]
    config = RunConfig(dataset_path=str(FOLDER), dataset=ondermoor.config)
    (finding,) = known_already(ondermoor, ondermoor.test, answers, config)
    assert "1.00" in finding.message
