"""Rows about one fact share a group, and what the gates call the same question never stands in two splits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.data.importing.grouping import fact_groups
from eval.data.splits import question_key
from eval.records import Example


def row(question: str, answer: str, number: int) -> Example:
    """An answerable row with a document of its own."""
    return Example(id=f"q{number}", question=question, answers=(answer,), documents=(f"d{number}.md",))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("What is the advantage of AAV vector?", "What is the advantage of the AAV vector?", True),
        ("Does it cost 1,000 dollars?", "does it cost 1000 dollars", True),
        ("Was ist der Vorteil?", "Was ist ein Vorteil?", False),
        ("보증 기간은 얼마입니까?", "보증 기간은 얼마입니까", True),
        ("What is 5 + 3?", "What is 5 * 3?", False),
        ("What is the range of the Echo 5?", "What is the range of the Echo 6?", False),
    ],
)
def test_questions_that_ask_the_same_share_a_group_whatever_their_answers(one: str, other: str, same: bool) -> None:
    groups = fact_groups([row(one, "it is small", 1), row(other, "it spreads far", 2)])
    assert (groups[0] == groups[1]) is same
    assert (question_key(one) == question_key(other)) is same


def test_an_import_never_ends_in_the_error_that_test_questions_were_shown(tmp_path: Path) -> None:
    from eval.data.importing.import_set import import_set

    rows = [
        {"question": f"What is {article}advantage of vector {n}?", "answer": f"answer {n} {article}".strip()}
        for n in range(40)
        for article in ("the ", "an ", "")
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    import_set(file, tmp_path / "set")
    keys = [
        {question_key(json.loads(line)["question"]) for line in (tmp_path / "set" / f"{split}.jsonl").open()}
        for split in ("train", "test")
    ]
    assert keys[0] and keys[1] and not keys[0] & keys[1]
