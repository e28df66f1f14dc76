"""A folder of mixed files, made by other programs' libraries: all that was put in is found, in order, rows whole."""

from __future__ import annotations

import datetime
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from pathlib import Path

import pytest

from eval.errors import UserError
from rag.readers.documents import read_documents

SENTENCES = ["The Aldor pump lifts twelve metres.", "Its seal is made of nitrile.", "Order it under KX-4410-B."]
HEADER = ["Pump", "Lift", "", "Price"]
TABLE = [["Aldor", "12 m", "", "1,299.00"], ["Brevik", "", "b", "59"], ["Corvo", "7 m", "x", "0.5"]]
PLACED = [[c or "" for c in row] for row in [HEADER, *TABLE]]
Make = Callable[..., Path]


def as_pptx() -> bytes:
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Pumps of the spring"
    for i, sentence in reversed(list(enumerate(SENTENCES[:2]))):  # drawn from below to above
        box = slide.shapes.add_textbox(Inches(1), Inches(1.5 + i), Inches(6), Inches(0.5))
        box.text_frame.text = sentence
    grid = slide.shapes.add_table(4, 4, Inches(1), Inches(4), Inches(6), Inches(2)).table
    for i, row in enumerate(PLACED):
        for j, cell in enumerate(row):
            grid.cell(i, j).text = cell
    slide.notes_slide.notes_text_frame.text = SENTENCES[2]
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def as_docx() -> bytes:
    from docx import Document

    document = Document()
    document.add_heading("Pumps of the spring", 0)
    for sentence in SENTENCES[:2]:
        document.add_paragraph(sentence)
    table = document.add_table(0, 4)
    for row in PLACED:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.add_paragraph(SENTENCES[2])
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_pdf() -> bytes:
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    style = getSampleStyleSheet()["Normal"]
    out = io.BytesIO()
    grid = Table(PLACED, style=[("GRID", (0, 0), (-1, -1), 1, "black")])
    SimpleDocTemplate(out).build(
        [Paragraph(SENTENCES[0], style), Paragraph(SENTENCES[1], style), grid, Paragraph(SENTENCES[2], style)]
    )
    return out.getvalue()


def as_xlsx() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Pumps"
    for sentence in SENTENCES:
        sheet.append([sentence])
    sheet.append(HEADER)
    sheet.append(["Aldor", "12 m", None, 1299])
    sheet["D5"].number_format = "#,##0.00"
    sheet.append(["Brevik", None, "b", 59.0])
    sheet.append(["Corvo", "7 m", "x", 0.5])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


_SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def _open_cells(rows: Sequence[Sequence[str]]) -> str:
    lines = []
    for row in rows:
        cells = "".join(f"<table:table-cell>{f'<text:p>{c}</text:p>' if c else ''}</table:table-cell>" for c in row)
        lines.append(f"<table:table-row>{cells}</table:table-row>")
    return "".join(lines)


def as_ods() -> bytes:
    rows = [[s] for s in SENTENCES] + PLACED
    table = f'<table:table table:name="Pumps">{_open_cells(rows)}</table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    return zipped(**{"content.xml": f"<office:document-content {_SPACES}>{body}</office:document-content>"})


def as_odt() -> bytes:
    first = "".join(f"<text:p>{s}</text:p>" for s in SENTENCES[:2])
    table = f"<table:table>{_open_cells(PLACED)}</table:table>"
    text = f'<text:h text:outline-level="1">Pumps</text:h>{first}{table}<text:p>{SENTENCES[2]}</text:p>'
    body = f"<office:body><office:text>{text}</office:text></office:body>"
    return zipped(**{"content.xml": f"<office:document-content {_SPACES}>{body}</office:document-content>"})


def as_odp() -> bytes:
    def box(inner: str) -> str:
        return f"<draw:frame><draw:text-box>{inner}</draw:text-box></draw:frame>"

    first = "".join(box(f"<text:p>{s}</text:p>") for s in SENTENCES[:2])
    table = f"<draw:frame><table:table>{_open_cells(PLACED)}</table:table></draw:frame>"
    pages = f"<draw:page>{first}{table}</draw:page><draw:page>{box(f'<text:p>{SENTENCES[2]}</text:p>')}</draw:page>"
    body = f"<office:body><office:presentation>{pages}</office:presentation></office:body>"
    spaces = f'{_SPACES} xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    return zipped(**{"content.xml": f"<office:document-content {spaces}>{body}</office:document-content>"})


def html() -> str:
    rows = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in PLACED)
    return f"<h1>Pumps</h1><p>{SENTENCES[0]}</p><p>{SENTENCES[1]}</p><table>{rows}</table><p>{SENTENCES[2]}</p>"


def as_epub() -> bytes:
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<dc:title>The pump book</dc:title></metadata><manifest><item id="b" href="b.xhtml" '
        'media-type="application/xhtml+xml"/><item id="a" href="a.xhtml" '
        'media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="book/p.opf"/></rootfiles></container>'
    )
    return zipped(**{
        "META-INF/container.xml": container, "book/p.opf": package,
        "book/b.xhtml": f"<html><body><p>{SENTENCES[2]}</p></body></html>",
        "book/a.xhtml": f"<html><body>{html().rpartition('<p>')[0]}</body></html>",
    })  # fmt: skip


