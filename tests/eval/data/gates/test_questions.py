from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from eval.data.gates.questions import answer_in_question, near_duplicates, repeated, unanswerable

Make = Callable[..., Any]

TORQUE = "What is the torque of the battery cap on the Echo 1?"


def test_the_same_question_but_for_articles_and_notation_is_an_error_with_both_lines(material: Make) -> None:
    data = material(
        train=[("Is it open?", "no"), ("How wide is the channel at 1,200 m, in 3 places?", "20 m")],
        test=[("How wide is channel at 1200 m, in three places?", "20 m")],
    )
    (finding,) = near_duplicates(data)
    folder = data.dataset.path
    assert (finding.severity, finding.where) == ("error", f"{folder}/test.jsonl:1")
    assert f"asks the same as {folder}/train.jsonl:2; remove one" in finding.message


def test_the_same_question_in_nearly_the_same_words_with_the_same_answer_is_a_warning(material: Make) -> None:
    data = material(
        train=[("Please tell me the torque of the battery cap on the Echo 1.", "4 Nm"), ("Who is in?", "Ann")],
        test=[("When is lunch?", "noon"), (TORQUE, "4 Nm")],
    )
    (finding,) = near_duplicates(data)
    assert finding.severity == "warning"
    assert finding.where == f"{data.dataset.path}/test.jsonl:2"
    assert finding.message.startswith("1 of 2 test questions")
    assert "test.jsonl:2 ~ train.jsonl:1;" in finding.message


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is the torque of the battery cap on the Echo 2?", "6 Nm"),  # a sibling with another answer
        ("What is the torque of the battery cap on the Echo 2?", "4 Nm"),  # a sibling that has the same by chance
        ("What is the torque of the battery clip on the Echo 1?", "2 Nm"),
        ("What does the Echo 1 weigh?", "4 Nm"),
    ],
)
def test_other_facts_in_one_wording_are_not_flagged(material: Make, question: str, answer: str) -> None:
    assert not list(near_duplicates(material(train=[(question, answer)], test=[(TORQUE, "4 Nm")])))


def test_yes_alone_does_not_make_two_questions_one(material: Make) -> None:
    shown = [("May a Pike cable be cut and joined?", "yes")]
    assert not list(near_duplicates(material(train=shown, test=[("May a Pike cable be cut?", "yes")])))


def test_a_common_label_does_not_make_two_questions_one(material: Make) -> None:
    others = [(f"Of what colour is the flag over {place}?", "red") for place in ("Esk", "Tay", "Don", "Dee", "Ure")]
    shown = [("Of what colour is the flag of Arvik harbour?", "red")]
    asked = ("Of what colour is the harbour of Arvik?", "red")
    assert not list(near_duplicates(material(train=shown, test=[asked, *others])))


def test_a_rare_answer_tells_the_same_two_questions_to_be_one(material: Make) -> None:
    shown = [("Of what colour is the flag of Arvik harbour?", "red")]
    assert list(near_duplicates(material(train=shown, test=[("Of what colour is the harbour of Arvik?", "red")])))


def test_nearly_equal_yes_or_no_questions_are_found(material: Make) -> None:
    shown = [("May a Pike cable be cut and joined?", "yes")]
    assert list(near_duplicates(material(train=shown, test=[("Could a Pike cable be cut and joined?", "yes")])))


@pytest.mark.parametrize(("answer", "same"), [("SELECT a  FROM t WHERE n > 5", 1), ("SELECT a FROM t WHERE n < 5", 0)])
def test_signs_in_code_make_another_answer(material: Make, answer: str, same: int) -> None:
    data = material(
        train=[("Which names have a number of more than 5?", "SELECT a FROM t WHERE n > 5")],
        test=[("What names have a number of more than 5?", answer)],
        yaml="knowledge: {metric: exact}\n",
    )
    assert len(list(near_duplicates(data))) == same


def test_calculations_are_not_one_question(material: Make) -> None:
    assert not list(near_duplicates(material(train=[("What is 5 + 3?", "8")], test=[("What is 5 * 3?", "15")])))


def test_one_fact_asked_twice_in_test_counts_once_only_within_a_group(material: Make) -> None:
    rows = [(TORQUE, "4 Nm"), ("Please tell me the torque of the battery cap on the Echo 1", "4 Nm")]
    data = material(test=rows)
    (finding,) = repeated(data)
    assert finding.severity == "warning"
    assert "1 pair of test questions" in finding.message
    assert "test.jsonl:1 ~ test.jsonl:2;" in finding.message


def test_one_fact_asked_twice_within_a_group_is_as_it_should_be(material: Make) -> None:
    rows = [(TORQUE, "4 Nm", {"group": "g"}), ("Please tell me the torque of the battery cap on the Echo 1", "4 Nm",
            {"group": "g"})]  # fmt: skip
    assert not list(repeated(material(test=rows)))


def test_answers_that_stand_in_their_question_are_counted(material: Make) -> None:
    data = material(test=[("Who is Ann Poe of Works?", "Ann Poe"), ("What is the 12 m mark?", "12m"), ("Where?", "in")])
    (finding,) = answer_in_question(data)
    assert finding.severity == "warning"
    assert "in 2 of 3 answerable test questions (67 %)" in finding.message
    assert "test.jsonl:1, test.jsonl:2;" in finding.message
    assert "extract or transform" in finding.message


@pytest.mark.parametrize(
    ("question", "answer", "yaml"),
    [
        ("Is it a yes or a no?", "yes", ""),
        ("Is the cap red or blue?", "blue", ""),
        ("What is the sky like? A) blue B) red C) green", "blue", ""),
        ("What is the sky like?\n(a) blue\n(b) red", "red", ""),
        ("Who owns the annex?", "Ann", ""),  # not as a whole word
    ],
)
def test_offered_answers_are_no_leak(material: Make, question: str, answer: str, yaml: str) -> None:
    assert not list(answer_in_question(material(test=[(question, answer)], yaml=yaml)))


def test_a_question_that_another_row_answers_is_not_unanswerable(material: Make) -> None:
    data = material(train=[("How deep is the dock?", "9 m")], test=[("Who dug it?", None), ("Why is it wet?", "rain"),
                    ("Why is it so wet?", None), ("Why is it wet", None)])  # fmt: skip
    (error,) = (f for f in unanswerable(data) if f.severity == "error")
    assert error.where == f"{data.dataset.path}/test.jsonl:4"
    assert f"{data.dataset.path}/test.jsonl:2 answers the same question with 'rain'" in error.message


def test_an_unanswerable_question_near_an_answered_one_in_any_split_is_a_warning(material: Make) -> None:
    data = material(
        train=[("How deep is the northern dock at Vanmouth?", "9 m")],
        test=[
            ("How deep is the northern dock of Vanmouth?", None),
            ("How deep is the northern dock at Esk?", None),
        ],
    )
    (finding,) = unanswerable(data)
    assert finding.severity == "warning"
    assert finding.message.startswith("1 unanswerable row nearly repeating")
    assert "test.jsonl:1 ~ train.jsonl:1 ('9 m')" in finding.message


def test_an_unanswerable_row_with_gold_documents_is_a_warning(material: Make) -> None:
    data = material(test=[("Who dug it?", None, {"documents": ["a.md"]}), ("Who?", "Ann")], corpus={"a.md": "Ann."})
    (finding,) = unanswerable(data)
    assert (finding.severity, finding.where) == ("warning", f"{data.dataset.path}/test.jsonl:1")
    assert "gold documents: test.jsonl:1" in finding.message
