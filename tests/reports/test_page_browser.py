"""The page in a real Chromium: silent, self-contained, drawn, usable by keyboard, and inert whatever the texts say."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from eval.analyse import analyse
from eval.config import read_run_config, write_run_config
from eval.files import read_json, write_json
from eval.records import Example, Passage, Prediction, Score, read_records, write_records
from reports.page import write_report
from reports.run import read_run

pytestmark = pytest.mark.browser

PAYLOADS = (
    "<script>window.ran=1</script>",
    "</script><script>window.ran=1</script>",
    "</style><script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    "<svg onload=window.ran=1>",
    "<svg><script>window.ran=1</script></svg>",
    "<iframe src='javascript:parent.ran=1'></iframe>",
    "<a href='javascript:window.ran=1' autofocus onfocus=window.ran=1>click</a>",
    "<details open ontoggle=window.ran=1>",
    "<input autofocus onfocus=window.ran=1>",
    "<!--<script>--><script>window.ran=1</script>",
    "]]></title></textarea><script>window.ran=1</script>",
    "{{ 7 * 7 }}{% raw %}<b onmouseover=window.ran=1>",
    "\u2028</script>\u2029<script>window.ran=1</script>",
    "' onmouseover='window.ran=1' \" onmouseover=\"window.ran=1\"",
    "<meta http-equiv=refresh content='0;url=https://example.org'>",
    "<link rel=stylesheet href=https://example.org/x.css><style>body{display:none}</style>",
    "<base href=https://example.org/><form action=https://example.org/><button>x</button></form>",
    "\u202eevil\u202c " + "W" * 4000,
    "a\u0000b\ufeff\ud800 \\u003cscript\\u003ewindow.ran=1\\u003c/script\\u003e",
)


@pytest.fixture(scope="module")
def page_path(write_run_to, tmp_path_factory):
    """The page of an invented run with all its analyses."""
    folder = write_run_to(tmp_path_factory.mktemp("page") / "run")
    analyse(folder)
    return write_report(folder)


@pytest.fixture
def open_page(page_path, open_tab):
    """Opens the page and waits until a question stands."""

    def open_(hash_="", page=page_path, **options):
        tab = open_tab(**options)
        tab.page.goto(page.as_uri() + hash_)
        tab.page.wait_for_selector("#detail article", timeout=20_000)
        return tab

    return open_


def asked(tab):
    """The id of the question in the detail."""
    return tab.page.locator("#asked-id")


def count(tab):
    """How many questions the filters leave."""
    return tab.page.locator("#count")


def test_the_page_opens_from_disk_in_silence_and_asks_for_nothing(make_run, open_tab):
    page = write_report(make_run())
    tab = open_tab()
    tab.page.goto(page.as_uri())
    tab.page.wait_for_selector("#detail article")
    assert tab.page.locator("h1").inner_text()
    assert (tab.console, tab.errors, tab.requests) == ([], [], [page.as_uri()])


def test_the_first_screen_says_which_how_sure_why_what_next_and_what_would_change_it(open_page):
    tab = open_page(viewport={"width": 1280, "height": 800})
    for selector in ("h1", ".badges", ".why li >> nth=2", ".next li >> nth=0", ".changes tr >> nth=-1", ".quadrant"):
        box = tab.page.locator(selector).bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] <= 800, selector
    arms = " ".join(tab.page.locator(".quadrant .arm-name").all_text_contents())
    assert all(name in arms for name in ("Base", "Few-shot", "RAG", "RAG + few-shot", "Fine-tuned", "Hybrid"))


def test_every_picture_is_drawn_inside_its_frame_and_has_a_name(open_page):
    tab = open_page(viewport={"width": 1280, "height": 800})
    tab.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    pictures = tab.page.evaluate(DRAWN)
    assert len(pictures) > 30
    assert [p for p in pictures if not p["name"] or not p["shapes"] or p["outside"]] == []


DRAWN = """() => [...document.querySelectorAll('svg')].map((svg) => {
  const frame = svg.getBoundingClientRect();
  const out = [...svg.querySelectorAll('text, circle, line:not([class=hatched])')].filter((node) => {
    const box = node.getBoundingClientRect();
    return box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 2 || box.bottom > frame.bottom + 2;
  });
  return { name: svg.getAttribute('aria-label'), shapes: svg.querySelectorAll('circle, rect, line, polyline').length, outside: out.map((node) => node.outerHTML.slice(0, 90)) };
})"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(open_page, scheme):
    tab = open_page(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    tab.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    found = Axe().run(tab.page).response["violations"]
    grave = [(v["id"], v["nodes"][0]["html"][:120]) for v in found if v["impact"] in ("serious", "critical")]
    assert grave == []


def test_a_phone_scrolls_down_only(open_page):
    tab = open_page(viewport={"width": 390, "height": 844})
    tab.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert tab.page.evaluate("document.documentElement.scrollWidth") == 390


def test_paper_cuts_nothing_off(open_page):
    tab = open_page(viewport={"width": 703, "height": 1000})  # A4 less its margins, in CSS pixels
    tab.page.emulate_media(media="print")
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 703
    assert (
        tab.page.evaluate(
            "[...document.querySelectorAll('.scroll')].filter((s) => s.scrollWidth > s.clientWidth + 1).length"
        )
        == 0
    )
    assert tab.page.locator("#axes table").first.is_visible()


def test_filters_narrow_the_list_by_arm_outcome_tag_cause_and_words(open_page):
    tab = open_page()
    total = count(tab).inner_text()
    assert total == "40 of 40 questions"
    tab.page.select_option("#mode", "hybrid")
    tab.page.select_option("#outcome", "both")
    some = count(tab).inner_text()
    assert some != total and tab.page.locator("#clear").is_visible()
    tab.page.click("#clear")
    tab.page.select_option("#tag", "number")
    assert count(tab).inner_text() == "36 of 40 questions"
    tab.page.click("#clear")
    tab.page.select_option("#mode", "rag")
    options = tab.page.locator("#cause option").all_inner_texts()
    tab.page.select_option("#cause", index=options.index("the model does not get the answer out of the gold passage"))
    assert 0 < int(count(tab).inner_text().split()[0]) < 40
    tab.page.click("#clear")
    tab.page.fill("#search", "who designed tjur")
    expect(count(tab)).to_have_text("2 of 40 questions")
    assert "Tjur winch" in tab.page.locator("#asked").inner_text()
    tab.page.fill("#search", "no such words")
    expect(count(tab)).to_have_text("0 of 40 questions")
    assert not tab.page.locator("#pane").is_visible()
    assert tab.errors == []


def test_a_number_in_the_evidence_leads_to_its_questions(open_page):
    tab = open_page()
    link = tab.page.locator("#axes a[href='#mode=hybrid&outcome=both']")
    number = link.inner_text()
    link.click()
    expect(tab.page.locator("#mode")).to_have_value("hybrid")
    expect(count(tab)).to_have_text(f"{number} of 40 questions")


def test_a_link_opens_its_question_and_the_keys_go_on_from_there(open_page):
    tab = open_page("#q=q7")
    expect(asked(tab)).to_have_text("q7")
    tab.page.keyboard.press("n")
    expect(asked(tab)).to_have_text("q8")
    assert tab.page.evaluate("location.hash") == "#q=q8"
    tab.page.keyboard.press("p")
    tab.page.keyboard.press("p")
    expect(asked(tab)).to_have_text("q6")
    tab.page.keyboard.press("/")
    tab.page.keyboard.type("nn")
    assert tab.page.locator("#search").input_value() == "nn"
    tab.page.fill("#search", "")
    tab.page.focus("#list")
    tab.page.keyboard.press("End")
    expect(asked(tab)).to_have_text("q39")
    chosen = tab.page.locator("#list").get_attribute("aria-activedescendant")
    assert tab.page.locator(f"#{chosen}").get_attribute("aria-selected") == "true"


def test_the_detail_shows_every_arm_its_differences_gold_passages_checks_and_cause(open_page):
    tab = open_page("#q=q0")
    expect(asked(tab)).to_have_text("q0")
    assert tab.page.locator("#detail article").count() == 7
    run_texts = tab.page.locator("#detail article .said").all_inner_texts()
    assert all(run_texts)
    card = tab.page.locator("#detail article", has_text="Base").first
    assert "form wrong" in card.inner_text() and "Cause:" in card.inner_text()
    card = tab.page.locator("#detail article").nth(2)
    card.locator("details", has_text="passages").locator("summary").click()
    assert card.locator(".passage.hit").count() == 1 and card.locator(".passage").count() == 3
    tab.page.select_option("#against", "base")
    assert tab.page.locator("#detail article").first.locator("ins, del").count() == 0


@pytest.mark.parametrize(
    ("before", "now", "parts"),
    [
        ("a b c", "a b c", [["same", "a b c"]]),
        ("the depth is 4 m", "the depth is 5 m", [["same", "the depth is "], ["gone", "4"], ["new", "5"], ["same", " m"]]),
        ("one two x y", "one two p q", [["same", "one two "], ["gone", "x y"], ["new", "p q"]]),
        ("alpha beta", "gamma delta", None),
        ("", "", []),
    ],
)  # fmt: skip
def test_words_that_differ_are_marked(open_page, before, now, parts):
    tab = open_page()
    assert tab.page.evaluate("([a, b]) => difference(a, b)", [before, now]) == parts


def test_ten_thousand_rows_are_not_drawn_at_once(open_page):
    tab = open_page(viewport={"width": 1280, "height": 800})
    assert tab.page.locator("#list [role=option]").count() < 30
    tab.page.evaluate("document.getElementById('list').scrollTop = 1e6")
    tab.page.wait_for_selector("#row-39")


def test_twenty_hostile_payloads_stay_text(make_run, open_page):
    folder = make_run()
    poison(folder)
    analyse(folder)
    tab = open_page("#q=q0", write_report(folder), viewport={"width": 390, "height": 844})
    page = tab.page
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    for i in range(len(PAYLOADS)):
        page.evaluate("(i) => { location.hash = 'q=q' + i; }", i)
        expect(asked(tab)).to_have_text(f"q{i}")
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        assert shown(PAYLOADS[i]) in page.locator("#asked").text_content()
    assert page.evaluate("window.ran") is None
    assert page.evaluate("document.querySelectorAll('script:not([id]), iframe, form, base, img').length") == 1
    assert page.evaluate(WIDER) == []
    assert (tab.console, tab.errors) == ([], [])
    assert {url.split("#")[0] for url in tab.requests} == {page.url.split("#")[0]}
    assert "Tjur" in page.locator("#list").inner_text() or page.locator("#list [role=option]").count() > 0


WIDER = """() => document.documentElement.scrollWidth === innerWidth ? [] : [...document.querySelectorAll('main *')]
  .filter((node) => node.scrollWidth > innerWidth && !node.closest('.scroll, svg')).map((node) => node.outerHTML.slice(0, 80))"""


def shown(payload):
    """What of a payload a record can carry: JSON keeps all but a lone surrogate, and HTML has no NUL."""
    return payload.replace("\ud800", "?")


def poison(folder):
    """Writes the payloads into every text of a run that a page shows."""
    examples = read_records(folder / "examples.jsonl", Example)
    at = {e.id: PAYLOADS[i % len(PAYLOADS)] for i, e in enumerate(examples)}
    safe = {key: shown(text) for key, text in at.items()}
    bad = [
        replace(e, question=e.question + safe[e.id], answers=(safe[e.id],) if e.answers else (), reply=safe[e.id],
                documents=tuple(d + safe[e.id] for d in e.documents), tags=(safe[e.id],))
        for e in examples
    ]  # fmt: skip
    write_records(folder / "examples.jsonl", bad)
    for file in (folder / "predictions").glob("*.jsonl"):
        replies = read_records(file, Prediction)
        write_records(file, [
            replace(p, text=safe[p.id] + p.text,
                    passages=tuple(Passage(x.document + safe[p.id], safe[p.id] * 2, x.score, x.position) for x in p.passages))
            for p in replies
        ])  # fmt: skip
    scores = read_records(folder / "scores.jsonl", Score)
    write_records(
        folder / "scores.jsonl", [replace(s, reason=s.reason and s.reason + safe[s.example_id]) for s in scores]
    )
    config = read_run_config(folder / "config.yaml")
    name = PAYLOADS[0]
    write_run_config(
        folder / "config.yaml",
        config.model_copy(
            update={"dataset": config.dataset.model_copy(update={"instruction": " ".join(safe.values())})}
        ),
    )
    decision = read_json(folder / "decision.json")
    texts = [shown(p) for p in PAYLOADS]
    write_json(folder / "decision.json", {**decision, "dataset": name, "caveats": texts, "reasons": texts})
    write_json(folder / "environment.json", {"device": texts[3], texts[4]: texts[5]})
    finding = {"gate": "x", "severity": texts[3], "message": texts[1], "where": texts[2]}
    write_json(folder / "checks.json", {"findings": [finding]})
    write_json(folder / "style.json", {"tone": {"caveats": texts}})
    assert json.loads((folder / "decision.json").read_text(encoding="utf-8"))["dataset"] == name
    read_run(folder)
