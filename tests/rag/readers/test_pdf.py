"""PDF files written by hand: Helvetica on A4, places in points from the bottom left."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.errors import UserError
from rag.readers.documents import Document, read_documents

Text = tuple[float, float, float, str]
"""x, y, size, text."""


def make_pdf(pages: list[list[Text]], *, lines: str = "", title: str = "", annotations: str = "") -> bytes:
    """A PDF with texts at their places on each page; `lines` is drawn on the first, where `annotations` lie too."""
    kids = " ".join(f"{5 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< /Title ({title}) >>",
    ]
    for i, texts in enumerate(pages):
        drawn = [f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET" for x, y, size, text in texts]
        stream = "\n".join([*drawn, *([lines] if i == 0 else [])])
        extra = f"/Annots [{annotations}]" if annotations and i == 0 else ""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {6 + 2 * i} 0 R {extra} "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return (out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}" + trailer).encode("latin-1")


def read(folder: Path, data: bytes, name: str = "file.pdf") -> Document:
    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    (corpus / name).write_bytes(data)
    return next(d for d in read_documents(corpus) if d.id == name)


def down(*texts: str, x: float = 72, y: float = 750, size: float = 11) -> list[Text]:
    return [(x, y - 14 * i, size, text) for i, text in enumerate(texts)]


ROWS = [
    ("Model", "Torque", "Warranty"),
    ("Aldor", "35 Nm", "59 months"),
    ("Brevik", "", "24 months"),
    ("Corvo", "48 Nm", ""),
]
TABLE = "Model | Torque | Warranty\nAldor | 35 Nm | 59 months\nBrevik |  | 24 months\nCorvo | 48 Nm |"


def cells(rows: list[tuple[str, ...]], *, by_column: bool = False) -> list[Text]:
    placed = [
        (80 + 120 * c, 700 - 18 * r, 10.0, text) for r, row in enumerate(rows) for c, text in enumerate(row) if text
    ]
    return sorted(placed, key=lambda t: t[0]) if by_column else placed


def grid(rows: int, columns: int) -> str:
    across = [f"75 {713 - 18 * r} m {75 + 120 * columns} {713 - 18 * r} l S" for r in range(rows + 1)]
    along = [f"{75 + 120 * c} 713 m {75 + 120 * c} {713 - 18 * rows} l S" for c in range(columns + 1)]
    return "\n".join(across + along)


@pytest.mark.parametrize("ruled", [True, False])
@pytest.mark.parametrize("by_column", [True, False])
def test_a_table_has_one_row_a_line_and_keeps_its_empty_cells(tmp_path: Path, ruled: bool, by_column: bool) -> None:
    texts = [*down("Before the table stands a line."), *cells(ROWS, by_column=by_column), (72, 600, 11, "After it.")]
    document = read(tmp_path, make_pdf([texts], lines=grid(4, 3) if ruled else ""))
    assert document.text == f"Before the table stands a line.\n{TABLE}\nAfter it."


def test_two_columns_of_running_text_are_no_table(tmp_path: Path) -> None:
    left = down(*["The left column runs on and on here"] * 5, x=60)
    right = down(*["while the right one says other things"] * 5, x=330)
    text = read(tmp_path, make_pdf([[*left, *right]])).text
    assert " | " not in text
    assert text.index("while") > text.rindex("runs on")


def test_headers_footers_and_numbers_of_pages_are_neither_title_nor_text_of_each_page(tmp_path: Path) -> None:
    pages = [
        [(60, 810, 9, "Norrland Machines - Manual"), *down("Leave rules", size=18, y=740) * (i == 0),
         *down(f"Rule {i}: step {i} takes {i + 3} days.", y=700), (60, 30, 9, f"Page {i + 1} of 4")]
        for i in range(4)
    ]  # fmt: skip
    document = read(tmp_path, make_pdf(pages))
    assert document.title == "Leave rules"
    assert document.text.count("Norrland Machines") == 1
    assert "Page" not in document.text
    assert [f"Rule {i}: step {i} takes {i + 3} days." in document.text for i in range(4)] == [True] * 4


@pytest.mark.parametrize(
    ("given", "title"),
    [("Staff handbook", "Staff handbook"), ("untitled", "Pump manual"),
     ("Microsoft Word - rules_v2.doc", "Pump manual"),
     ("file", "Pump manual"), ("\\(anonymous\\)", "Pump manual"), ("", "Pump manual"), ("rules.indd", "Pump manual")],
)  # fmt: skip
def test_the_title_is_the_metadata_s_where_a_person_wrote_it_else_the_largest_line(
    tmp_path: Path, given: str, title: str
) -> None:
    texts = [
        *down("Norrland", y=780),
        *down("Pump manual", size=20, y=740),
        *down("The pump lifts 12 m.", "It is red.", y=700),
    ]
    assert read(tmp_path, make_pdf([texts], title=given)).title == title


def test_a_header_that_documents_share_is_the_title_of_none(tmp_path: Path) -> None:
    for i, name in enumerate(["a", "b", "c"]):
        texts = down("Norrland Machines GmbH", "Page 1 of 4", f"Rules for {name}", "", f"The fee is {i} EUR.")
        document = read(tmp_path, make_pdf([texts]), f"{name}.pdf")
    assert document.title == "Rules for c"
    assert "Norrland Machines GmbH" in document.text


@pytest.mark.parametrize(
    ("texts", "right"),
    [
        (
            [(72, 700, 12, "The flow is 10"), (146.2, 705, 7, "3"), (153.5, 700, 12, "l a day.")],
            "The flow is 10^3 l a day.",
        ),
        ([(72, 700, 12, "H"), (80.7, 697, 7, "2"), (84.6, 700, 12, "O is wet.")], "H2O is wet."),
        ([(72, 700, 12, "The warranty"), (140.1, 705, 7, "1"), (147, 700, 12, "is long.")], "The warranty[1] is long."),
    ],
)
def test_raised_and_lowered_digits_do_not_join_the_number_before(tmp_path: Path, texts: list[Text], right: str) -> None:
    assert read(tmp_path, make_pdf([texts])).text == right


def test_torn_words_are_whole_also_over_a_page(tmp_path: Path) -> None:
    pages = [down("The cer-", "tificate of the KX-", "4410 is a well-", "known one. Ask for the war-"), down("ranty.")]
    text = " ".join(read(tmp_path, make_pdf(pages)).text.split())
    assert text == "The certificate of the KX-4410 is a well-known one. Ask for the warranty."


def test_form_fields_stand_behind_their_labels_and_hidden_ones_do_not(tmp_path: Path) -> None:
    def field(y: int, rest: str) -> str:
        return f"<< /Type /Annot /Subtype /Widget /Rect [200 {y - 3} 300 {y + 12}] {rest} >>"

    fields = [
        field(750, "/FT /Tx /T (w) /V (59 months)"), field(736, "/FT /Btn /T (i) /V /Yes /AS /Yes"),
        field(722, "/FT /Btn /T (e) /V /Off /AS /Off"), field(500, "/FT /Ch /TU (Pump model) /T (m) /V (Aldor)"),
        field(480, "/FT /Tx /T (secret) /V (none) /F 2"),
    ]  # fmt: skip
    document = read(tmp_path, make_pdf([down("Warranty:", "Insured:", "Exported:")], annotations="\n".join(fields)))
    assert document.text == "Warranty: 59 months\nInsured: [x]\nExported: [ ]\nPump model: Aldor"


@pytest.mark.parametrize(("texts", "empty"), [(["", "b", ""], [1, 3]), (["a", "", "c"], [2])])
def test_pages_without_text_are_named(tmp_path: Path, texts: list[str], empty: list[int]) -> None:
    document = read(tmp_path, make_pdf([down(text) if text else [] for text in texts]))
    named = ", ".join(map(str, empty))
    assert document.gaps[0].startswith(f"{len(empty)} of 3 pages have no text (page {named})")


def test_a_password_is_an_error_of_its_own(tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    (tmp_path / "open.pdf").write_bytes(make_pdf([down("Text.")]))
    for password, readable in (("", True), ("secret", False)):
        writer = PdfWriter(clone_from=PdfReader(tmp_path / "open.pdf"))
        writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
        (tmp_path / "corpus").mkdir(exist_ok=True)
        writer.write(tmp_path / "corpus" / "locked.pdf")
        if readable:
            assert read_documents(tmp_path / "corpus")[0].text == "Text."
        else:
            with pytest.raises(UserError, match=r"locked\.pdf: is protected by a password; save it without one"):
                read_documents(tmp_path / "corpus")


def test_cells_that_span_rows_or_columns_keep_the_others_in_place(tmp_path: Path) -> None:
    rows = [("Model", "Limits", ""), ("Aldor", "35 Nm", "59 months"), ("", "12 Nm", "24 months")]
    lines = [
        "75 713 m 435 713 l S", "75 695 m 435 695 l S", "195 677 m 435 677 l S", "75 659 m 435 659 l S",
        "75 713 m 75 659 l S", "195 713 m 195 659 l S", "315 695 m 315 659 l S", "435 713 m 435 659 l S",
    ]  # fmt: skip
    document = read(tmp_path, make_pdf([cells(rows)], lines="\n".join(lines)))
    assert document.text == "Model | Limits |\nAldor | 35 Nm | 59 months\nAldor | 12 Nm | 24 months"


def test_a_heading_over_several_columns_does_not_join_them(tmp_path: Path) -> None:
    spanning: list[Text] = [(80, 718, 10, "Model"), (200, 718, 10, "Limits of every kind that we know of, all")]
    document = read(tmp_path, make_pdf([[*spanning, *cells(ROWS)]]))
    assert document.text.endswith(TABLE)


def test_a_table_with_ruled_lines_between_rows_alone(tmp_path: Path) -> None:
    lines = "\n".join(f"75 {713 - 18 * r} m 435 {713 - 18 * r} l S" for r in range(5))
    assert read(tmp_path, make_pdf([cells(ROWS)], lines=lines)).text == TABLE


def test_figures_set_to_the_right_are_columns_too(tmp_path: Path) -> None:
    texts: list[Text] = []
    for r, (name, *values) in enumerate([("Item", "2023", "2024"), ("Pumps", "9", "1,200"), ("Valves", "", "7")]):
        texts.append((80, 700 - 18 * r, 10, name))
        texts += [(x - 5.56 * len(v), 700 - 18 * r, 10, v) for x, v in zip((250, 350), values, strict=True) if v]
    assert read(tmp_path, make_pdf([texts])).text == "Item | 2023 | 2024\nPumps | 9 | 1,200\nValves |  | 7"


@pytest.mark.parametrize("marks", ["\\225\\225\\225", "123"])
def test_the_items_of_a_list_stay_with_their_marks(tmp_path: Path, marks: str) -> None:
    signs = ["\\225"] * 3 if marks.startswith("\\") else [f"{n}." for n in marks]
    texts: list[Text] = [(72, 700 - 14 * i, 11, sign) for i, sign in enumerate(signs)]
    texts += [(100, 700 - 14 * i, 11, f"item {i} of it") for i in range(3)]
    document = read(tmp_path, make_pdf([texts]))
    shown = [sign.replace("\\225", "•") for sign in signs]
    assert document.text == "\n".join(f"{sign} item {i} of it" for i, sign in enumerate(shown))


def test_a_row_of_a_table_is_no_title(tmp_path: Path) -> None:
    assert read(tmp_path, make_pdf([cells(ROWS)])).title == "file"
