"""Rows with a metric, options or checks of their own, and results compared as sets of rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.data.dataset import load_dataset
from eval.data.gates.gate import Material, check_material
from eval.errors import UserError
from eval.metrics.sql.execution import same_rows
from eval.metrics.sql.sqlite import Result
from eval.records import Prediction
from eval.score import score_mode


def write_set(folder: Path, rows: list[dict[str, object]], yaml: str = "") -> Path:
    folder.mkdir()
    (folder / "dataset.yaml").write_text(f"name: mixed\ninstruction: Answer.\n{yaml}")
    train = {"id": "t", "question": "How long is it?", "answers": ["7 m"], "reply": "7 m"}
    (folder / "train.jsonl").write_text(json.dumps(train))
    (folder / "test.jsonl").write_text("\n".join(json.dumps(r) for r in rows))
    return folder


ROWS: list[dict[str, object]] = [
    {"id": "open", "question": "Who wrote it?", "answers": ["Anna Berg"]},
    {"id": "choice", "question": "Which gas?", "options": ["Oxygen", "Helium"], "answers": ["B"], "metric": "choice",
     "checks": [{"words": {"max": 1}}]},
]  # fmt: skip


def test_rows_are_scored_by_their_own_metric_and_checks(tmp_path: Path) -> None:
    data = load_dataset(write_set(tmp_path / "mixed", ROWS))
    assert data.test[1].question == "Which gas?\nA) Oxygen\nB) Helium"
    for reply, value, style in (("B", 1.0, 1.0), ("It is helium.", 1.0, 0.0), ("A", 0.0, 1.0)):
        replies = [Prediction("open", "Anna Berg"), Prediction("choice", reply)]
        scores = score_mode(data.config, "base", data.test, replies, (), folder=data.path)
        primary = {s.example_id: s for s in scores if s.primary and s.axis == "knowledge"}
        assert (primary["open"].value, primary["choice"].value) == (1.0, value)
        assert {s.metric for s in primary.values()} == {"match"}
        assert primary["choice"].reason == "by the row's metric choice"
        assert {s.value for s in scores if s.metric == "all_checks" and s.example_id == "choice"} == {style}
        assert not [s for s in scores if s.axis == "style" and s.example_id == "open"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"metric": "magic"}, "key 'metric': 'magic' is none for a row"),
        ({"options": ["Oxygen"]}, "key 'options': expected two or more"),
        ({"options": ["Helium", "Oxygen", "Helium"]}, "key 'options': 'Helium' stands there twice"),
        ({"options": [f"gas {n}" for n in range(27)]}, "key 'options': 27 options; there are letters for 26"),
        ({"metric": "number", "answers": ["Anna Berg"]}, "number needs an accepted answer with a number"),
        ({"options": None}, "key 'options' must be a list of strings"),
        ({"answers": ["E"]}, "key 'answers': 'E' is none of the options A, B"),
        ({"checks": [{"word": {"max": 1}}]}, "row 'choice': key 'style.checks\\[0\\]'.*unknown check 'word'"),
        ({"checks": ["words"]}, "key 'checks' must be a list of checks"),
    ],
)
def test_what_is_wrong_in_a_row_is_named(tmp_path: Path, change: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        load_dataset(write_set(tmp_path / "mixed", [ROWS[0], ROWS[1] | change]))


def test_a_row_with_options_is_a_choice_however_many_they_are(tmp_path: Path) -> None:
    gases = [f"gas {n}" for n in range(15)]
    row: dict[str, object] = {"id": "many", "question": "Which gas?", "options": gases, "answers": ["gas 14"]}
    data = load_dataset(write_set(tmp_path / "mixed", [ROWS[0], row], "knowledge: {metric: match}\n"))
    assert (data.test[0].metric, data.test[1].metric) == ("", "choice")
    for reply, value in (("The answer is O.", 1.0), ("gas 14", 1.0), ("N", 0.0), ("gas 1", 0.0)):
        scores = score_mode(data.config, "base", data.test[1:], [Prediction("many", reply)], (), folder=data.path)
        assert [s.value for s in scores if s.primary and s.axis == "knowledge"] == [value], reply


def test_answers_that_the_metric_number_never_accepts_are_a_warning(tmp_path: Path) -> None:
    def found(row: dict[str, object], name: str) -> list[str]:
        data = load_dataset(write_set(tmp_path / name, [row], "knowledge: {metric: number}\n"))
        return [f.message for f in check_material(Material(data)) if f.gate == "numberless"]

    assert "1 test row without a number" in found(ROWS[0], "name")[0]
    assert not found(ROWS[0] | {"answers": ["two metres"]}, "number")
    assert not found(ROWS[0] | {"metric": "match"}, "own")


def test_a_choice_without_options_is_an_error_before_anything_runs(tmp_path: Path) -> None:
    row = {k: v for k, v in ROWS[1].items() if k != "options"}
    with pytest.raises(UserError, match="lists no options for metric choice"):
        load_dataset(write_set(tmp_path / "mixed", [row]))


def test_rows_as_a_set_leave_duplicates_out() -> None:
    twice, once = Result(((1, "a"), (1, "a"), (2, "b")), ""), Result(((2, "b"), (1, "a")), "")
    assert not same_rows(twice, once, ordered=False)
    assert same_rows(twice, once, ordered=False, distinct=True)
    assert not same_rows(twice, once, ordered=True, distinct=True)


def test_a_language_without_rules_is_a_warning(tmp_path: Path) -> None:
    def found(language: str) -> list[str]:
        data = load_dataset(write_set(tmp_path / language, ROWS, f"language: {language}\n"))
        return [f.message for f in check_material(Material(data)) if f.gate == "language"]

    assert found("sv")
    assert "'sv-SE' is not among those" in found("sv-SE")[0]
    assert not found("ko") and not found("pt-BR")


PARAGRAPH = (
    "The pump was built in Bergen in 1987 by a yard that no longer exists. It moves forty litres a minute and needs a "
    "new seal every two years. Its manual is kept in the office."
)


@pytest.mark.parametrize(
    ("yaml", "metric", "says"),
    [
        ("", "claims", "1 test row with accepted answers of a paragraph"),
        ("knowledge: {metric: match}\n", "", "half of the accepted answers have more than 25 words"),
    ],
)
def test_paragraphs_are_scored_by_their_sentences_unless_the_set_names_a_metric(
    tmp_path: Path, yaml: str, metric: str, says: str
) -> None:
    rows: list[dict[str, object]] = [{"id": "long", "question": "What do we know of the pump?", "answers": [PARAGRAPH]}]
    data = load_dataset(write_set(tmp_path / "long", rows, yaml))
    assert data.test[0].metric == metric
    assert next(f.message for f in check_material(Material(data)) if f.gate == "long-answers").startswith(says)
    two_thirds = PARAGRAPH.rsplit("Its", 1)[0]
    scores = score_mode(data.config, "base", data.test, [Prediction("long", two_thirds)], (), folder=data.path)
    (value,) = [s.value for s in scores if s.primary and s.axis == "knowledge"]
    assert value == (pytest.approx(2 / 3, abs=1e-6) if metric else 0.0)


@pytest.mark.parametrize(("language", "value"), [("de", 1.0), ("en", 0.0)])
def test_the_stated_language_tells_what_a_point_means(tmp_path: Path, language: str, value: float) -> None:
    """`1.500` is a thousand and five hundred in German; the question `Preis Echo?` tells no language."""
    rows: list[dict[str, object]] = [{"id": "q", "question": "Preis Echo 1?", "answers": ["1500 m"]}]
    data = load_dataset(write_set(tmp_path / "set", rows, f"language: {language}\n"))
    scores = score_mode(data.config, "base", data.test, [Prediction("q", "1.500 m")], (), folder=data.path)
    assert [s.value for s in scores if s.primary and s.axis == "knowledge"] == [value]
