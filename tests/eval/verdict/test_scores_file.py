"""scores.jsonl is a public door: what is no score is said in one line that names file, line, key and fix."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from eval.errors import UserError
from eval.records import Score, write_records
from eval.verdict.score_table import score_table
from eval.verdict.scores_file import read_scores

GOOD: dict[str, Any] = {
    "example_id": "q1", "group": "g1", "mode": "base", "axis": "knowledge", "metric": "match", "primary": True,
    "value": 1.0, "reason": "", "seed": 0, "cut": False,
}  # fmt: skip

HOSTILE = [
    ({"value": 7}, "value"), ({"value": -1}, "value"), ({"value": "1.0"}, "value"), ({"value": True}, "value"),
    ({"value": [1]}, "value"), ({"value": {}}, "value"), ({"value": 10**400}, "value"), ({"value": None}, "reason"),
    ({"value": None, "reason": "  "}, "reason"), ({"mode": "gpt"}, "mode"), ({"mode": 3}, "mode"),
    ({"mode": None}, "mode"), ({"axis": "taste"}, "axis"), ({"axis": ["style"]}, "axis"), ({"metric": ""}, "metric"),
    ({"metric": None}, "metric"), ({"primary": 1}, "primary"), ({"primary": "yes"}, "primary"),
    ({"example_id": 5}, "example_id"), ({"example_id": " "}, "example_id"), ({"group": None}, "group"),
    ({"group": 1.5}, "group"), ({"seed": -1}, "seed"), ({"seed": 0.5}, "seed"), ({"seed": True}, "seed"),
    ({"seed": "0"}, "seed"), ({"cut": "no"}, "cut"), ({"cut": None}, "cut"), ({"reason": 4}, "reason"),
    ({"example_id": "\ud800"}, "example_id"), ({"group": "a\udfff"}, "group"), ({"metric": "\udc00"}, "metric"),
    ({"reason": "\ud83d"}, "reason"), ({"seed": 10**30}, "seed"), ({"length": 10**400}, "length"),
    ({"length": True}, "length"), ({"length": "3"}, "length"), ({"value": 1.0000000001}, "value"),
]  # fmt: skip
RAW = ["NaN", "[]", "3", "null", '"text"', "{", '{"example_id": "q1"', "not json", '{"a": Infinity}', "[" * 5000,
       '{"value": 1, "value": 0}', "\x00", "{'a': 1}",
       "1" * 5000, '{"value": ' + "9" * 5000 + "}", "\ufeff{}",
       '{"' + "k" * 999 + '": 1, "' + "k" * 999 + '": 2}']  # fmt: skip


def write(folder: Path, *lines: str) -> Path:
    file = folder / "scores.jsonl"
    file.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return file


def said(file: Path) -> str:
    with pytest.raises(UserError) as error:
        read_scores(file)
    text = str(error.value)
    assert "\n" not in text and len(text) < 400 and ";" in text
    return text


@pytest.mark.parametrize(("change", "key"), HOSTILE)
def test_a_wrong_value_is_named_by_line_and_key(tmp_path: Path, change: dict[str, Any], key: str) -> None:
    file = write(tmp_path, json.dumps({**GOOD, "example_id": "q0"}), "", json.dumps(GOOD | change))
    assert said(file).startswith(f"{file}:3: key '{key}': ")


@pytest.mark.parametrize("key", ["example_id", "group", "mode", "axis", "metric", "primary", "value"])
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    file = write(tmp_path, json.dumps({k: v for k, v in GOOD.items() if k != key}))
    assert said(file).startswith(f"{file}:1: key '{key}': missing")


@pytest.mark.parametrize("line", RAW)
def test_what_is_no_object_is_said(tmp_path: Path, line: str) -> None:
    file = write(tmp_path, line)
    assert said(file).startswith(f"{file}:1: ")


def test_lines_are_held_against_earlier_ones(tmp_path: Path) -> None:
    other = GOOD | {"example_id": "q2"}
    assert "line 1 has the knowledge score" in said(write(tmp_path, json.dumps(GOOD), json.dumps(GOOD | {"value": 0})))
    two = write(tmp_path, json.dumps(GOOD), json.dumps(other | {"metric": "f1"}))
    assert "'metric'" in said(two) and '"match" in line 1' in said(two)
    assert "'group'" in said(write(tmp_path, json.dumps(GOOD), json.dumps(GOOD | {"mode": "rag", "group": "g2"})))


def test_a_file_that_is_not_utf8_is_named_by_its_line(tmp_path: Path) -> None:
    file = tmp_path / "scores.jsonl"
    file.write_bytes(json.dumps(GOOD).encode() + b"\n\xff\xfe\n")
    assert said(file).startswith(f"{file}:2: not UTF-8")


def test_a_hundred_damaged_files_give_one_line_each_or_are_whole(tmp_path: Path) -> None:
    """Bytes are changed, dropped and doubled at random; what is still read holds scores that are scores."""
    draw, refused = random.Random(3), 0
    whole = [json.dumps(GOOD | {"example_id": f"q{i}", "group": f"g{i}"}) for i in range(5)]
    for _ in range(100):
        data = bytearray("\n".join(whole).encode())
        for _ in range(draw.randint(1, 4)):
            at = draw.randrange(len(data))
            data[at : at + draw.choice([0, 1, 9])] = draw.choice([b"", b"x", b'"', b"9", b"{", b"NaN", b"\xff", b"\n"])
        file = tmp_path / "scores.jsonl"
        file.write_bytes(bytes(data))
        try:
            found = read_scores(file)
        except UserError as error:
            refused += 1
            assert re.match(rf"{re.escape(str(file))}:\d+: ", str(error)) and "\n" not in str(error)
        else:
            assert all(s.value is None or 0 <= s.value <= 1 for s in found)
    assert refused > 50


def test_our_own_scores_are_read_as_they_were_written(tmp_path: Path) -> None:
    made = [
        Score("q1", "g1", "base", "knowledge", "match", True, None, "lost"),
        Score("q1", "g1", "base", "knowledge", "f1", False, 0.5),
        Score("q1", "g1", "rag", "style", "all_checks", True, 1.0, cut=True, seed=1),
        Score("retention/choice/1", "c1", "ft", "retention", "choice", True, 1.0),
        Score("retention/pairs/1", "p1", "ft", "retention", "pairs", True, 0.0),
        Score("retention/prose/1", "r1", "ft", "retention", "perplexity", False, 31.5),
    ]
    write_records(tmp_path / "scores.jsonl", made)
    assert read_scores(tmp_path / "scores.jsonl") == made
    plugin = [Score("q1", "g1", "mine", "style", "s", True, 1.0)]
    write_records(tmp_path / "scores.jsonl", plugin)
    assert read_scores(tmp_path / "scores.jsonl", any_mode=True) == plugin


def test_no_score_is_lost_where_an_untuned_mode_has_it_under_another_seed() -> None:
    """Untuned modes are asked once, under whatever seed; tuned ones under two."""
    made = [Score("q1", "g1", "base", "knowledge", "match", True, 1.0, seed=1)]
    made += [Score("q1", "g1", "ft", "knowledge", "match", True, 0.0, seed=k) for k in (0, 1)]
    table = score_table("knowledge", made)
    assert table is not None
    assert table.values.tolist() == [[1.0, 0.0]]
