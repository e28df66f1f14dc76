"""The page: self-contained, inert, complete; checked by parsing it, not by looking."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from html.parser import HTMLParser

import pytest

from reports.pages.page import html, write_report
from reports.run_folder import label, read_run
from reports.sections import question_browser as browser
from reports.sections.question_browser import embed, pack

VOID = {"meta", "link", "input", "br", "img", "hr"}


class Page(HTMLParser):
    """Elements with their attributes, text by element name, and the balance of open and closed tags."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.texts = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    def text(self, tag):
        return [data for name, data in self.texts if name == tag]

    @property
    def visible(self):
        return " ".join(data for name, data in self.texts if name not in ("script", "style"))

    def block(self, name):
        names = [a.get("id") for tag, a in self.elements if tag == "script"]
        return unpack(self.text("script")[names.index(name)])


def unpack(packed):
    return json.loads(zlib.decompress(base64.b64decode(packed)))


def test_the_page_is_well_formed_and_loads_nothing(make_run):
    page = Page(write_report(make_run()).read_text(encoding="utf-8"))
    assert page.open == []
    for tag, attributes in page.elements:
        assert "src" not in attributes and "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert attributes.get("href", "#").startswith(("#", "data:,"))
        assert tag not in ("iframe", "object", "embed", "base", "form", "img")
    sheet = "".join(page.text("style"))
    assert "@import" not in sheet and "url(" not in sheet


def test_the_policy_admits_exactly_the_pages_own_script_and_style(make_run):
    page = Page(html(read_run(make_run())))
    policy = next(a["content"] for t, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["default-src"] == "'none'"
    for name, element in (("script-src", "script"), ("style-src", "style")):
        text = page.text(element)[-1].encode("utf-8")
        digest = base64.b64encode(hashlib.sha256(text).digest()).decode("ascii")
        assert directives[name] == f"'sha256-{digest}'"


def test_the_script_builds_the_page_from_text_alone(make_run):
    script = Page(html(read_run(make_run()))).text("script")[-1]
    for danger in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "fetch("):
        assert danger not in script


def test_hostile_text_is_inert_and_arrives_unchanged(make_run, hostile_text):
    counted = [tag for tag, _ in Page(html(read_run(make_run()))).elements]
    text = html(read_run(make_run(hostile=hostile_text, caveats=(hostile_text,))))
    page = Page(text)
    assert [tag for tag, _ in page.elements] == counted
    assert "<img" not in text and "<script>alert" not in text
    assert text.count("</script>") == sum(tag == "script" for tag in counted)
    assert hostile_text in page.block("d-index")["questions"][0]
    assert all(hostile_text in replies[0][0] for replies in page.block("d-q0")["modes"])
    assert hostile_text in page.block("d-p0")[0][2]


TEXTS = ["</script>", "<!--<script>", "\u2028\u2029", "é 中 \U0001f600", "\\u003c\"'&"]


@pytest.mark.parametrize("text", TEXTS)
def test_embedded_json_is_the_same_json_without_a_way_out(text):
    embedded = embed({"text": text})
    assert not set("<>&\u2028\u2029") & set(embedded)
    assert json.loads(embedded) == {"text": text}


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_packed_unpacks_as_it_was_and_holds_no_markup(text):
    assert set(pack({"text": text})) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
    assert unpack(pack({"text": text})) == {"text": text}


def test_a_lone_surrogate_is_packed_as_a_question_mark():
    assert unpack(pack("a\ud800b")) == "a?b"


def test_every_mode_and_every_number_of_the_axes_is_there(make_run):
    run = read_run(make_run())
    visible = Page(html(run)).visible
    for axis in ("knowledge", "style"):
        for mode, e in run.decision.axes[axis].items():
            assert label(mode) in visible
            for number in (f"{100 * e.mean:.1f}\u00a0%", f"{100 * e.low:.1f} to {100 * e.high:.1f}"):
                assert number in visible
    assert "fine\u2011tuning for how it must act" in visible
    for said in (*run.decision.reasons, *run.decision.caveats, "recall@4", "refused when it should", "152\u202f310"):
        assert said in visible


def test_the_browser_has_every_question_reply_score_and_passage(make_run, monkeypatch):
    monkeypatch.setattr(browser, "BLOCK", 16)
    run = read_run(make_run())
    page = Page(html(run))
    index = page.block("d-index")
    blocks = [page.block(f"d-q{i}") for i in range(3)]
    assert (index["ids"], index["block"]) == ([e.id for e in run.examples], 16)
    assert [m["name"] for m in index["modes"]] == list(run.modes)
    values = [value for block in blocks for _, _, column, _ in block["scores"] for value in column if value != ""]
    assert len(values) == len(run.scores)
    reasons = {text for block in blocks for *_, found in block["scores"] for text in found.values()}
    assert {s.reason for s in run.scores if s.reason} == reasons
    hybrid = index["modes"].index({"name": "hybrid", "label": "Hybrid", "strategy": "hybrid"})
    text, tokens_in, _, _, *passages = blocks[1]["modes"][hybrid][3]
    q19 = run.predictions["hybrid"][run.examples[19].id]
    assert (text, tokens_in) == (q19.text, q19.tokens_in)
    shown = [page.block(f"d-p{i // 16}")[i % 16] for i in passages[::2]]
    assert [entry[:3] for entry in shown] == [[p.document, p.position, p.text] for p in q19.passages]


def test_the_index_says_of_every_reply_what_its_scores_say(make_run):
    run = read_run(make_run())
    index = Page(html(run)).block("d-index")
    for s in run.scores:
        if s.primary and s.axis in index["axes"]:
            said = index["outcomes"][s.axis][run.modes.index(s.mode)][index["ids"].index(s.example_id)]
            assert said == ("-" if s.value is None else "1" if s.value >= 0.5 else "0")


def test_two_modes_without_style_make_a_page_that_says_so(make_run):
    run = read_run(
        make_run(modes=("base", "rag"), strategy="rag", mode="rag", candidates=("rag",), style=False, questions=20)
    )
    visible = Page(html(run)).visible
    assert "Style is not scored" in visible
    assert "Not run, and so not judged: Few-shot, RAG + few-shot, Fine-tuned, Hybrid." in visible
    assert "Only run on request, and so not judged: Structured, " in visible
    assert "fine\u2011tuning was not tried" in visible
    assert "Across, tuning: not measured" in visible


def test_an_open_verdict_names_the_candidates_and_the_questions_needed(make_run):
    run = read_run(make_run(strategy="inconclusive", mode=None, candidates=("rag", "hybrid")))
    visible = Page(html(run)).visible
    assert "Not settled yet: RAG alone or RAG with fine\u2011tuning." in visible
    assert "Test on about 180 questions in all" in visible


def test_a_mode_that_is_not_registered_keeps_its_own_name(make_run):
    run = read_run(make_run(modes=("base", "rag", "my-mode"), strategy="rag", mode="rag", candidates=("rag",)))
    assert run.modes == ("base", "rag", "my-mode")
    assert "my-mode" in Page(html(run)).visible


def test_the_same_run_makes_the_same_page(make_run):
    folder = make_run()
    first = write_report(folder).read_bytes()
    assert write_report(folder).read_bytes() == first
    assert sorted(p.name for p in folder.glob("report.*")) == ["report.html", "report.md"]
