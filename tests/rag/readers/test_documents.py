from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.errors import UserError
from rag.readers.documents import list_documents, read_documents

Make = Callable[..., Path]


def pdf(*pages: str) -> bytes:
    """A minimal PDF with one line of text a page, with a correct cross-reference table (ISO 32000-1, 7.5)."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for i, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * i} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return (out + f"xref\n0 {size}\n0000000000 65535 f \n{table}" + trailer).encode("ascii")


def docx(*paragraphs: str) -> bytes:
    """A minimal DOCX: the one part that holds text."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(f"<w:p><w:r><w:t>{p}</w:t></w:r></w:p>" for p in paragraphs)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>')
    return file.getvalue()


HTML = """<!doctype html><html><head><title>Leave policy</title><style>p {color: red}</style></head>
<body><script>alert("no")</script><h1>Leave</h1><p>Every employee has
<b>28</b> days.<br>Ask early.</p><!-- hidden --><table><tr><th>Site</th><th>Days</th></tr>
<tr><td>Arvik</td><td>28</td></tr></table><ul><li>one</li><li>two &amp; three</li></ul></body></html>"""


def test_every_kind_of_file_becomes_text(make_corpus: Make) -> None:
    corpus = make_corpus(**{
        "a.md": "\ufeff# Pump Echo\r\n\r\nIt lifts 12 m.  \r\n\r\n\r\n\r\nEnd.",
        "sub/b.txt": "Grüße aus Arvik\nLine two",
        "c.html": HTML,
        "d.pdf": pdf("The warranty is 59 months.", "Second page."),
        "e.docx": docx("Minutes of May", "Decided: buy 3 buoys."),
        "f.jsonl": json.dumps({"id": "faq/1", "title": "Rental", "text": "Rent by the day.\u2028Or week."}) + "\n",
    })  # fmt: skip
    documents = {d.id: d for d in read_documents(corpus)}
    assert list(documents) == ["a.md", "c.html", "d.pdf", "e.docx", "faq/1", "sub/b.txt"] == list_documents(corpus)
    assert documents["a.md"].text == "# Pump Echo\n\nIt lifts 12 m.\n\nEnd."
    assert documents["a.md"].title == "Pump Echo"
    assert documents["sub/b.txt"].text == "Grüße aus Arvik\nLine two"
    assert documents["c.html"].title == "Leave policy"
    assert documents["c.html"].text == (
        "Leave\n\nEvery employee has 28 days.\nAsk early.\n\nSite | Days\nArvik | 28\n\none\n\ntwo & three"
    )
    assert documents["d.pdf"].text == "The warranty is 59 months.\nSecond page."
    assert documents["e.docx"].text == "Minutes of May\n\nDecided: buy 3 buoys."
    assert (documents["faq/1"].title, documents["faq/1"].text) == ("Rental", "Rent by the day.\u2028Or week.")


def test_hidden_files_and_folders_and_lock_files_are_skipped(make_corpus: Make) -> None:
    corpus = make_corpus(**{"a.md": "x", ".DS_Store": b"\xff", ".git/b.md": "x", "~$a.docx": b"lock"})
    assert list_documents(corpus) == ["a.md"]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("bad.md", b"\x81\x81\x8d", "bad.md:1: not UTF-8 at byte 0; save the file as UTF-8"),
        ("bad.pdf", b"%PDF-1.4 cut", "bad.pdf: cannot be read as PDF; it is damaged or protected"),
        ("bad.docx", b"PK no zip", "bad.docx: cannot be read as DOCX; it is damaged or protected"),
        ("bad.html", "<script>only()</script>", "bad.html: no text in it"),
        ("bad.txt", " \n\t\n", "bad.txt: no text in it"),
        ("bad.pdf", pdf(""), "bad.pdf: no text in it; 1 of 1 pages have no text (page 1); "),
        ("bad.xls", b"x", "bad.xls: .xls files are not read; convert it: soffice --headless --convert-to xlsx bad.xls"),
        ("bad.abc", b"x", "bad.abc: unknown kind of file; known: .csv, .docx, .eml, .epub, .htm, .html,"),
        ("bad.jsonl", '{"id": "1", "title": "t", "text": "x"}\n{"id": ', "bad.jsonl:2: bad JSON"),
        ("bad.jsonl", '{"id": "1", "title": "t"}', "bad.jsonl:1: missing key 'text'"),
        ("bad.jsonl", '{"id": "1", "title": "t", "text": ""}', "bad.jsonl:1: key 'text' is empty"),
        ("rows.jsonl", '{"id": "ok.md", "title": "t", "text": "x"}', "rows.jsonl:1: document id 'ok.md' is taken by"),
    ],
)  # fmt: skip
def test_a_bad_file_is_named_in_one_line(
    make_corpus: Make, capfd: pytest.CaptureFixture[str], name: str, content: str | bytes, problem: str
) -> None:
    corpus = make_corpus(**{name: content, "ok.md": "fine"})
    with pytest.raises(UserError) as caught:
        read_documents(corpus)
    assert str(caught.value).startswith(f"{corpus}/{problem}")
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_links_that_lead_out_of_the_corpus_are_refused(make_corpus: Make, tmp_path: Path) -> None:
    corpus = make_corpus(**{"a.md": "x"})
    (tmp_path / "secret.md").write_text("s")
    (corpus / "b.md").symlink_to(corpus / "a.md")
    assert list_documents(corpus) == ["a.md", "b.md"]
    (corpus / "c.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(UserError, match=r"c\.md: is a link that leads out of the corpus"):
        list_documents(corpus)
    (corpus / "c.md").unlink()
    (corpus / "d").symlink_to(tmp_path)
    with pytest.raises(UserError, match=r"d: is a link to a folder"):
        list_documents(corpus)


def test_an_empty_corpus_is_refused(make_corpus: Make) -> None:
    with pytest.raises(UserError, match="corpus: no documents in it; add"):
        list_documents(make_corpus(**{".keep": ""}))
