"""Sheets on which several tables stand: each is found where it shows, and one table is never cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.readers.marks import unmarked
from rag.readers.sheets.sheet import kept
from rag.readers.sheets.tables import tables
from rag.readers.workbook_text import read_workbook

PUMPS = [["Pump", "Weight"], ["Aldor", "12 kg"], ["Brevik", "14 kg"]]
STAFF = [["Name", "Phone", "Room"], ["Anna", "311", "B 2"], ["Carl", "312", "B 4"]]
BLANK: list[list[str]] = [[]]


def parted(rows: list[list[str]]) -> list[list[list[str]]]:
    """The tables of the rows, without blank cells at their ends."""
    wide = max(map(len, rows))
    sheet = kept("S", [row + [""] * (wide - len(row)) for row in rows], list(range(1, len(rows) + 1)), [])
    return [[list(cells)[: len(cells)] for cells in table.rows] for table in tables(sheet)]


def beside(left: list[list[str]], right: list[list[str]]) -> list[list[str]]:
    high, wide = max(len(left), len(right)), len(left[0])
    left, right = left + [[""] * wide] * (high - len(left)), right + [[]] * (high - len(right))
    return [[*a, "", *b] for a, b in zip(left, right, strict=True)]


def test_a_blank_row_and_a_row_of_names_begin_a_table() -> None:
    found = parted(PUMPS + BLANK + STAFF)
    assert [table[0] for table in found] == [["Pump", "Weight"], ["Name", "Phone", "Room"]]
    assert [len(table) for table in found] == [3, 3]


def test_a_title_goes_with_the_table_below_it() -> None:
    found = parted(PUMPS + BLANK + [["Who is where"]] + STAFF)
    assert [len(table) for table in found] == [3, 4] and found[1][0][0] == "Who is where"


@pytest.mark.parametrize(
    "rows",
    [
        PUMPS[:2] + BLANK + PUMPS[2:] + BLANK + [["Corvo", "16 kg"]],
        PUMPS[:2] + BLANK + [["Steel"]] + PUMPS[2:],
        [["Pump", "", "Weight"], ["Aldor", "", "12 kg"], ["Brevik", "", "14 kg"]],
        [
            ["Pump", "Weight", "", "Power", "Year"],
            ["Aldor", "12", "", "4 kW", "2019"],
            ["Elvas", "9", "", "5 kW", "2020"],
        ],
        [["a note"], [], ["another note", "of two cells"]],
    ],
    ids=["spaced rows", "a heading between rows", "a spaced column", "a spaced table", "notes"],
)
def test_one_table_stays_one(rows: list[list[str]]) -> None:
    assert len(parted(rows)) == 1


def test_tables_beside_one_another_are_read_one_after_the_other() -> None:
    longer = [*STAFF, ["Dora", "313", "B 5"]]
    assert parted(beside(PUMPS, longer)) == [PUMPS, longer]
    assert parted(beside(PUMPS, [["Pump", "Power"], ["Aldor", "4 kW"], ["Brevik", "5 kW"]]))[1][0] == ["Pump", "Power"]
    below = [["Part", "Price", "", "", "", ""], ["seal", "3.50", "", "", "", ""]]
    assert [len(table) for table in parted(beside(PUMPS, longer) + BLANK + below)] == [3, 4, 2]


def test_a_workbook_has_each_table_under_its_own_cells(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "Depot"
    for row in [*PUMPS, [], ["Who is where"], *STAFF]:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    text = read_workbook(tmp_path / "a.xlsx").text
    blocks = [part.split("\n") for part in unmarked(text).split("\n\n")]
    assert blocks == [
        ["## Depot (A1:B3)"], [" | ".join(row) for row in PUMPS],
        ["## Depot (A5:C8)"], ["Who is where |  |", *(" | ".join(row) for row in STAFF)],
    ]  # fmt: skip
