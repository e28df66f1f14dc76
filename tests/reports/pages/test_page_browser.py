"""The page in a real Chromium: silent, self-contained, drawn, usable by keyboard, and inert whatever the texts say."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from eval.analysis.analyse import analyse
from reports.pages.page import write_report

pytestmark = pytest.mark.browser


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


def test_the_first_screen_says_which_how_sure_why_what_next_and_what_would_change_it(open_page, write_run_to, tmp_path):
    folder = write_run_to(tmp_path / "run", questions=120)  # so many that the rule gives the verdict that is written
    analyse(folder)
    tab = open_page(page=write_report(folder), viewport={"width": 1280, "height": 800})
    for selector in ("h1", ".answers", ".why li >> nth=2", ".next li >> nth=0", ".changes tr >> nth=-1"):
        box = tab.page.locator(selector).bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] <= 800, selector
    cells = " ".join(tab.page.locator(".quadrant .cell-name").all_text_contents())
    assert cells == "Prompt engineering RAG Fine-tuning Both"


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
    return box.left < frame.left - 1 || box.right > frame.right + 1
      || box.top < frame.top - 2 || box.bottom > frame.bottom + 2;
  });
  const shapes = svg.querySelectorAll('circle, rect, line, polyline').length;
  return { name: svg.getAttribute('aria-label'), shapes, outside: out.map((node) => node.outerHTML.slice(0, 90)) };
})"""


CONTRAST = {"color-contrast": {"enabled": False}}
"""Seven tenths of the time that axe takes. The colours of a state are the same in every language."""


def grave(tab, **options):
    """The serious faults that axe finds."""
    found = Axe().run(tab.page, options={"resultTypes": ["violations"], **options}).response["violations"]
    return [(v["id"], v["nodes"][0]["html"][:120]) for v in found if v["impact"] in ("serious", "critical")]


def test_axe_finds_no_serious_fault(open_page):
    tab = open_page(viewport={"width": 1280, "height": 900})
    tab.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    for scheme in ("light", "dark"):
        tab.page.emulate_media(color_scheme=scheme)
        assert tab.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") == (scheme == "dark")
        assert grave(tab) == [], scheme


def test_a_phone_scrolls_down_only(open_page):
    tab = open_page(viewport={"width": 390, "height": 844})
    tab.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert tab.page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("state", ["settled", "open", "vetoed", "none", "retriever", "two", "twelve"])
def test_every_state_in_every_language_is_accessible_and_fits_a_phone(every_state, open_page, state, language):
    page = write_report(every_state[state], language)
    tab = open_page(page=page, viewport={"width": 390, "height": 844})
    tab.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert tab.page.evaluate("document.documentElement.scrollWidth") == 390
    assert grave(tab, **({} if language == "en" else {"rules": CONTRAST})) == []
    assert tab.errors == []


def test_an_unknown_link_and_an_empty_result_say_so(open_page):
    tab = open_page("#q=nobody")
    expect(tab.page.locator("#list-status")).to_have_text("There is no question nobody in this run.")
    tab.page.fill("#search", "no such words")
    expect(tab.page.locator("#list-status")).to_have_text("No question fits all of these filters.")
    tab.page.click("#clear")
    expect(tab.page.locator("#list-status")).to_be_hidden()


def test_the_browser_of_questions_speaks_korean(every_state, open_page):
    tab = open_page(page=write_report(every_state["settled"], "ko"))
    assert count(tab).inner_text() == "질문 200개 중 200개"
    card = tab.page.locator("#detail article").first.inner_text()
    assert "기본" in card and ("정답" in card or "오답" in card) and "tokens" not in card


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


CUT = """() => [...document.querySelectorAll('.scroll')].filter((s) => s.scrollWidth > s.clientWidth + 1)
  .map((s) => s.textContent.slice(0, 80))"""


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
    found = []
    for i in range(1, len(options)):
        tab.page.select_option("#cause", index=i)
        found.append(int(count(tab).inner_text().split()[0]))
    assert 0 < max(found) < 40 and sum(found) <= 40  # a question has one cause in an arm
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
    assert "style wrong" in card.inner_text() and "Cause:" in card.inner_text()
    card = tab.page.locator("#detail article").nth(2)
    card.locator("details", has_text="passages").locator("summary").click()
    assert card.locator(".passage.hit").count() == 1 and card.locator(".passage").count() == 3
    tab.page.select_option("#against", "base")
    assert tab.page.locator("#detail article").first.locator("ins, del").count() == 0


WORDS = (
    ("a b c", "a b c", [["same", "a b c"]]),
    ("depth is 4 m", "depth is 5 m", [["same", "depth is "], ["gone", "4"], ["new", "5"], ["same", " m"]]),
    ("one two x y", "one two p q", [["same", "one two "], ["gone", "x y"], ["new", "p q"]]),
    ("alpha beta", "gamma delta", None),
    ("", "", []),
)


def test_words_that_differ_are_marked(open_page):
    tab = open_page()
    for before, now, parts in WORDS:
        assert tab.page.evaluate("([a, b]) => difference(a, b)", [before, now]) == parts


def test_ten_thousand_rows_are_not_drawn_at_once(open_page):
    tab = open_page(viewport={"width": 1280, "height": 800})
    assert tab.page.locator("#list [role=option]").count() < 30
    tab.page.evaluate("document.getElementById('list').scrollTop = 1e6")
    tab.page.wait_for_selector("#row-39")
