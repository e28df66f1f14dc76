"""One question in several rows, and several tables on one sheet: what an import makes of them, and what it says."""

from __future__ import annotations

import json
from pathlib import Path

from eval.data.importing.import_format import Imported
from eval.data.importing.import_set import Import, import_set
from eval.data.importing.repeated_questions import merged

NAMES = ["Aldor", "Brevik", "Corvo", "Dunmor", "Elvas", "Farsund", "Gorlen", "Hatley"]
ROWS = [[f"How heavy is the {name}?", f"{i + 3} kg"] for i, name in enumerate(NAMES)]


def answers(done: Import) -> dict[str, list[str]]:
    lines = [x for s in ("train", "test") for x in (done.folder / f"{s}.jsonl").read_text("utf-8").splitlines()]
    assert sum(done.rows.values()) == len(lines)
    return {row["question"]: row["answers"] for row in map(json.loads, lines)}


def of_csv(tmp_path: Path, rows: list[list[str]]) -> Import:
    (tmp_path / "q.csv").write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    return import_set(tmp_path / "q.csv", tmp_path / "set")


def of_workbook(tmp_path: Path, rows: list[list[str]]) -> Import:
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "Desk"
    for row in rows:
        book.active.append([cell or None for cell in row])
    book.save(tmp_path / "q.xlsx")
    return import_set(tmp_path / "q.xlsx", tmp_path / "set")


def test_a_question_in_two_rows_accepts_both_answers_and_the_rows_are_named(tmp_path: Path) -> None:
    again = [["how heavy is the  Corvo", "5000 g"], ["How heavy is the Aldor?", "3 kg"]]
    done = of_csv(tmp_path, [["question", "answer"], *ROWS, *again])
    found = answers(done)
    assert found["How heavy is the Corvo?"] == ["5 kg", "5000 g"]
    assert found["How heavy is the Aldor?"] == ["3 kg"] and sum(done.rows.values()) == len(ROWS) + 1
    (note,) = [n for n in done.notes if "several rows" in n]
    assert note.endswith(f"all accepted: {tmp_path / 'q.csv'}:4 and 10")


def test_rows_that_ask_of_different_documents_stay_and_are_named(tmp_path: Path) -> None:
    rows = [[*row, "a.md"] for row in ROWS] + [["How heavy is the Corvo?", "9 kg", "b.md"]]
    done = of_csv(tmp_path, [["question", "answer", "source"], *rows])
    assert sum(done.rows.values()) == len(ROWS) + 1
    assert any(n.endswith(f"what it is about: {tmp_path / 'q.csv'}:4 and 10") for n in done.notes)


def test_a_question_with_an_answer_and_without_is_left_out() -> None:
    notes: list[str] = []
    left: list[str] = []
    rows = [
        Imported("f:2", "Who?", ("Ann",)),
        Imported("f:3", "Who?", answerable=False),
        Imported("f:4", "When?", ("May",)),
        Imported("f:5", "Why?", reply="Because."),
        Imported("f:6", "Why?", reply="So."),
    ]
    assert [r.where for r in merged(rows, notes, left)] == ["f:4", "f:5", "f:6"]
    assert left == ["f:2 and 3: one question with an answer and without; correct one of them"] and notes == []


def test_two_tables_below_one_another_are_both_read(tmp_path: Path) -> None:
    below = [["Frage", "Antwort"], *ROWS[4:]]
    done = of_workbook(tmp_path, [["Question", "Answer"], *ROWS[:4], [], ["Second half"], *below])
    assert answers(done) == {q: [a] for q, a in ROWS} and not done.left_out
    assert "sheet 'Desk' holds 2 tables, each with a row of names: A1:B5, A7:B12" in done.notes


def test_two_tables_beside_one_another_are_both_read(tmp_path: Path) -> None:
    rows = [["Question", "Answer", "", "Question", "Answer"]]
    rows += [[*a, "", *b] for a, b in zip(ROWS[:4], ROWS[4:], strict=True)]
    assert answers(of_workbook(tmp_path, rows)) == {q: [a] for q, a in ROWS}


def test_a_table_without_questions_is_left_out_with_one_line(tmp_path: Path) -> None:
    prices = [["Part", "Price"], ["seal", "3.50"], ["rod", "12.00"]]
    done = of_workbook(tmp_path, [["Question", "Answer"], *ROWS, [], *prices])
    assert answers(done) == {q: [a] for q, a in ROWS} and not done.left_out
    assert "the table A11:B13 of sheet 'Desk' has no column of questions and is left out" in done.notes


def test_rows_without_question_marks_behind_a_blank_row_stay(tmp_path: Path) -> None:
    rows = [[f"Weight of {name}", f"{i + 3} kg"] for i, name in enumerate(NAMES)]
    spaced = [*rows[:3], [], ["Colour of Corvo", "blue"], *rows[3:]]
    assert len(answers(of_workbook(tmp_path, [["Question", "Answer"], *spaced]))) == len(NAMES) + 1


def test_a_row_of_several_lines_in_a_text_file_is_no_blank_row(tmp_path: Path) -> None:
    long = [["How is the Corvo set up?", '"First this.\nThen that.\nThen the rest."'], ["Who made it?", "Corda Works"]]
    done = of_csv(tmp_path, [["question", "answer"], *ROWS[:4], *long, ["How old is it?", "12"], *ROWS[4:]])
    assert len(answers(done)) == len(ROWS) + 3 and not any("tables" in note for note in done.notes)


def test_blank_rows_between_the_rows_of_one_table_part_nothing(tmp_path: Path) -> None:
    rows = [row for pair in ROWS for row in ([], pair)]
    done = of_csv(tmp_path, [["question", "answer"], *rows])
    assert answers(done) == {q: [a] for q, a in ROWS} and not any("tables" in note for note in done.notes)
