"""Files of shapes that trip readers: tables in tables, merged cells, columns, turned pages, old encodings."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from rag.readers.documents import Document, read_documents

Make = Callable[..., Path]


@pytest.fixture
def read(make_corpus: Make) -> Callable[[str, bytes], Document]:
    return lambda name, data: {d.id: d for d in read_documents(make_corpus(**{name: data}))}[name]


Read = Callable[[str, bytes], Document]


def test_a_table_within_a_cell_stays_in_its_row(read: Read) -> None:
    from docx import Document as Word

    word = Word()
    table = word.add_table(2, 3)
    for i in range(2):
        for j in range(3):
            table.cell(i, j).text = f"c{i}{j}"
    inner = table.cell(1, 0).add_table(2, 2)
    for i in range(2):
        for j in range(2):
            inner.cell(i, j).text = f"in{i}{j}"
    out = io.BytesIO()
    word.save(out)
    assert "c00 | c01 | c02\nc10 in00, in01; in10, in11 | c11 | c12" in read("a.docx", out.getvalue()).text
    inner_table = "<table><tr><td>in1</td><td>in2</td></tr><tr><td>in3</td><td>in4</td></tr></table>"
    page = (
        f"<table><tr><td>a</td><td>{inner_table}</td><td>c</td></tr><tr><td colspan=2>wide</td><td>z</td></tr></table>"
    )
    assert read("a.html", page.encode()).text == "a | in1, in2; in3, in4 | c\nwide |  | z"


def test_a_table_that_lays_out_a_page_is_no_cell(read: Read) -> None:
    inner = "<table><tr><td><p>One.</p><p>Two.</p></td></tr></table>"
    page = f"<table><tr><td>menu</td><td>{inner}</td></tr><tr><td>foot</td></tr></table>"
    assert read("a.html", page.encode()).text.split("\n\n")[1:] == ["One.", "Two.", "foot"]


def test_rows_of_a_page_follow_one_another_without_blank_lines(read: Read) -> None:
    rows = "".join(f"<tr><td>k{i}</td><td>v{i}</td></tr>\n" for i in range(3))
    head = "<thead><tr><th>key</th><th>value</th></tr></thead>"
    page = f"<p>Before.</p><table>{head}<tbody>{rows}</tbody></table><p>After.</p>"
    assert read("a.html", page.encode()).text == "Before.\n\nkey | value\nk0 | v0\nk1 | v1\nk2 | v2\n\nAfter."


def test_cells_of_a_hangul_table_that_span_rows_stand_in_each(read: Read) -> None:
    def cell(text: str, wide: int = 1, high: int = 1) -> str:
        inner = f"<hp:subList><hp:p><hp:run><hp:t>{text}</hp:t></hp:run></hp:p></hp:subList>"
        return f'<hp:tc>{inner}<hp:cellSpan colSpan="{wide}" rowSpan="{high}"/></hp:tc>'

    rows = [
        cell("구분", high=2) + cell("가격", wide=2),
        cell("국내") + cell("해외"),
        cell("A") + cell("10원") + cell("20원"),
    ]
    table = "<hp:tbl>" + "".join(f"<hp:tr>{row}</hp:tr>" for row in rows) + "</hp:tbl>"
    space = "http://www.hancom.co.kr/hwpml/2011"
    head = f'<hs:sec xmlns:hs="{space}/section" xmlns:hp="{space}/paragraph">'
    section = f"{head}<hp:p><hp:run>{table}</hp:run></hp:p></hs:sec>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("Contents/section0.xml", section)
    assert read("a.hwpx", out.getvalue()).text == "구분 | 가격 |\n구분 | 국내 | 해외\nA | 10원 | 20원"


def test_two_columns_that_were_written_across_are_read_one_after_the_other(read: Read) -> None:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    canvas.drawString(40, 800, "A heading that runs over both of the columns of this page, from one side to the other")
    for i in range(12):
        canvas.drawString(40, 770 - 14 * i, f"left line {i} is about pumps and hoses")
        canvas.drawString(320, 770 - 14 * i, f"right line {i} is about valves and rods")
    canvas.save()
    lines = read("a.pdf", out.getvalue()).text.split("\n")
    assert [line.split()[0] for line in lines] == ["A", *["left"] * 12, *["right"] * 12]


def test_a_table_across_the_page_is_not_taken_for_columns(read: Read) -> None:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    for i in range(12):
        canvas.drawString(40, 770 - 14 * i, f"part {i}")
        canvas.drawString(320, 770 - 14 * i, f"EUR {i}.50")
    canvas.save()
    assert "part 3 | EUR 3.50" in read("a.pdf", out.getvalue()).text


def test_text_that_runs_up_a_page_is_read_as_lines(read: Read) -> None:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    canvas.rotate(90)
    canvas.drawString(100, -400, "The first line runs upward.")
    canvas.drawString(100, -420, "So does the second.")
    canvas.save()
    assert read("a.pdf", out.getvalue()).text == "The first line runs upward.\nSo does the second."


def test_mail_keeps_lines_that_begin_with_from_and_messages_that_are_attached(read: Read) -> None:
    import mailbox
    import tempfile

    inner = EmailMessage()
    inner["From"], inner["Subject"] = "a@example.org", "Inner"
    inner.set_content("From now on it is cheaper.\n")
    inner.add_alternative("<p>From now on it is cheaper.</p>", subtype="html")
    outer = EmailMessage()
    outer["From"], outer["Subject"] = "b@example.org", "Outer"
    outer.set_content("See the attached.")
    outer.add_attachment(inner)
    with tempfile.TemporaryDirectory() as home:
        box = mailbox.mbox(f"{home}/box")
        box.add(inner)
        box.add(outer)
        box.close()
        text = read("a.mbox", Path(home, "box").read_bytes()).text
    assert text.count("From now on it is cheaper.") == 2
    assert [line for line in text.split("\n") if line.startswith("## ")] == ["## Inner", "## Outer", "## Inner"]


def test_a_notebook_says_what_went_wrong_in_it(read: Read) -> None:
    outputs = [{"output_type": "error", "ename": "ValueError", "evalue": "no such pump", "traceback": []}]
    cells = [{"cell_type": "code", "source": "pump()", "outputs": outputs}]
    text = read("a.ipynb", json.dumps({"nbformat": 4, "cells": cells}).encode()).text
    assert text == "```\npump()\n```\n\nValueError: no such pump"


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        ("Größe und Maß der Straße", "cp1252", "windows-1252"), ("“quoted” – €5, it’s", "cp1252", "windows-1252"),
        ("보증 기간은 24개월입니다", "cp949", "cp949"), ("保証期間は24か月です", "shift_jis", "shift_jis"),
        ("保修期为二十四个月", "gb18030", "gb18030"), ("Гарантия двадцать четыре", "cp1251", "windows-1251"),
        ("Гарантия двадцать четыре", "koi8-r", "koi8-r"), ("Größe 한국", "utf-16", ""),
        ("plain text", "utf-16-be", "utf-16-be"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.html"])
def test_text_in_old_encodings_is_read_and_the_encoding_is_told(
    read: Read, name: str, text: str, encoding: str, told: str
) -> None:
    document = read(name, text.encode(encoding))
    assert (document.text, document.encoding) == (text, told)
