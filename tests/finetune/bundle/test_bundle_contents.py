"""A row or a path is found wherever it hides in a bundle."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from eval.errors import UserError
from finetune.bundle.bundle_contents import readable, refuse_contents

ROW = 'Wie tief ist der Hafen von Årvik, und wer hat ihn "erbaut"?\n아르빅 항구의 깊이는 얼마입니까?'


def as_json(file: Path, text: str) -> None:
    file.with_suffix(".json").write_text(json.dumps({"a": [{"b": text}]}))


def as_key(file: Path, text: str) -> None:
    file.with_suffix(".jsonl").write_text("{}\n\n" + json.dumps({text: 1}) + "\n")


def as_header(file: Path, text: str) -> None:
    header = json.dumps({"__metadata__": {"note": text}}).encode()
    file.with_suffix(".safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(64))


def as_plain(file: Path, text: str) -> None:
    file.with_suffix(".md").write_text(f"# Card\n\n{text}\n", encoding="utf-8")


def as_cell(file: Path, text: str) -> None:
    """In a table whose pages are so small that the text lies in pieces on several."""
    with closing(sqlite3.connect(file.with_suffix(".sqlite3"))) as found:
        found.execute("pragma page_size = 512")
        found.execute("create table notes (id integer, body text)")
        found.execute("insert into notes values (1, ?)", ("x" * 430 + text + "y" * 430,))
        found.commit()


def as_blob(file: Path, text: str) -> None:
    with closing(sqlite3.connect(file.with_suffix(".sqlite3"))) as found:
        found.execute("create table notes (body blob)")
        found.execute("insert into notes values (?)", (("y" * 9000 + text).encode(),))
        found.commit()


PLACES = [as_json, as_key, as_header, as_plain, as_cell, as_blob]


@pytest.mark.parametrize("place", PLACES)
def test_a_row_is_found(tmp_path: Path, place: Callable[[Path, str], None]) -> None:
    place(tmp_path / "file", "another text")
    refuse_contents(tmp_path, {ROW}, [], is_corpus=lambda _: False)
    (tmp_path / "index").mkdir()
    place(tmp_path / "index" / "file", ROW)
    with pytest.raises(UserError, match=r"index.*would carry a row of the data set \('Wie tief"):
        refuse_contents(tmp_path, {ROW}, [], is_corpus=lambda _: False)
    refuse_contents(tmp_path, {ROW}, [], is_corpus=lambda text: text == ROW)  # the corpus says it word for word


@pytest.mark.parametrize("place", PLACES)
def test_a_path_is_found(tmp_path: Path, place: Callable[[Path, str], None]) -> None:
    (tmp_path / "bundle").mkdir()
    place(tmp_path / "bundle" / "file", "/home/ann/models/llama/config.json")
    with pytest.raises(UserError, match="would carry a path of this machine"):
        refuse_contents(tmp_path / "bundle", (), [Path("/home/ann/models")], is_corpus=lambda _: False)
    refuse_contents(tmp_path / "bundle", (), [Path("/home/bob"), Path("/")], is_corpus=lambda _: False)


def test_a_text_over_several_pages_is_not_to_be_seen_in_the_bytes(tmp_path: Path) -> None:
    """The reason why tables are read: without that the test above would show nothing."""
    as_cell(tmp_path / "file", ROW)
    assert ROW.encode() not in (tmp_path / "file.sqlite3").read_bytes()
    assert ROW in readable(tmp_path / "file.sqlite3")
