"""Scanned pages, read by a program that has Tesseract's interface: a script that says what stands on them."""

from __future__ import annotations

import io
import json
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.errors import UserError
from rag.readers import ocr
from rag.readers.documents import read_documents
from rag.readers.survey import survey

Make = Callable[..., Path]
SCRIPT = """#!{python}
import sys
sys.path[:0] = []
args = sys.argv[1:]
if args == ["--version"]:
    print("tesseract 5.3.0"); sys.exit()
if args == ["--list-langs"]:
    print("List of available languages in /x (3):"); print("eng"); print("kor"); print("osd"); sys.exit()
assert open(args[0], "rb").read(8).startswith(b"\\x89PNG"), args
assert args[1:] == ["stdout", "-l", "eng+kor", "tsv"], args
with open({log!r}, "a") as log: log.write("x")
if {fails!r}: sys.exit("Error opening data file")
print("\\t".join("level page_num block_num par_num line_num word_num left top width height conf text".split()))
def say(line, word, text, conf): print("\\t".join(map(str, [5, 1, 1, 1, line, word, 0, 0, 1, 1, conf, text])))
print("\\t".join(map(str, [4, 1, 1, 1, 1, 0, 0, 0, 1, 1, -1, ""])))
for i, word in enumerate("The warranty is 59 months.".split()): say(1, i, word, {confidence})
for i, word in enumerate("보증 기간".split()): say(2, i, word, {confidence})
"""


@pytest.fixture
def tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Installs the script; returns a file with a letter for each page that it was asked to read."""

    def install(confidence: int = 91, fails: bool = False) -> Path:
        program, log = tmp_path / "program" / "tesseract", tmp_path / "program" / "log"
        program.parent.mkdir(exist_ok=True)
        text = SCRIPT.format(python=sys.executable, log=str(log), fails=fails, confidence=confidence)
        program.write_text(text, encoding="utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("RAG_TESSERACT", str(program))
        monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
        ocr.languages.cache_clear()
        ocr._version.cache_clear()
        _restart()
        return log

    yield install
    ocr.languages.cache_clear()
    ocr._version.cache_clear()
    _restart()


def _restart() -> None:
    """The reading process has the environment that it was started with."""
    from rag.readers.reader_process import _process

    _process().end()


def scan(*texts: str | None) -> bytes:
    """A page for each text; None is a picture without letters."""
    from PIL import Image
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out)
    for text in texts:
        if text is None:
            canvas.drawInlineImage(Image.new("RGB", (200, 100), "grey"), 72, 500)
        else:
            canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_scanned_pages_are_read_and_told_with_their_confidence(
    make_corpus: Make, tesseract: Callable[..., Path]
) -> None:
    log = tesseract()
    corpus = make_corpus(**{"a.pdf": scan("A page of text.", None)})
    found = survey(corpus)
    (document,) = found.documents
    assert document.text.split("\n") == ["A page of text.", "The warranty is 59 months.", "보증 기간"]
    assert document.ocr == ("page 2: 91",)
    assert document.gaps == ()
    assert found.manifest()["documents"][0]["recognised"] == ["page 2: 91"]
    assert [mark[2] for mark in document.marks] == ["1", "2"]
    assert log.read_text() == "x"
    survey(corpus)
    assert log.read_text() == "x"  # an unchanged file is not recognised again
    kept = json.loads(next((corpus / ".readings").glob("*.json")).read_text("utf-8"))
    assert kept["ocr"] == ["page 2: 91"]


def test_what_is_read_badly_is_a_gap(make_corpus: Make, tesseract: Callable[..., Path]) -> None:
    tesseract(confidence=52)
    (document,) = read_documents(make_corpus(**{"a.pdf": scan("Text.", None)}))
    assert document.gaps == ("OCR is unsure of page 2 (52 of 100); look at what `rag read` shows of them",)


def test_a_failing_program_costs_its_pages_alone(make_corpus: Make, tesseract: Callable[..., Path]) -> None:
    tesseract(fails=True)
    (document,) = read_documents(make_corpus(**{"a.pdf": scan("Text.", None)}))
    assert document.text == "Text."
    assert "page 2" in document.gaps[0]
    assert "OCR failed: Error opening data file" in document.gaps[0]


def test_a_program_that_does_not_start_is_a_gap_and_no_crash(
    make_corpus: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "broken"
    program.write_text("#!/bin/sh\necho no language data >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("RAG_TESSERACT", str(program))
    assert ocr.identity() == "broken: no language data"


def test_without_the_program_the_error_names_the_pages(make_corpus: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_OCR", "never")
    _restart()
    try:
        with pytest.raises(
            UserError, match=r"a\.pdf: no text in it; 3 of 3 pages have no text \(page 1, 2, 3\); install"
        ):
            read_documents(make_corpus(**{"a.pdf": scan(None, None, None)}))
    finally:
        _restart()


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_the_real_program_reads_a_picture_of_letters(make_corpus: Make) -> None:
    from PIL import Image, ImageDraw, ImageFont
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    picture = Image.new("RGB", (1600, 400), "white")
    ImageDraw.Draw(picture).text((40, 120), "The warranty is 59 months", "black", ImageFont.load_default(size=90))
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawImage(ImageReader(picture), 72, 500, 400, 100)
    canvas.save()
    (document,) = read_documents(make_corpus(**{"a.pdf": out.getvalue()}))
    assert "59 months" in document.text
