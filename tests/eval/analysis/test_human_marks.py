"""Marks on disk: appended, read back, last one counts, torn lines survive."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.analysis.human_marks import Mark, append_mark, last_marks, read_marks, reply_name
from eval.errors import UserError
from eval.records import Prediction


def mark(said: str, axis: str = "knowledge", reply: str = "r", annotator: str = "ann") -> Mark:
    return Mark("q1", "rag", reply, axis, said, annotator)  # type: ignore[arg-type]


def test_marks_are_read_in_order_and_the_last_wins(tmp_path: Path) -> None:
    said = [mark("right"), mark("ok", "style"), mark("wrong", annotator="bo")]
    for m in said:
        append_mark(tmp_path, m)
    assert read_marks(tmp_path) == said
    assert last_marks(tmp_path, "knowledge", {("rag", "q1"): "r"}) == {("rag", "q1"): "wrong"}
    assert last_marks(tmp_path, "style", {("rag", "q1"): "r"}) == {("rag", "q1"): "ok"}


def test_mark_of_an_earlier_reply_does_not_count(tmp_path: Path) -> None:
    old, new = reply_name(Prediction("q1", "12 m")), reply_name(Prediction("q1", "13 m"))
    append_mark(tmp_path, mark("right", reply=old))
    assert last_marks(tmp_path, "knowledge", {("rag", "q1"): new}) == {}


def test_torn_line_is_closed_and_skipped(tmp_path: Path) -> None:
    append_mark(tmp_path, mark("right"))
    with (tmp_path / "labels.jsonl").open("a") as file:
        file.write('{"example_id": "q2", "mo')
    append_mark(tmp_path, mark("wrong"))
    assert [m.mark for m in read_marks(tmp_path)] == ["right", "wrong"]


@pytest.mark.parametrize("line", ['{"a": 1}', "[]", "3"])
def test_line_that_is_no_mark_is_named(tmp_path: Path, line: str) -> None:
    append_mark(tmp_path, mark("right"))
    with (tmp_path / "labels.jsonl").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(UserError, match=r"labels.jsonl:2: "):
        read_marks(tmp_path)


def test_unknown_mark_is_named(tmp_path: Path) -> None:
    append_mark(tmp_path, mark("maybe"))
    with pytest.raises(UserError, match=r"labels.jsonl:1: "):
        read_marks(tmp_path)
