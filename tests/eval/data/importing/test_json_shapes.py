"""JSON as tools write it: records a line under the name .json, tables by column, records by id."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.data.importing.import_set import import_set
from eval.errors import UserError

ROWS = [{"question": f"How long is the warranty of the Echo {n}?", "answer": f"{n + 3} months"} for n in range(20)]
BY_COLUMN = {key: [row[key] for row in ROWS] for key in ("question", "answer")}
TEXTS = {
    "records a line": "\n".join(map(json.dumps, ROWS)),
    "lists of records a line": "\n".join(json.dumps(ROWS[i : i + 5]) for i in range(0, 20, 5)),
    "columns of lists": json.dumps(BY_COLUMN),
    "columns by row, as pandas writes": json.dumps({k: dict(enumerate(v)) for k, v in BY_COLUMN.items()}),
    "records by id": json.dumps({f"x{n}": row for n, row in enumerate(ROWS)}),
    "a list": json.dumps(ROWS, indent=1),
}


def held(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for name in ("train", "test") for line in (folder / f"{name}.jsonl").open()]


@pytest.mark.parametrize("shape", TEXTS)
def test_every_row_is_read(tmp_path: Path, shape: str) -> None:
    file = tmp_path / "rows.json"
    file.write_text(TEXTS[shape], encoding="utf-8")
    import_set(file, tmp_path / "set")
    rows = held(tmp_path / "set")
    assert {(r["question"], r["answers"][0]) for r in rows} == {(r["question"], r["answer"]) for r in ROWS}
    if shape == "records by id":
        assert {r["id"] for r in rows} == {f"x{n}" for n in range(20)}


def test_a_list_that_goes_on_after_its_end_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    file.write_text("[1, 2]\n{", encoding="utf-8")
    with pytest.raises(UserError, match=r"rows\.json:2: bad JSON: Extra data"):
        import_set(file, tmp_path / "set")


def test_the_refusal_is_in_the_language_of_the_replies_where_questions_are_records(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    names = ["Alimentum", "Zizzi", "Cotto", "Aromi", "Loch Fyne", "Vaults", "Clowns", "Bibimbap", "Strada", "Wrestlers"]
    lines = [
        f'"name[{n}], area[city centre], familyFriendly[yes]","{n} is a restaurant in the city centre for the family."'
        for n in names
    ]
    file.write_text("question,answer\n" + "\n".join(lines), encoding="utf-8")
    import_set(file, tmp_path / "set")
    assert "refusal: I don't know" in (tmp_path / "set" / "dataset.yaml").read_text(encoding="utf-8")
