from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.config import DatasetConfig, Knowledge, Style
from eval.errors import UserError
from eval.metrics.style.run_checks import Samples
from eval.records import Example, Passage, Prediction, Score
from eval.score import check_reference_replies, score_mode

DOCUMENTS = ("echo.md", "faq.md")
CONFIG = DatasetConfig(
    name="harbours", instruction="Answer.", refusal="not on file",
    knowledge=Knowledge(metric="contains", answer="$.answer"),
    style=Style(checks=[{"json": {}}, {"words": {"max": 6}}, {"cites": "documents"}]),
)  # fmt: skip
DEPTH = Example("q1", "How deep?", ("12 m",), '{"answer": "12 m", "source": "echo.md"}', ("echo.md",), "depth")
BUILDER = Example("q2", "Who built it?", ("Anna Berg",), documents=("faq.md",), group="builder")
OWNER = Example("q3", "Who owns it?", group="owner", answerable=False)
GOOD = '{"answer": "12 m", "source": "echo.md"}'


def score(
    text: str, example: Example = DEPTH, mode: str = "base", config: DatasetConfig = CONFIG, *found: str
) -> list[Score]:
    passages = tuple(Passage(d, "text", 0.5, 0) for d in found)
    return score_mode(config, mode, [example], [Prediction(example.id, text, passages)], DOCUMENTS, folder=Path())


def values(scores: list[Score], axis: str) -> dict[str, float | None]:
    return {s.metric: s.value for s in scores if s.axis == axis}


def test_a_good_reply_gets_every_axis_and_one_primary_each() -> None:
    scores = score(GOOD)
    overlap = {"rouge_l": 1.0, "chrf": 1.0}
    assert values(scores, "knowledge") == dict.fromkeys(("exact", "f1", "contains", "number", "match"), 1.0) | overlap
    assert values(scores, "style") == {"all_checks": 1.0, "json": 1.0, "words": 1.0, "cites": 1.0}
    assert values(scores, "abstention") == {"answers_answerable": 1.0}
    assert [(s.axis, s.metric) for s in scores if s.primary] == [("knowledge", "contains"), ("style", "all_checks")]
    assert {(s.example_id, s.group, s.mode) for s in scores} == {("q1", "depth", "base")}


@pytest.mark.parametrize("metric", ["exact", "f1", "contains", "number"])
def test_the_configured_metric_is_the_primary_one(metric: Any) -> None:
    config = CONFIG.model_copy(update={"knowledge": Knowledge(metric=metric, answer="$.answer")})
    primary = [s.metric for s in score(GOOD, config=config) if s.axis == "knowledge" and s.primary]
    assert primary == [metric]


def test_number_is_left_out_where_no_answer_has_one() -> None:
    assert set(values(score("Anna Berg", BUILDER), "knowledge")) == {
        "exact",
        "f1",
        "contains",
        "match",
        "rouge_l",
        "chrf",
    }


def test_style_is_lost_without_knowledge_being_lost() -> None:
    scores = score("The harbour has, as the papers say, a depth of 12 m.")
    assert values(scores, "knowledge")["contains"] == 1.0
    assert values(scores, "style") == {"all_checks": 0.0, "json": 0.0, "words": 0.0, "cites": 0.0}
    reason = next(s.reason for s in scores if s.metric == "all_checks")
    assert reason.startswith("json: ")


def test_without_style_checks_style_is_not_scored() -> None:
    config = CONFIG.model_copy(update={"style": Style()})
    assert not values(score(GOOD, config=config), "style")
    assert not [s for s in score_mode(config, "base", [DEPTH], [], DOCUMENTS, folder=Path()) if s.axis == "style"]


def test_an_unanswerable_question_is_scored_for_refusal_and_style_alone() -> None:
    refused = score('{"answer": "Not on file.", "source": "none"}', OWNER)
    assert not values(refused, "knowledge")
    assert values(refused, "style")["all_checks"] == 1.0
    assert values(refused, "abstention") == {"refuses_unanswerable": 1.0}
    invented = score('{"answer": "Anna Berg", "source": "echo.md"}', OWNER)
    assert values(invented, "abstention") == {"refuses_unanswerable": 0.0}


def test_refusing_what_can_be_answered_is_counted() -> None:
    scores = score('{"answer": "not on file", "source": "none"}')
    assert values(scores, "abstention") == {"answers_answerable": 0.0}
    assert values(scores, "knowledge")["contains"] == 0.0


def test_abstention_needs_a_refusal_text() -> None:
    config = CONFIG.model_copy(update={"refusal": None})
    assert not values(score(GOOD, config=config), "abstention")


def test_retrieval_is_scored_where_the_mode_retrieves_and_gold_is_known() -> None:
    assert values(score(GOOD, DEPTH, "rag", CONFIG, "faq.md", "echo.md"), "retrieval") == {
        "recall": 1.0, "mrr": 0.5, "ndcg": pytest.approx(0.63093, abs=1e-5), "answer_stated": 0.0
    }  # fmt: skip
    assert set(values(score(GOOD, DEPTH, "rag"), "retrieval").values()) == {0.0}
    assert not values(score(GOOD, DEPTH, "base"), "retrieval")
    assert not values(score(GOOD, OWNER, "rag", CONFIG, "echo.md"), "retrieval")


