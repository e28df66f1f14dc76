"""Questions of choice in the shapes that people keep them in: the answer is an option, whatever the file calls it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.data.dataset import load_dataset
from eval.data.importing.choices import lettered_columns
from eval.data.importing.import_set import import_set
from eval.errors import UserError
from eval.metrics.knowledge.choice import picks
from eval.records import Example

ROWS = 24
RIGHT = [n % 3 for n in range(ROWS)]


def options(n: int) -> list[str]:
    return [f"red {n}", f"blue {n}", f"grey {n}"]


def question(n: int) -> str:
    return f"Which colour has the Echo {n}?"


def imported(tmp_path: Path, name: str, text: str) -> list[Example]:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    import_set(file, tmp_path / "set")
    data = load_dataset(tmp_path / "set")
    return sorted((*data.train, *data.test), key=lambda e: int(e.question.split("Echo ")[1].split("?")[0]))


def lines(rows: Sequence[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def record(n: int, choices: Any, answer: Any, key: str = "answer") -> dict[str, Any]:
    return {"question": question(n), "choices": choices, key: answer}


def with_labels(n: int) -> dict[str, Any]:
    labels = list("ABC") if n % 2 else list("123")
    return record(n, {"text": options(n), "label": labels}, labels[RIGHT[n]], "answerKey")


SHAPES = {
    "positions from 0": lines([record(n, options(n), RIGHT[n]) for n in range(ROWS)]),
    "positions from 1": lines([record(n, options(n), RIGHT[n] + 1) for n in range(ROWS)]),
    "positions as text": lines([record(n, options(n), str(RIGHT[n])) for n in range(ROWS)]),
    "letters": lines([record(n, options(n), "ABC"[RIGHT[n]]) for n in range(ROWS)]),
    "texts": lines([record(n, options(n), options(n)[RIGHT[n]]) for n in range(ROWS)]),
    "labels of the file": lines([with_labels(n) for n in range(ROWS)]),
    "a record by letter": lines(
        [record(n, dict(zip("ABC", options(n), strict=True)), "ABC"[RIGHT[n]]) for n in range(ROWS)]
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_right_option_is_right_and_no_other(tmp_path: Path, shape: str) -> None:
    rows = imported(tmp_path, "rows.jsonl", SHAPES[shape])
    assert [row.metric for row in rows] == ["choice"] * ROWS
    for n, row in enumerate(rows):
        scores = [picks(text, row.answers, row.question) for text in options(n)]
        assert scores == [float(i == RIGHT[n]) for i in range(3)]


@pytest.mark.parametrize(
    "head", ["question,A,B,C,answer", "Frage,Option A,Option B,Option C,Antwort", "문제,보기 1,보기 2,보기 3,정답"]
)
def test_options_in_columns_of_their_own(tmp_path: Path, head: str) -> None:
    body = "".join(f"{question(n)},{','.join(options(n))},{options(n)[RIGHT[n]]}\n" for n in range(ROWS))
    rows = imported(tmp_path, "rows.csv", f"{head}\n{body}")
    assert all(list(filter(None, row.question.split("\n")))[1:] for row in rows)
    assert [picks("blue " + str(n), row.answers, row.question) for n, row in enumerate(rows)] == [
        float(r == 1) for r in RIGHT
    ]


@pytest.mark.parametrize("labels", ["①②③", "123"])
def test_options_that_stand_in_the_question_make_it_one_of_choice(tmp_path: Path, labels: str) -> None:
    body = "".join(f'"에코의 색은? Echo {n}? ① 빨강{n} ② 파랑{n} ③ 회색{n}",{labels[RIGHT[n]]}\n' for n in range(ROWS))
    rows = imported(tmp_path, "rows.csv", f"문제,정답\n{body}")
    assert {row.metric for row in rows} == {"choice"}
    for n, row in enumerate(rows):
        replies = (f"정답은 {'①②③'[i]}입니다." for i in range(3))
        assert [picks(reply, row.answers, row.question) for reply in replies] == [
            float(i == RIGHT[n]) for i in range(3)
        ]


def test_a_question_that_numbers_its_parts_stays_what_it_is(tmp_path: Path) -> None:
    rows = [
        {"question": f"How many cranes has Echo {n}?" + (" 1) in port 2) at sea" if n % 4 == 0 else ""), "answer": "2"}
        for n in range(ROWS)
    ]
    assert {row.metric for row in imported(tmp_path, "rows.jsonl", lines(rows))} == {""}


def test_numbers_as_options_are_not_positions(tmp_path: Path) -> None:
    rows = imported(
        tmp_path, "rows.jsonl", lines([record(n, [str(n), str(n + 1), str(n + 2)], n + 1) for n in range(ROWS)])
    )
    assert [row.answers for row in rows] == [(str(n + 1),) for n in range(ROWS)]


def test_positions_that_may_count_from_0_or_1_are_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(lines([record(n, options(n), 1 + n % 2) for n in range(ROWS)]), encoding="utf-8")
    with pytest.raises(UserError, match=r"rows\.jsonl:1: the answer '1' names no option.*from 0 or from 1; write the"):
        import_set(file, tmp_path / "set")
    assert not (tmp_path / "set").exists()


def test_rows_of_one_letter_are_not_of_one_fact(tmp_path: Path) -> None:
    names = ("Kestrel", "Merlin", "Harrier", "Osprey", "Goshawk", "Hobby")
    rows = [
        {"question": f"Which town sells the {name} Echo {n}?", "choices": options(n), "answer": 0}
        for n, name in enumerate(names * 2)
    ]
    found = imported(tmp_path, "rows.jsonl", lines(rows))
    assert len({row.group for row in found}) == len(rows)


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (["Q", "A"], []),
        (["question", "A", "B", "answer"], ["A", "B"]),
        (["question", "option_1", "option_2", "gold"], ["option_1", "option_2"]),
        (["question", "Answer 1", "Answer 2"], []),
        (["id", "1", "2", "question"], []),
        (["question", "optionA", "optionB", "optionC"], ["optionA", "optionB", "optionC"]),
    ],
)
def test_which_columns_hold_options(columns: list[str], found: list[str]) -> None:
    assert lettered_columns(columns) == found
