"""Passages say where in their file they stand: page, slide, cells, message, and the headings above them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.records import Passage, Prediction, from_dict, to_line
from rag.locators import locators
from rag.placed_passages import mixed_passages, section_passages, table_passages
from rag.readers.documents import Document, read_documents
from rag.readers.marks import heading_mark, mark, take_marks, with_signs, without_signs
from rag.retrievers.placed import PlacedRetriever, PlaceStore

Make = Callable[..., Path]


def words(text: str) -> int:
    return len(text.split())


def by_lines(count: int) -> Callable[[str], list[str]]:
    def split(text: str) -> list[str]:
        lines = text.split("\n")
        return ["\n".join(lines[i : i + count]) for i in range(0, len(lines), count)]

    return split


def test_marks_leave_the_text_and_keep_their_places() -> None:
    text, marks = take_marks(f"{mark('page', '1')}One.\n{mark('page', '2')}{heading_mark(2, 'Two: x')}Two.")
    assert text == "One.\nTwo."
    assert marks == ((0, "page", "1"), (5, "page", "2"), (5, "h2", "Two: x"))


def test_marks_stay_before_their_text_where_words_become_whole() -> None:
    text, marks = "a certi-\nficate\nnext", ((0, "page", "1"), (9, "page", "2"), (16, "page", "3"))
    signed = with_signs(text, marks).replace("-\n", "")
    joined, moved = without_signs(signed, marks)
    assert joined == "a certificate\nnext"
    assert [(joined[at : at + 4], value) for at, _, value in moved] == [("a ce", "1"), ("next", "2"), ("next", "3")]


def pdf(*pages: list[str]) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out)
    for lines in pages:
        for i, line in enumerate(lines):
            canvas.drawString(72, 700 - 20 * i, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_passages_of_a_pdf_name_their_pages(make_corpus: Make) -> None:
    (document,) = read_documents(
        make_corpus(**{"a.pdf": pdf(["Alpha one.", "Alpha two."], ["Beta one.", "Beta two."], ["Gamma one."])})
    )
    pieces = by_lines(2)(document.text)
    assert [place for place, _ in locators(document, pieces)] == ["page 1", "page 2", "page 3"]
    assert [place for place, _ in locators(document, by_lines(3)(document.text))] == ["pages 1 to 2", "pages 2 to 3"]


def test_passages_of_a_workbook_name_their_cells(make_corpus: Make) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Prices"
    for row in (["Part", "Price"], *([f"P-{i}", f"EUR {i}"] for i in range(10))):
        sheet.append([None, *row])
    second = book.create_sheet("Notes")
    second.append(["all prices without tax"])
    out = io.BytesIO()
    book.save(out)
    (document,) = read_documents(make_corpus(**{"a.xlsx": out.getvalue()}))
    pieces = list(table_passages(document.text, words, 24))
    assert [place for place, _ in locators(document, pieces)] == [
        "Prices!B1:C5", "Prices!B6:C9", "Prices!B10:C11", "Notes!A1:A1",
    ]  # fmt: skip
    assert all(piece.startswith("## Prices (B1:C11)\nPart | Price\n") for piece in pieces[:3])


def test_passages_of_a_csv_name_their_rows(make_corpus: Make) -> None:
    data = "Part,Price\r\n" + "".join(f"P-{i},EUR {i}\r\n" for i in range(8))
    (document,) = read_documents(make_corpus(**{"a.csv": data.encode()}))
    places = [place for place, _ in locators(document, list(table_passages(document.text, words, 16)))]
    assert places[0].startswith("rows 1 to ")
    assert places[-1].endswith("9")


def test_passages_of_slides_and_mail_name_them(make_corpus: Make) -> None:
    box = "".join(f"From a@b.c Tue Mar  4 10:00:00 2025\nFrom: a@b.c\nSubject: Same\n\nBody {i}.\n\n" for i in range(3))
    (document,) = read_documents(make_corpus(**{"a.mbox": box.encode()}))
    pieces = list(section_passages(document.text, lambda text, taken: [text], words))
    assert [place for place, _ in locators(document, pieces)] == ["message 1", "message 2", "message 3"]


def test_headings_above_a_passage_are_a_path(make_corpus: Make) -> None:
    from docx import Document as Word

    word = Word()
    for level, name in ((1, "Pumps"), (2, "Echo"), (3, "Parts"), (2, "Fjord")):
        word.add_heading(name, level)
        word.add_paragraph(f"About {name.lower()}.")
    out = io.BytesIO()
    word.save(out)
    page = "<h1>Pumps</h1><p>About pumps.</p><h2>Echo</h2><p>About echo.</p>"
    page += "<h3>Parts</h3><p>About parts.</p><h2>Fjord</h2><p>About fjord.</p>"
    text = "# Pumps\n\nAbout pumps.\n\n## Echo\n\nAbout echo.\n\n### Parts\n\nAbout parts.\n\n## Fjord\n\nAbout fjord."
    found = read_documents(make_corpus(**{"a.docx": out.getvalue(), "b.html": page.encode(), "c.md": text.encode()}))
    for document in found:
        pieces = [f"About {name}." for name in ("pumps", "echo", "parts", "fjord")]
        paths = [path for _, path in locators(document, pieces)]
        assert paths == ["Pumps", "Pumps > Echo", "Pumps > Echo > Parts", "Pumps > Fjord"], document.id


@pytest.mark.parametrize("limit", [64, 128, 256])
@pytest.mark.parametrize("markdown", [False, True])
def test_a_long_table_repeats_its_head_and_splits_no_row(limit: int, markdown: bool) -> None:
    head = "| Part | Remark | Price |\n|---|---|---|" if markdown else "Part | Remark | Price"
    rows = [f"P-{i} | {'word ' * (i % 9)}| EUR {i}" for i in range(150)]
    rows = [f"| {row} |" if markdown else row for row in rows]
    text = "Before the table.\n\n" + "\n".join([head, *rows]) + "\n\nAfter it."
    pieces = list(mixed_passages(text, lambda t: [t], words, limit))
    assert (pieces[0], pieces[-1]) == ("Before the table.", "After it.")
    assert all(piece.startswith(head + "\n") and words(piece) <= limit for piece in pieces[1:-1])
    found = [line for piece in pieces[1:-1] for line in piece.removeprefix(head + "\n").split("\n")]
    assert found == rows


def test_a_short_table_and_code_stay_where_they_are() -> None:
    text = "Before.\n\na | b\n1 | 2\n3 | 4\n\nAfter.\n\n```\n" + "x | y\n" * 40 + "```"
    assert list(mixed_passages(text, lambda t: [t], words, 20)) == [text]


class OneRetriever:
    top_k = 1

    def retrieve(self, questions: list[str]) -> list[tuple[Passage, ...]]:
        return [(Passage("a.pdf", "x", 1.0, 2),) for _ in questions]


def test_a_retriever_of_any_kind_gives_passages_with_their_places(tmp_path: Path) -> None:
    places = PlaceStore(tmp_path / "places.sqlite")
    places.upsert([("a.pdf", 2, "page 3", "Pumps > Echo")])
    retriever = PlacedRetriever(OneRetriever(), PlaceStore(tmp_path / "places.sqlite"))
    ((found,),) = retriever.retrieve(["?"])
    assert (found.place, found.headings, retriever.top_k) == ("page 3", "Pumps > Echo", 1)
    assert not hasattr(retriever, "ranked")
    again = from_dict(Prediction, json.loads(to_line(Prediction("q", "r", (found,)))))
    assert again.passages == (found,)


def test_documents_without_such_things_have_no_place() -> None:
    assert locators(Document("a.txt", "Plain text.", "A"), ["Plain text."]) == [("", "")]
