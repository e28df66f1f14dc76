"""Limits of reading, what is kept of it, and what is told of files that cannot be read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.errors import UserError
from rag.readers import stored_readings
from rag.readers.documents import read_documents
from rag.readers.reader_process import read_limited
from rag.readers.survey import read_one, survey

Make = Callable[..., Path]
SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(paragraphs: int, word: str = "pump") -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{word} {i}</w:t></w:r></w:p>" for i in range(paragraphs))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{SPACE}"><w:body>{body}</w:body></w:document>')
    return out.getvalue()


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read(
    make_corpus: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make_corpus(**{"slow.docx": docx(1), "quick.docx": docx(1)})
    monkeypatch.setenv("RAG_READ_SECONDS", "0")
    with pytest.raises(UserError, match=r"slow\.docx: takes longer than 0 seconds"):
        read_limited(corpus / "slow.docx")
    monkeypatch.delenv("RAG_READ_SECONDS")
    assert read_limited(corpus / "quick.docx").text == "pump 0"


def test_a_file_that_takes_too_much_memory_is_given_up(make_corpus: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.readers import reader_process

    corpus = make_corpus(**{"big.docx": docx(200_000)})
    reader_process._process().end()
    monkeypatch.setenv("RAG_READ_MEMORY", "100")
    with pytest.raises(UserError, match=r"big\.docx: (?:takes more memory than 100 MiB|its parser died over it)"):
        read_limited(corpus / "big.docx")
    reader_process._process().end()


def test_an_unchanged_file_is_not_parsed_again(make_corpus: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = make_corpus(**{"a.docx": docx(2), "b.md": "text"})
    first = read_documents(corpus)
    parsed: list[str] = []

    def count(file: Path) -> object:
        parsed.append(file.name)
        return read_limited(file)

    monkeypatch.setattr(stored_readings, "read_limited", count)
    (corpus / "b.md").write_text("other text")
    again = {d.id: d.text for d in read_documents(corpus)}
    assert again == {"a.docx": first[0].text, "b.md": "other text"}
    assert parsed == ["b.md"]
    (corpus / "a.docx").write_bytes(docx(3))
    assert "pump 2" in {d.id: d.text for d in read_documents(corpus)}["a.docx"]
    assert parsed == ["b.md", "a.docx", "b.md"] or parsed == ["b.md", "a.docx"]


def test_a_survey_names_what_was_not_read_and_reads_the_rest(make_corpus: Make) -> None:
    corpus = make_corpus(**{
        "good.md": "# Pumps\n\na | b\n1 | 2", "empty.txt": "", "old.xls": b"x", "sub/cut.docx": docx(1)[:60],
        "rows.jsonl": '{"id": "r", "title": "t", "text": "words here"}', ".hidden": "x", "~$lock.docx": "x",
    })  # fmt: skip
    found = survey(corpus)
    assert [d.id for d in found.documents] == ["good.md", "r"]
    assert {u.file: u.why.split(":")[0].rsplit("/", 1)[-1] for u in found.unread} == {
        "empty.txt": "empty.txt", "old.xls": "old.xls", "sub/cut.docx": "cut.docx",
    }  # fmt: skip
    manifest = found.manifest()
    assert manifest["documents"][0] == {
        "id": "good.md", "title": "Pumps", "words": 8, "characters": 20, "table_rows": 2, "gaps": [],
        "characters_not_shown": 0,
    }  # fmt: skip
    assert len(manifest["not_read"]) == 3


def test_one_file_is_shown_as_it_is_indexed(make_corpus: Make) -> None:
    corpus = make_corpus(**{"a.csv": "Pump;Lift\nAldor;12"})
    assert read_one(corpus / "a.csv").text == "Pump | Lift\nAldor | 12"
    assert not (corpus / ".readings").exists()
    with pytest.raises(UserError, match="unknown kind of file"):
        read_one(corpus / "a.exe")
