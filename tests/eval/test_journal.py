"""Lines are added whole, and what a killed process has torn costs no other line."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.journal import append_line, read_lines


@pytest.mark.parametrize("torn", [b'{"batch": 1, "text": "\xc3', b'{"batch"', b"{", b'{"batch": 1}'])
def test_a_torn_line_is_cut_and_a_whole_one_without_an_end_is_closed(torn: bytes, tmp_path: Path) -> None:
    file = tmp_path / "new" / "lines.jsonl"
    append_line(file, {"batch": 0})
    with file.open("ab") as out:
        out.write(torn)
    append_line(file, {"batch": 2, "text": "é\n"})
    whole = [{"batch": 1}] if torn.endswith(b"}") else []
    assert len(file.read_bytes().splitlines()) == 2 + len(whole)
    assert [value for _, value in read_lines(file)] == [{"batch": 0}, *whole, {"batch": 2, "text": "é\n"}]


def test_reading_passes_over_what_is_torn(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_bytes(b'{"a": 1}\n{"a": 2')
    assert list(read_lines(file)) == [(1, {"a": 1})]


def test_no_file_has_no_lines(tmp_path: Path) -> None:
    assert list(read_lines(tmp_path / "none.jsonl")) == []