def as_eml(html_only: bool = False) -> bytes:
    message = EmailMessage()
    message["Subject"] = "Pumpen: Gewährleistung"
    message["From"] = "Jörg <joerg@example.org>"
    message["Date"] = "Tue, 04 Mar 2025 10:00:00 +0100"
    if html_only:
        message.set_content(html(), subtype="html")
    else:
        rows = "\n".join(" | ".join(row) for row in PLACED)
        quoted = "\nOn Monday, 3 March 2025 Runa wrote:\n> What does the old pump cost?\n> 77 crowns?\n"
        message.set_content("\n\n".join([*SENTENCES[:2], rows, SENTENCES[2]]) + f"\n{quoted}\n-- \nJörg, pump desk\n")
        message.add_attachment(b"x", maintype="application", subtype="pdf", filename="list.pdf")
    return message.as_bytes()


def as_mbox() -> bytes:
    return b"From joerg@example.org Tue Mar  4 10:00:00 2025\n" + as_eml() + b"\n"


def as_rtf() -> bytes:
    rows = "".join(r"\trowd " + "".join(rf"{c}\cell " for c in row) + r"\row " for row in PLACED)
    return rf"{{\rtf1\ansi {SENTENCES[0]}\par {SENTENCES[1]}\par {rows}{SENTENCES[2]}\par}}".encode("ascii")


def as_hwpx() -> bytes:
    def p(inner: str) -> str:
        return f"<hp:p><hp:run>{inner}</hp:run></hp:p>"

    rows = "".join(
        "<hp:tr>"
        + "".join(f"<hp:tc><hp:subList>{p(f'<hp:t>{c}</hp:t>')}</hp:subList></hp:tc>" for c in row)
        + "</hp:tr>"
        for row in PLACED
    )
    body = (
        "".join(p(f"<hp:t>{s}</hp:t>") for s in SENTENCES[:2])
        + p(f"<hp:tbl>{rows}</hp:tbl>")
        + p(f"<hp:t>{SENTENCES[2]}</hp:t>")
    )
    space = "http://www.hancom.co.kr/hwpml/2011"
    return zipped(
        **{"Contents/section0.xml": f'<hs:sec xmlns:hs="{space}/section" xmlns:hp="{space}/paragraph">{body}</hs:sec>'}
    )


def as_notebook() -> bytes:
    rows = "\n".join(" | ".join(row) for row in PLACED)
    cells = [
        {"cell_type": "markdown", "source": ["# Pumps\n", "\n", "\n\n".join(SENTENCES[:2])]},
        {"cell_type": "code", "source": "show()", "outputs": [{"output_type": "stream", "text": [rows]}]},
        {"cell_type": "markdown", "source": SENTENCES[2]},
    ]
    return json.dumps({"nbformat": 4, "cells": cells}).encode()


def delimited(separator: str, encoding: str) -> bytes:
    lines = [*SENTENCES, *(separator.join(f'"{c}"' for c in row) for row in PLACED)]
    return "\r\n".join(lines).encode(encoding)


def plain() -> str:
    return "\n".join([*SENTENCES[:2], *(" | ".join(row) for row in PLACED), SENTENCES[2]])


FILES: dict[str, bytes] = {}


def mixed() -> dict[str, bytes]:
    if not FILES:
        FILES.update({
            "a.pptx": as_pptx(), "a.docx": as_docx(), "a.pdf": as_pdf(), "a.xlsx": as_xlsx(), "a.ods": as_ods(),
            "a.odt": as_odt(), "a.epub": as_epub(), "a.eml": as_eml(), "b.eml": as_eml(html_only=True),
                "a.mbox": as_mbox(),
            "a.rtf": as_rtf(), "a.hwpx": as_hwpx(), "a.ipynb": as_notebook(), "a.csv": delimited(",", "utf-8"),
            "b.csv": delimited(";", "utf-8-sig"), "c.csv": delimited(";", "utf-16"), "a.tsv": delimited("\t", "utf-8"),
            "a.html": html().encode(), "b.htm": html().encode("utf-16"),
                "a.md": plain().encode(), "b.txt": plain().encode("utf-8-sig"),
            "a.xlsm": as_xlsx(), "a.odp": as_odp(), "c.txt": plain().encode("utf-16"),
            "d.txt": plain().encode("utf-16-be"), "e.txt": f"{plain()}\nGrößer ist “keine”.".encode("cp1252"),
            "b.md": f"---\ntitle: Front\n---\n{plain()}".encode(), "b.tsv": delimited("\t", "utf-16"),
            "c.html": f"<meta charset=iso-8859-1>{html()}<p>Größe</p>".encode("latin-1"),
            "d.csv": delimited("|", "utf-8"),
        })  # fmt: skip
    return FILES


