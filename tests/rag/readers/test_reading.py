"""Titles, front matter, HTML, Word files and cleaning: variants of each kind, with what a person reads."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.errors import UserError
from rag.readers.cleaning import join_torn, tidy, words
from rag.readers.documents import read_documents
from rag.readers.front_matter import split_front_matter
from rag.readers.markup import html_text
from rag.readers.raised_signs import lowered, raised

Make = Callable[..., Path]

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@pytest.mark.parametrize(
    ("text", "title", "rest"),
    [
        ("---\ntitle: Aldor handbook\ntags: [a, b]\n---\n\n# Aldor\n", "Aldor handbook", "# Aldor\n"),
        ("---\ntitle: Corvo: handbook\n---\nText", "Corvo: handbook", "Text"),
        ("---\ntags:\n- a\n- b\ntitle: 'B: c'\n...\nText", "B: c", "Text"),
        ("---\ntitle: >\n  Long\n  name\ndraft: no\n---\nText", "Long name", "Text"),
        ("---\nTitle: Caps\nAuthor: A\n---\nText", "Caps", "Text"),
        ("+++\ntitle = 'Brevik handbook'\ndate = 2024-03-01\n[extra]\na = 1\n+++\nText", "Brevik handbook", "Text"),
        (';;;\n{"title": "J", "n": [1]}\n;;;\nText', "J", "Text"),
        ("---\ndate: 2024-03-01\n---\nText", "", "Text"),
    ],
)
def test_front_matter_gives_the_title_and_is_not_text(text: str, title: str, rest: str) -> None:
    assert split_front_matter(text) == (title, rest)


@pytest.mark.parametrize(
    "text",
    [
    "---\n\nThe pump.\n\n---\nMore", "---\nNote: wear gloves.\n---\nText", "---\nOne line of text\n---\nText",
     "---\ntitle: never closed\n\nText", "+++\nno toml here\n+++\nText", "--- \nA rule, then: text\n---",
     "# Title\n---\na: b\n---"],
)  # fmt: skip
def test_a_rule_above_text_is_no_front_matter(text: str) -> None:
    assert split_front_matter(text) == ("", text)


@pytest.mark.parametrize("text", ["\ufeff---\r\ntitle: T\r\n---\r\nBody\r\n", "---\ntitle: T\n---\nBody"])
@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.html"])
def test_front_matter_is_read_in_every_kind_of_text(make_corpus: Make, text: str, name: str) -> None:
    (document,) = read_documents(make_corpus(**{name: text}))
    assert (document.title, document.text) == ("T", "Body")


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("a.md", "# [Pump](x.md) **Echo** #\n\nText", "Pump Echo"),
        ("a.md", "[![badge](x)](y)\n\nPump Echo\n=========\n\nText", "Pump Echo"),
        ("a.md", "A long first paragraph that says what this is about, and goes on and on and on.\n\n# Echo", "Echo"),
        ("a.md", "```sh\n# not a heading\n```\n\n# Echo", "Echo"),
        ("echo.md", "The pump lifts twelve metres of water.\n\nMore.", "echo"),
        ("a.txt", "Page 1 of 4\nCONFIDENTIAL\n- 3 -\nLeave rules\n\nText", "Leave rules"),
        ("a.txt", "The pump that we\nsell lifts water.", "a"),
        ("a.html", "<title>Untitled</title><h1>Leave</h1>", "Leave"),
    ],
)
def test_a_title_is_a_heading_else_the_name_of_the_file(make_corpus: Make, name: str, text: str, title: str) -> None:
    assert read_documents(make_corpus(**{name: text}))[0].title == title


def test_what_pages_of_a_site_share_is_not_their_title(make_corpus: Make) -> None:
    pages = {
        f"{n}.html": f"<title>{t} | Norrland Intranet</title><h1>H {n}</h1><p>Text {n}</p>"
        for n, t in [("a", "Leave"), ("b", "Pay"), ("c", "Tools")]
    }
    same = {f"{n}.html": f"<title>Norrland</title><h1>Head {n}</h1><p>Text {n}" for n in "xyz"}
    titles = {d.id: d.title for d in read_documents(make_corpus(**pages, **same))}
    assert list(titles.values()) == ["Leave", "Pay", "Tools", "Head x", "Head y", "Head z"]


def test_a_line_that_many_documents_begin_with_is_not_their_title(make_corpus: Make) -> None:
    files = {f"{n}.txt": f"NORRLAND MACHINES GMBH\n\nRules for {n}\n\nText of {n}." for n in "abcdef"}
    assert [d.title for d in read_documents(make_corpus(**files))] == [f"Rules for {n}" for n in "abcdef"]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("10<sup>3</sup>", "10^3"), ("10<sup>&minus;6</sup>", "10^-6"), ("5<sup>2</sup>", "5^2"),
        ("12 m<sup>3</sup> a day", "12 m^3 a day"), ("kg/m<sup>3</sup>", "kg/m^3"), ("s<sup>-1</sup>", "s^-1"),
        ("H<sub>2</sub>O and CO<sub>2</sub>", "H2O and CO2"), ("x<sub>i</sub>", "x_i"), ("101<sub>2</sub>", "101_2"),
        ("warranty<sup>1</sup> of", "warranty[1] of"), ("24 months<sup>2</sup>", "24 months[2]"),
        ("59<sup><a href='#fn1'>1</a></sup> months", "59[1] months"), ("months.<sup>3</sup>", "months.[3]"),
        ("the 1<sup>st</sup> of May", "the 1st of May"), ("x<sup>n+1</sup>", "x^(n+1)"),
        ("Echo<sup>TM</sup>", "EchoTM"),
        ("<b>10</b><sup>3</sup>", "10^3"), ("10³ m²", "10³ m²"),
        ("a<span style='display: none'>no</span>b", "ab"), ("a<p hidden>no</p>", "a"),
        ("a<template>no</template>", "a"),
        ("a<div style='VISIBILITY:hidden'>no</div>", "a"), ("a<!-- no -->b", "ab"), ("a<dialog>no</dialog>", "a"),
        ("<style>.x{display:none}</style>a<i class=x>no</i>", "a"),
        ("<style>.t{display:none} .t.on{display:block}</style><p class='t on'>a</p><p class=t>no</p>", "a"),
        ("<style>@media print{.x{display:none}}</style>a<i class=x>b</i>", "ab"),
        ("<style>@import 'x'; /* c */ #x, em {display : none !important}</style>a<em>no</em><b id=x>no</b>", "a"),
        ("<table><tr><td rowspan=2>A<td>1<tr><td>2</table>", "A | 1\nA | 2"),
        ("<table><tr><td colspan=2>A<td>1<tr><td>x<td><td>2</table>", "A |  | 1\nx |  | 2"),
    ],
)  # fmt: skip
def test_html_is_read_as_it_is_shown(markup: str, text: str) -> None:
    assert html_text(markup).text == text


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="windows-1252">', "cp1252"), ("<META CHARSET=ISO-8859-1>", "cp1252"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-15">', "iso-8859-15"),
        ('<?xml version="1.0" encoding="utf-16"?>', "utf-16"), ("", "utf-16"), ("", "utf-8-sig"), ("", "utf-8"),
        ('<?xml version="1.0" encoding="ISO-8859-1"?>', "cp1252"), ("<meta charset='windows-1252'>", "utf-8"),
    ],
)  # fmt: skip
def test_html_is_read_in_the_encoding_that_it_declares(make_corpus: Make, head: str, encoding: str) -> None:
    page = f"{head}<title>Größe</title><p>Größe 5 €".encode(encoding)
    (document,) = read_documents(make_corpus(**{"a.html": page}))
    assert (document.title, document.text) == ("Größe", "Größe 5 €")


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        ("보증 기간", "cp949", "euc-kr"),
        ("保証期間", "cp932", "Shift_JIS"),
        ("保修期", "gb18030", "gb2312"),
        ("Насос", "koi8_r", "koi8-r"),
    ],
)
def test_east_asian_and_cyrillic_pages_too(make_corpus: Make, text: str, encoding: str, name: str) -> None:
    (document,) = read_documents(make_corpus(**{"a.html": f"<meta charset={name}><p>{text}".encode(encoding)}))
    assert document.text == text


def test_an_encoding_that_does_not_hold_or_exist_is_an_error(make_corpus: Make) -> None:
    for page, expected in [
        (
            b"<meta charset=utf-8><p>caf\xe9",
            "not UTF-8 at byte 26; save the file as UTF-8 \\(it looks like windows-1252",
        ),
        (b"<meta charset=klingon><p>x", "declares the unknown encoding 'klingon'; save the file as UTF-8"),
        (b"<meta charset=euc-kr><p>\xff\xff", "declares the encoding euc-kr, but is not at byte"),
        (b"<p>caf\xe9\x81", "not UTF-8 at byte 6"),
    ]:
        with pytest.raises(UserError, match=expected):
            read_documents(make_corpus(**{"a.html": page}))


@pytest.mark.parametrize(
    ("torn", "whole"),
    [
        ("The cer-\ntificate holds", "The certificate\nholds"), ("KX-\n4410", "KX-4410"),
        ("well-\nknown", "well-known"),
        ("for-\nty-two months.", "forty-two\nmonths."), ("twenty-\ntwo", "twenty-two"), ("10-\n20 mm", "10-20\nmm"),
        ("Wartungs-\nund Pflegekosten", "Wartungs- und Pflegekosten"), ("inter-\nnation-\nal", "international"),
        ("an e-mail. The e-\nmail", "an e-mail. The e-mail"), ("the coop. A co-\nop", "the coop. A coop"),
        ("safety valve, a safety-\nvalve test", "safety valve, a safety-valve\ntest"), ("Smith-\nJones", "Smith-Jones"),
        ("part-\nner", "partner"), ("- one\n- two", "- one\n- two"), ("a -\nb", "a -\nb"),
        ("Größen-\nordnung", "Größenordnung"),
    ],
)  # fmt: skip
def test_torn_words_are_joined_and_hyphens_kept(torn: str, whole: str) -> None:
    assert join_torn(torn, words([torn])) == whole


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("oﬃce ﬁle ﬂag eﬀort", "office file flag effort"), ("x² ½ № ①", "x² ½ № ①"), ("war\u00adranty", "warranty"),
        ("war\u00ad\nranty", "warranty"), ("KX\u200b4410\ufeff", "KX4410"), ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\u00a0b  \n\n\n\nc", "a b\n\nc"), ("Gro\u0308ße", "Größe"), ("\u2f00", "一"), ("👩\u200d🔧", "👩\u200d🔧"),
    ],
)  # fmt: skip
def test_ligatures_and_invisible_signs_go_and_meaning_stays(text: str, clean: str) -> None:
    assert tidy(text) == clean


def test_scripts_after_nothing() -> None:
    assert (raised("", "1"), raised("x", ""), lowered("", "2")) == ("[1]", "", "2")


def word_file(body: str, **parts: str) -> bytes:
    """A DOCX of its main part and others, by name without ending, each the inner XML of its root."""
    roots = {
        "document": "document",
        "styles": "styles",
        "numbering": "numbering",
        "footnotes": "footnotes",
        "header1": "hdr",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, inner in {"document": f"<w:body>{body}</w:body>", **parts}.items():
            if name == "core":
                core = f'<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{inner}</dc:title></c>'
                archive.writestr("docProps/core.xml", core)
            else:
                archive.writestr(f"word/{name}.xml", f'<w:{roots[name]} xmlns:w="{W}">{inner}</w:{roots[name]}>')
    return file.getvalue()


def p(text: str, style: str = "", run: str = "") -> str:
    head = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{head}<w:r>{run}<w:t>{text}</w:t></w:r></w:p>"


def tc(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


STYLES = (
    '<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="T"><w:name w:val="Title"/></w:style>'
    '<w:style w:styleId="L"><w:name w:val="List Number"/>'
    '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
)
NUMBERING = (
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/>'
    "</w:lvl></w:abstractNum>"
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
)


@pytest.mark.parametrize(
    ("body", "parts", "title"),
    [
        (p("Norrland") + p("Leave rules", "berschrift1"), {"styles": STYLES}, "Leave rules"),
        (p("Rules", "berschrift1") + p("Staff handbook", "T"), {"styles": STYLES}, "Staff handbook"),
        (p("Rules", "berschrift1"), {"styles": STYLES, "core": "Handbook of rules"}, "Handbook of rules"),
        (p("Rules", "berschrift1"), {"styles": STYLES, "core": "Document1"}, "Rules"),
        (p("Rules", "berschrift1"), {"styles": STYLES, "core": "Microsoft Word - r.doc"}, "Rules"),
        (p("Text of one sentence here."), {"header1": p("Norrland")}, "a"),
    ],
)
def test_the_title_of_a_word_file(make_corpus: Make, body: str, parts: dict[str, str], title: str) -> None:
    assert read_documents(make_corpus(**{"a.docx": word_file(body, **parts)}))[0].title == title


@pytest.mark.parametrize(
    ("body", "parts", "text"),
    [
        ("<w:tbl><w:tr>" + tc("a") + tc("") + tc("c") + "</w:tr></w:tbl>", {}, "a |  | c"),
        ("<w:tbl><w:tr>" + tc("h", '<w:gridSpan w:val="2"/>') + tc("x") + "</w:tr><w:tr>" + tc("1") + tc("2") + tc("3")
         + "</w:tr></w:tbl>", {}, "h |  | x\n1 | 2 | 3"),
        ("<w:tbl><w:tr>" + tc("A", '<w:vMerge w:val="restart"/>') + tc("1") + "</w:tr><w:tr>" + tc("", "<w:vMerge/>")
         + tc("2") + "</w:tr></w:tbl>", {}, "A | 1\nA | 2"),
        ("<w:tbl><w:tr><w:tc><w:tbl><w:tr>" + tc("i") + tc("j") + "</w:tr></w:tbl><w:p/></w:tc>" + tc("k")
         + "</w:tr></w:tbl>", {}, "i, j | k"),
        (p("10") .replace("</w:p>", '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>3</w:t></w:r></w:p>'),
         {}, "10^3"),
        (p("H").replace("</w:p>", '<w:r><w:rPr><w:vertAlign w:val="subscript"/></w:rPr><w:t>2</w:t></w:r></w:p>'),
         {}, "H2"),
        (p("one", "L") + p("two", "L"), {"styles": STYLES, "numbering": NUMBERING}, "1. one\n\n2. two"),
        (p("term").replace("</w:p>", '<w:r><w:footnoteReference w:id="5"/></w:r></w:p>'),
         {"footnotes": f'<w:footnote w:id="5">{p("59 months.")}</w:footnote>'}, "term[1]\n\n[1] 59 months."),
        (p("seen") + p("not", run="<w:rPr><w:vanish/></w:rPr>"), {}, "seen"),
        (p("kept") + "<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
         "<w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p>",
         {}, "kept\n\nnew"),
        ("<w:p><w:r><w:t>by</w:t></w:r><w:r><w:pict><w:txbxContent>" + p("In a box")
         + "</w:txbxContent></w:pict></w:r></w:p>",
         {}, "by\n\nIn a box"),
        (p("body"), {"header1": p("Norrland") + p("Page 1 of 4")}, "body\n\nNorrland"),
    ],
)  # fmt: skip
def test_the_text_of_a_word_file(make_corpus: Make, body: str, parts: dict[str, str], text: str) -> None:
    assert read_documents(make_corpus(**{"a.docx": word_file(body, **parts)}))[0].text == text
