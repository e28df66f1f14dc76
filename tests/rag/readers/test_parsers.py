"""Another library in the place of our readers: chosen by name, refused in one line, and kept apart from ours."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest
from docx import Document as Word

from eval.errors import UserError
from rag.readers import parsers, stored_readings
from rag.readers.kinds import read_kind
from rag.readers.reading import Reading


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """A Word file of a heading, a sentence in Korean, a table with an empty cell, and a list."""
    word = Word()
    word.add_heading("Echo pumps", 1)
    word.add_paragraph("보증 기간은 59개월입니다.")
    table = word.add_table(2, 3)
    for row, cells in zip(table.rows, (("Model", "Colour", "Warranty"), ("Echo 5", "", "59 months")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    word.add_paragraph("Keep it dry.", style="List Bullet")
    file = tmp_path / "letter.docx"
    word.save(str(file))
    return file


def test_an_unknown_name_is_one_line(letter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(parsers.VARIABLE, "tika")
    with pytest.raises(UserError, match=r"^RAG_READER=tika: no such reader; known: own, unstructured, docling$"):
        read_kind(letter)


@pytest.mark.parametrize("name", ["", "own"])
def test_without_a_name_the_file_is_read_by_ours(letter: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(parsers.VARIABLE, name)
    assert "Echo 5 |  | 59 months" in read_kind(letter).text


def test_a_library_that_is_missing_is_named(letter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    monkeypatch.setenv(parsers.VARIABLE, "unstructured")
    with pytest.raises(UserError, match=r"letter\.docx: RAG_READER=unstructured needs the package unstructured: pip"):
        read_kind(letter)


def test_other_kinds_of_file_are_read_by_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(parsers.VARIABLE, "docling")
    file = tmp_path / "a.md"
    file.write_text("# Head\n\nwords", encoding="utf-8")
    assert read_kind(file).text == "# Head\n\nwords"


def test_what_a_library_raises_becomes_one_line(letter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.readers import docling_parser

    def fail(file: Path) -> Reading:
        raise ValueError("bad part\nand a long story")

    monkeypatch.setattr(importlib.metadata, "version", lambda name: "1")
    monkeypatch.setattr(docling_parser, "read", fail)
    monkeypatch.setenv(parsers.VARIABLE, "docling")
    with pytest.raises(UserError) as raised:
        read_kind(letter)
    assert str(raised.value).startswith(f"{letter}: docling-slim cannot read it (bad part); save it again")


def test_a_reading_by_a_library_is_kept_apart_from_ours(letter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "1")
    monkeypatch.setattr(stored_readings, "read_limited", lambda file: Reading(parsers.identity(".docx") or "ours"))
    texts = []
    for name in ("own", "docling", "unstructured", "own"):
        monkeypatch.setenv(parsers.VARIABLE, name)
        texts.append(stored_readings.stored_reading(letter).text)
    assert texts == ["ours", "docling-slim 1", "unstructured 1", "ours"]


@pytest.mark.parametrize("name", ["unstructured", "docling"])
def test_the_library_itself_gives_every_sentence_and_whole_rows(
    letter: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    pytest.importorskip(name)
    if name == "unstructured":
        spacy = pytest.importorskip("spacy")
        if not spacy.util.is_package("en_core_web_sm"):
            pytest.skip("spaCy's model is not installed")
    monkeypatch.setenv(parsers.VARIABLE, name)
    reading = read_kind(letter)
    wanted = [
        "Echo pumps",
        "보증 기간은 59개월입니다.",
        "Model | Colour | Warranty",
        "Echo 5 |  | 59 months",
        "Keep it dry.",
    ]
    places = [reading.text.find(text) for text in wanted]
    assert places == sorted(places) and places[0] >= 0
    assert any(kind.startswith("h") and value == "Echo pumps" for _, kind, value in reading.marks)


def test_the_model_of_spacy_is_never_downloaded(letter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    util = pytest.importorskip("spacy.util")
    pytest.importorskip("unstructured")
    monkeypatch.setattr(util, "is_package", lambda name: False)
    monkeypatch.setenv(parsers.VARIABLE, "unstructured")
    with pytest.raises(UserError, match=r"needs spaCy's model en_core_web_sm.*python -m spacy download"):
        read_kind(letter)