def test_every_sentence_and_cell_is_found_in_order_and_rows_are_whole(make_corpus: Make) -> None:
    documents = {d.id: d for d in read_documents(make_corpus(**mixed()))}
    assert sorted(documents) == sorted(mixed())
    assert len(documents) == 30
    for name, document in documents.items():
        text = document.text
        places = [" ".join(text.split()).find(sentence) for sentence in SENTENCES]
        assert -1 not in places, (name, text)
        assert places == sorted(places), (name, text)
        lines = [line for line in text.replace(" |\n", " | \n").split("\n") if " | " in line]
        rows = [[c.strip() for c in line.split(" | ")] for line in lines]
        trimmed = [row for row in rows if row[0] in ("Pump", "Aldor", "Brevik", "Corvo")]
        assert trimmed == PLACED, (name, text)


def test_slides_and_sheets_and_messages_say_where_a_text_stands(make_corpus: Make) -> None:
    documents = {d.id: d for d in read_documents(make_corpus(**mixed()))}
    assert documents["a.pptx"].text.startswith("## Slide 1: Pumps of the spring\n")
    assert "## Pumps (A1:D7)" in documents["a.xlsx"].text
    mail = documents["a.eml"]
    assert mail.text.startswith("## Pumpen: Gewährleistung\nFrom: Jörg <joerg@example.org>\nDate: Tue, 04 Mar 2025")
    assert "77 crowns" not in mail.text
    assert "pump desk" not in mail.text
    assert mail.hidden > 0
    assert mail.gaps == ("attachment 'list.pdf' is not read; save it into the corpus",)
    assert documents["a.epub"].title == "The pump book"


def test_cells_are_shown_as_their_program_shows_them(make_corpus: Make) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    shown = [
        (59.0, "General", "59"), (0.1 + 0.2, "General", "0.3"), (0.256, "0.0%", "25.6%"),
        (1299, '#,##0.00 "€"', "1,299.00 €"),
        (-3, "0.0;(0.0)", "(3.0)"), (-3.5, "0.00", "-3.50"), (datetime.date(2024, 3, 4), "dd.mm.yyyy", "04.03.2024"),
        (datetime.date(2024, 3, 4), "d mmmm yyyy", "4 March 2024"),
        (datetime.datetime(2024, 3, 4, 15, 5), "h:mm AM/PM", "3:05 PM"),
        (datetime.date(2024, 3, 4), "mm-dd-yy", "2024-03-04"), (1234567, '0.0,,"M"', "1.2M"), (True, "General", "TRUE"),
        (7, "000", "007"), (5, '[$€-407] #,##0', "€ 5"),
    ]  # fmt: skip
    for value, form, _ in shown:
        sheet.append([value, "x"])
        sheet.cell(sheet.max_row, 1).number_format = form
    out = io.BytesIO()
    book.save(out)
    (document,) = read_documents(make_corpus(**{"a.xlsx": out.getvalue()}))
    assert [line.split(" | ")[0] for line in document.text.split("\n") if " | " in line] == [
        text for _, _, text in shown
    ]


def test_a_formula_without_a_stored_result_is_an_error_that_names_the_cell(make_corpus: Make) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append([1, "=A1*2"])
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(UserError, match=r"a\.xlsx: Sheet!B1 holds a formula without a stored result"):
        read_documents(make_corpus(**{"a.xlsx": out.getvalue()}))


def bomb() -> bytes:
    return zipped(**{"content.xml": "<a>" + " " * 40_000_000 + "</a>"})


def scan() -> bytes:
    from PIL import Image
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawInlineImage(Image.new("RGB", (200, 100), "grey"), 72, 500)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def locked_pdf() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(PdfReader(io.BytesIO(as_pdf())))
    writer.encrypt("secret")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


DEFECTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "scan.pdf": (scan, "no text in it; 1 of 1 pages have no text (page 1); install tesseract-ocr"),
    "cut.xlsx": (lambda: as_xlsx()[:2000], "is damaged; save it again"),
    "cut.docx": (lambda: as_docx()[:2000], "cannot be read as DOCX; it is damaged or protected"),
    "really-pdf.docx": (as_pdf, "is a PDF by its content; rename it to .pdf"),
    "text.pptx": (lambda: b"just words", "is not what its ending says; rename it"),
    "locked.pdf": (locked_pdf, "is protected by a password; save it without one"),
    "locked.xlsx": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
                    "is protected by a password, or in the format of before"),
    "bomb.odt": (bomb, "has a part that unpacks to"),
    "entities.odt": (lambda: zipped(**{"content.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
                     "declares entities in its XML"),
    "empty.eml": (lambda: b"no headers here", "has no mail headers"),
    "bad.json": (lambda: b'{"a": ', "bad JSON"),
    "bad.rtf": (lambda: b"plain", "is not RTF by its content"),
    "none.epub": (lambda: zipped(a="b"), "is no e-book by its content"),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_one_line_that_names_the_file(make_corpus: Make, name: str) -> None:
    make, said = DEFECTS[name]
    with pytest.raises(UserError) as error:
        read_documents(make_corpus(**{name: make()}))
    message = str(error.value)
    assert f"{name}:" in message
    assert said in message
    assert "\n" not in message