def test_whether_a_passage_states_the_answer_is_scored_where_it_can_be_looked_up() -> None:
    def found(*texts: str, example: Example = DEPTH, config: DatasetConfig = CONFIG) -> float | None:
        given = Prediction(example.id, GOOD, tuple(Passage("faq.md", text, 1.0, 0) for text in texts))
        scores = score_mode(config, "rag", [example], [given], DOCUMENTS, folder=Path())
        return values(scores, "retrieval").get("answer_stated")

    answer = DEPTH.answers[0]
    assert found("Ring the bell.", f"It is {answer} there.") == 1.0
    assert found("Ring the bell.") == found() == 0.0
    sentence = "a sentence of more words than five says this"
    assert found(example=replace(DEPTH, answers=(sentence,))) is None  # a passage says it in its own words
    assert found(example=replace(DEPTH, answers=("yes",))) is None
    assert found(f"It is {answer} there.", example=OWNER) is None  # nothing to answer
    meaning = CONFIG.knowledge.model_copy(update={"metric": "semantic"})
    assert found(config=CONFIG.model_copy(update={"knowledge": meaning})) is None


def test_a_missing_prediction_has_no_value_but_a_reason() -> None:
    scores = score_mode(CONFIG, "rag", [DEPTH, OWNER], [], DOCUMENTS, folder=Path())
    assert [(s.example_id, s.axis, s.value, s.primary) for s in scores] == [
        ("q1", "knowledge", None, True), ("q1", "style", None, True), ("q3", "style", None, True)
    ]  # fmt: skip
    assert all(s.reason for s in scores)


def test_predictions_are_found_by_id_in_any_order() -> None:
    predictions = [Prediction("q2", "Anna Berg"), Prediction("q1", "12 m")]
    scores = score_mode(CONFIG, "base", [DEPTH, BUILDER], predictions, DOCUMENTS, folder=Path())
    assert [s.value for s in scores if s.axis == "knowledge" and s.primary] == [1.0, 1.0]


def test_a_check_that_no_reference_reply_passes_is_named() -> None:
    check_reference_replies(CONFIG, [DEPTH], DOCUMENTS, Path("harbours"))
    strict = CONFIG.model_copy(update={"style": Style(checks=[{"json": {}}, {"contains": "Regards"}])})
    with pytest.raises(UserError, match=r"harbours/dataset\.yaml: .*'contains'") as caught:
        check_reference_replies(strict, [DEPTH], DOCUMENTS, Path("harbours"))
    assert "\n" not in str(caught.value)
    check_reference_replies(strict, [BUILDER], DOCUMENTS, Path("harbours"))


TONE = CONFIG.model_copy(update={"style": Style(checks=[{"words": {"max": 6}}, {"tone": {}}])})


def test_a_check_that_cannot_judge_has_no_score_and_is_left_out_of_all_checks() -> None:
    scores = {s.metric: s for s in score("5 m", config=TONE) if s.axis == "style"}
    assert {name: s.value for name, s in scores.items()} == {"all_checks": 1.0, "words": 1.0, "tone": None}
    assert scores["tone"].reason == "no replies of the base model to compare with"
    assert scores["all_checks"].reason == "without tone: no replies of the base model to compare with"
    failed = score("one two three four five six seven", config=TONE)
    assert next(s.reason for s in failed if s.metric == "all_checks") == "words: has 7 words"


def test_with_no_check_that_can_judge_there_is_no_style_score() -> None:
    alone = CONFIG.model_copy(update={"style": Style(checks=[{"tone": {}}])})
    (primary,) = [s for s in score("5 m", config=alone) if s.axis == "style" and s.primary]
    assert primary.value is None
    assert primary.reason == "without tone: no replies of the base model to compare with"


def test_tone_is_scored_where_there_is_enough_to_learn_from() -> None:
    house = tuple((f"h{i}", f"Kindly note: {i} m.") for i in range(30))
    base = tuple((f"b{i}", f"I think that it is {i} m deep") for i in range(30))
    predictions = [Prediction("q1", "Kindly note: 12 m."), Prediction("q2", "I think that it is 12 m deep")]
    scores = score_mode(
        TONE, "ft", [DEPTH, BUILDER], predictions, DOCUMENTS, folder=Path(), samples=Samples(house, base)
    )
    assert [s.value for s in scores if s.metric == "tone"] == [1.0, 0.0]


@pytest.mark.parametrize(
    "check",
    [
        {"bullets": {"min": 1}}, {"language": "ko"}, {"case": "upper"}, {"sentences": {"min": 3}}, {"code": "only"},
        {"starts_with": "Dear"}, {"one_of": ["yes", "no"]}, {"keywords": {"harbour": {"min": 1}}},
    ],
)  # fmt: skip
def test_a_check_that_no_training_reply_passes_is_refused(check: dict[str, Any]) -> None:
    config = CONFIG.model_copy(update={"style": Style(checks=[check])})
    replies = [Example("q", "?", reply="The depth is 12 metres."), Example("r", "?", reply="The sea is deep.")]
    with pytest.raises(UserError, match=f"no reply in train.jsonl passes '{next(iter(check))}'"):
        check_reference_replies(config, replies, DOCUMENTS, Path("harbours"))


def test_tone_is_not_held_against_training_replies_before_there_is_anything_to_learn_from() -> None:
    check_reference_replies(TONE, [Example("q", "?", reply="5 m.")], DOCUMENTS, Path("harbours"))
