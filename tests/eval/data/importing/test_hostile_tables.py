"""Spreadsheets as people keep them: titles above the head, two rows of names, hidden rows, several answers a cell."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from eval.data.importing.import_set import Import, import_set

NAMES = ["Aldor", "Brevik", "Corvo", "Dunmor", "Elvas", "Farsund", "Gorlen", "Hatley"]


def rows_of(done: Import) -> list[dict[str, Any]]:
    rows = [
        json.loads(x) for s in ("train", "test") for x in (done.folder / f"{s}.jsonl").read_text("utf-8").splitlines()
    ]
    return sorted(rows, key=lambda row: NAMES.index(next(n for n in NAMES if n in row["question"])))


def csv(tmp_path: Path, lines: list[str], encoding: str = "utf-8") -> Import:
    file = tmp_path / "questions.csv"
    file.write_bytes("\r\n".join(lines).encode(encoding))
    return import_set(file, tmp_path / "set")


def book(tmp_path: Path, words: list[str], name: str) -> list[tuple[str, tuple[str, ...], str]]:
    """What comes of a workbook with a title above its head, empty, hidden and merged cells, and formats."""
    from openpyxl import Workbook

    made = Workbook()
    sheet = made.active
    sheet["A1"] = words[0]
    sheet.merge_cells("A1:D1")
    for j, head in enumerate(words[1:5], 1):
        sheet.cell(3, j, head)
    values = [
        (12.5, "0.0"), (0.25, "0%"), (datetime.date(2024, 3, 4), "dd.mm.yyyy"), (1299.9, "#,##0.00"),
        ("59 months\n59 mo.", "General"), (7, "General"), ("24 months | two years", "General"), (-3.5, "0.00"),
    ]  # fmt: skip
    for i, (value, form) in enumerate(values):
        sheet.cell(4 + 2 * i, 2, f"What is the value of {NAMES[i]}?")
        sheet.cell(4 + 2 * i, 3, value).number_format = form
        sheet.cell(4 + 2 * i, 4, "secret")
    sheet.cell(20, 2, "Is this row hidden?")
    sheet.cell(20, 3, "yes")
    sheet.row_dimensions[20].hidden = True
    sheet.column_dimensions["D"].hidden = True
    made.create_sheet("Notes").append(["no", "questions"])
    made.save(tmp_path / f"{name}.xlsx")
    done = import_set(tmp_path / f"{name}.xlsx", tmp_path / name)
    return [(row["question"], tuple(row["answers"]), row["group"]) for row in rows_of(done)]


def test_a_german_workbook_gives_what_an_english_one_gives(tmp_path: Path) -> None:
    english = book(tmp_path, ["Questions 2024", "No", "Question", "Answer", "Internal"], "en")
    german = book(tmp_path, ["Fragenkatalog 2024", "Nr", "Frage", "Antwort", "Intern"], "de")
    assert english == german
    assert [answers for _, answers, _ in english] == [
        ("12.5",), ("25%",), ("04.03.2024",), ("1,299.90",), ("59 months", "59 mo."), ("7",),
        ("24 months", "two years"), ("-3.50",),
    ]  # fmt: skip


def test_two_rows_of_names_are_one_head(tmp_path: Path) -> None:
    from openpyxl import Workbook

    made = Workbook()
    sheet = made.active
    sheet.append(["Question", "Answers", None, "Meta"])
    sheet.append([None, "short", "long", "Group"])
    sheet.merge_cells("A1:A2")
    sheet.merge_cells("B1:C1")
    for i, name in enumerate(NAMES):
        sheet.append([f"How heavy is {name}?", f"{i} kg", f"It weighs {i} kg.", f"g{i // 2}"])
    made.save(tmp_path / "a.xlsx")
    done = import_set(tmp_path / "a.xlsx", tmp_path / "set")
    assert [(row["answers"], row["group"]) for row in rows_of(done)] == [([f"{i} kg"], f"g{i // 2}") for i in range(8)]


def test_a_table_without_a_head_loses_no_row(tmp_path: Path) -> None:
    done = csv(tmp_path, [f"How old is {name}?,{i} years" for i, name in enumerate(NAMES)])
    assert [row["answers"] for row in rows_of(done)] == [[f"{i} years"] for i in range(8)]


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("question,answer", '"How old is {n}?","{i} years; {i} yrs"'),
        ("question,answer 1,answer 2,answer 3", "How old is {n}?,{i} years,{i} yrs,"),
        ("question,answer", '"How old is {n}?","{i} years\n{i} yrs"'),
    ],
    ids=["semicolons", "columns", "lines"],
)
def test_several_accepted_answers(tmp_path: Path, head: str, line: str) -> None:
    done = csv(tmp_path, [head, *(line.format(n=name, i=i) for i, name in enumerate(NAMES))])
    assert [row["answers"] for row in rows_of(done)] == [[f"{i} years", f"{i} yrs"] for i in range(8)]


def test_a_semicolon_in_one_cell_divides_nothing(tmp_path: Path) -> None:
    lines = [f'How old is {name}?,"{i} years{"; or so" if i == 3 else ""}"' for i, name in enumerate(NAMES)]
    assert rows_of(csv(tmp_path, ["question,answer", *lines]))[3]["answers"] == ["3 years; or so"]


def test_a_merged_answer_makes_paraphrases_one_fact(tmp_path: Path) -> None:
    from openpyxl import Workbook

    made = Workbook()
    sheet = made.active
    sheet.append(["Question", "Answer"])
    for i, name in enumerate(NAMES):
        sheet.append([f"How old is {name}?", f"{i} years"])
        sheet.append([f"What is the age of {name}?", None])
        sheet.merge_cells(start_row=2 + 2 * i, end_row=3 + 2 * i, start_column=2, end_column=2)
    made.save(tmp_path / "a.xlsx")
    done = import_set(tmp_path / "a.xlsx", tmp_path / "set")
    assert done.groups == len(NAMES)
    assert sum(done.rows.values()) == 2 * len(NAMES)
