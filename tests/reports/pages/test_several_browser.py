"""The pages of several runs and the decision record in a real Chromium: drawn, silent, readable, inert."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from eval.files import read_json
from reports.exports.formats import export
from reports.pages.comparison import write_comparison
from reports.pages.page import write_report
from reports.pages.portfolio import write_portfolio

pytestmark = pytest.mark.browser

BEFORE = {"base": (0.05, 0.0), "rag": (0.3, 0.0), "ft": (0.1, 1.0), "hybrid": (0.9, 1.0)}
AFTER = BEFORE | {"rag": (0.85, 0.98), "hybrid": (0.9, 0.98)}
UNTUNED = {"base": (0.1, 0.9), "rag": (0.85, 0.97)}
UNRETRIEVED = {"base": (0.9, 0.1), "ft": (0.9, 0.99)}
LABELS = ".places .dot-name, .places .cell-name, .places .cell-hint"


@pytest.fixture(scope="session")
def pages(two_runs, four_runs, tmp_path_factory):
    """name -> page: a portfolio of four, two runs compared, a record."""
    folder = tmp_path_factory.mktemp("pages")
    export(four_runs[1], folder / "out")
    return {
        "portfolio": write_portfolio(four_runs, folder / "portfolio.html"),
        "changes": write_comparison(*two_runs),
        "record": folder / "out" / "decision-record.html",
    }


@pytest.fixture(params=["portfolio", "changes", "record"])
def page(request, pages):
    return pages[request.param]


def test_each_opens_in_silence_with_no_serious_fault(page, open_tab):
    from axe_playwright_python.sync_playwright import Axe

    tab = open_tab()
    tab.page.goto(page.as_uri())
    assert tab.page.locator("h1").inner_text()
    assert (tab.console, tab.errors, tab.requests) == ([], [], [page.as_uri()])
    for scheme in ("light", "dark"):
        tab.page.emulate_media(color_scheme=scheme)
        faults = [(v["id"], v["nodes"][0]["html"]) for v in Axe().run(tab.page).response["violations"]]
        assert faults == [], scheme


@pytest.mark.parametrize("width", [360, 768, 1024, 1360])
def test_nothing_hangs_over_the_side(page, open_tab, width):
    tab = open_tab(viewport={"width": width, "height": 800})
    tab.page.goto(page.as_uri())
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width


def boxes(tab, selector):
    """(left, top, right, bottom) of every drawn element, in pixels."""
    code = (
        """all => all.map(e => { const b = e.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; })"""
    )
    return tab.page.eval_on_selector_all(selector, code)


def overlap(a, b):
    return min(a[2], b[2]) - max(a[0], b[0]) > 0.5 and min(a[3], b[3]) - max(a[1], b[1]) > 0.5


@pytest.mark.parametrize("count", [4, 14])
def test_no_name_lies_on_another_or_on_a_dot(decided_run, open_tab, count):
    truths = ["prompt", UNTUNED, "hybrid", UNRETRIEVED, "rag", "ft", "inconclusive"]
    names = ["support-desk", "contracts-eu", "radiology-notes", "MMMMM-WWWWW", "hr", "field-service-manuals-2026"]
    runs = [
        decided_run(f"{names[i % 6]}-{i}", truths[i % 7], questions=60 + 20 * (i % 4), seed=i) for i in range(count)
    ]
    tab = open_tab(viewport={"width": 1360, "height": 1000})
    tab.page.goto(write_portfolio(runs).as_uri())
    labels, dots = boxes(tab, LABELS), boxes(tab, ".places .dot")
    assert len(dots) == count and len(labels) == count + 8
    names_only = boxes(tab, ".places .dot-name")
    assert not [pair for pair in combinations(names_only, 2) if overlap(*pair)]
    assert not [(a, b) for a in names_only for b in dots if overlap(a, b)]
    (frame,) = boxes(tab, "svg.places")
    assert all(frame[0] <= b[0] and b[2] <= frame[2] and frame[1] <= b[1] and b[3] <= frame[3] for b in labels)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_was_not_measured_is_said_on_a_phone(decided_run, open_tab, language):
    from axe_playwright_python.sync_playwright import Axe

    runs = [decided_run("untuned", UNTUNED, questions=60), decided_run("unretrieved", UNRETRIEVED, questions=60)]
    tab = open_tab(viewport={"width": 390, "height": 844})
    tab.page.goto(write_portfolio(runs, language=language).as_uri())
    assert tab.page.evaluate("document.documentElement.scrollWidth") == 390
    assert Axe().run(tab.page).response["violations"] == []
    rings, (frame,) = boxes(tab, ".places .dot.unknown"), boxes(tab, "svg.places")
    left, top, right, bottom = frame
    assert len(rings) == 2
    assert all(b[0] - left > 60 and right - b[2] > 15 and b[1] - top > 15 and bottom - b[3] > 60 for b in rings)
    said = tab.page.locator("figcaption").inner_text()
    assert all(words in said for words in {"en": ["tuning adds", "retrieval adds"], "ko": ["가로", "세로"]}[language])


def test_each_dot_is_a_link_into_its_report(four_runs, open_tab):
    for run in four_runs:
        write_report(run)
    page = write_portfolio(four_runs)
    for run in four_runs:
        tab = open_tab()
        tab.page.goto(page.as_uri())
        tab.page.locator(f'.places a[aria-label="{run.name}: open its report"] .dot').click()
        tab.page.wait_for_url((run / "report.html").as_uri())
        assert tab.errors == []


def test_the_portfolio_is_walked_by_keyboard(pages, open_tab):
    tab = open_tab()
    tab.page.goto(pages["portfolio"].as_uri())
    reached = []
    for _ in range(20):
        tab.page.keyboard.press("Tab")
        reached.append(tab.page.evaluate("document.activeElement.getAttribute('href')"))
    assert reached[0] == "#verdicts"
    reports = [href for href in reached if href and href.endswith("report.html")]
    assert len(set(reports)) == 4 and len(reports) >= 12  # in the list, in the drawing and in the table


def test_flips_are_filtered_and_counted(pages, open_tab):
    from playwright.sync_api import expect

    tab = open_tab()
    tab.page.goto(pages["changes"].as_uri())
    found = read_json(pages["changes"].with_suffix(".json"))
    change = {(c["mode"], c["axis"]): c for c in found["changes"]}

    def shown() -> int:
        return int(re.match(r"\d+", tab.page.locator("#count").inner_text())[0])

    tab.page.select_option("#mode", label="RAG")
    tab.page.select_option("#axis", label="style")
    tab.page.select_option("#way", label="gained")
    assert shown() == len(change["rag", "style"]["gained"]) > 40
    assert tab.page.locator("#list .flip").count() == 40
    tab.page.locator("#more").click()
    assert tab.page.locator("#list .flip").count() == min(80, shown())
    tab.page.select_option("#way", label="lost")
    assert shown() == len(change["rag", "style"]["lost"])
    tab.page.select_option("#way", label="gained or lost")
    tab.page.select_option("#axis", label="both axes")
    name = change["rag", "knowledge"]["gained"][0]
    before = tab.page.locator("#count").inner_text()
    tab.page.fill("#search", name)
    expect(tab.page.locator("#count")).not_to_have_text(before)
    first = tab.page.locator("#list .flip").first
    assert name in first.inner_text() and first.locator(".reply").count() == 2
    assert first.locator(".ins").count() and first.locator(".del").count()


def test_marked_words_are_those_that_differ(pages, open_tab):
    tab = open_tab()
    tab.page.goto(pages["changes"].as_uri())
    for flip in tab.page.locator("#list .flip").all()[:10]:
        before, after = (flip.locator(".said").nth(i) for i in (0, 1))
        kept = [part.evaluate(KEPT) for part in (before, after)]
        assert kept[0] == kept[1]


KEPT = "e => [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join('')"


def test_hostile_text_runs_nowhere(decided_run, hostile_text, open_tab, tmp_path):
    pair = [decided_run(f, t, name="desk", hostile=hostile_text) for f, t in (("a", BEFORE), ("b", AFTER))]
    export(pair[1], tmp_path / "out")
    for page in (write_comparison(*pair), write_portfolio(pair), tmp_path / "out" / "decision-record.html"):
        tab = open_tab()
        tab.page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        tab.page.goto(page.as_uri())
        assert (tab.console, tab.errors, tab.requests) == ([], [], [page.as_uri()])
        assert tab.page.locator("img").count() == 0
    tab.page.goto((pair[1] / "changes.html").as_uri())
    assert hostile_text[:9] in tab.page.locator("#list .said").first.inner_text()


@pytest.mark.parametrize("verdict", [0, 1, 2, 3])
def test_the_record_prints_on_one_page(four_runs, open_tab, tmp_path, verdict):
    from pypdf import PdfReader

    export(four_runs[verdict], tmp_path / "out")
    tab = open_tab()
    tab.page.goto((tmp_path / "out" / "decision-record.html").as_uri())
    tab.page.pdf(path=tmp_path / "record.pdf", prefer_css_page_size=True)
    reader = PdfReader(tmp_path / "record.pdf")
    assert len(reader.pages) == 1
    assert [round(float(side) / 72 * 25.4) for side in reader.pages[0].mediabox[2:]] == [210, 297]
    text = reader.pages[0].extract_text()
    assert "Decided by" in text and "Options considered" in text


def test_the_portfolio_prints_with_every_row(pages, open_tab, tmp_path):
    from pypdf import PdfReader

    tab = open_tab(color_scheme="dark")
    tab.page.goto(pages["portfolio"].as_uri())
    tab.page.pdf(path=tmp_path / "portfolio.pdf", prefer_css_page_size=True)
    pages_ = PdfReader(tmp_path / "portfolio.pdf").pages
    text = " ".join(" ".join(page.extract_text() for page in pages_).split())
    for words in ("set-prompt", "set-hybrid", "How sure", "both reached"):
        assert words in text


def test_the_svg_stands_alone(pages, open_tab):
    tab = open_tab(color_scheme="dark")
    drawing = pages["record"].with_name("quadrant.svg")
    tab.page.goto(drawing.as_uri())
    assert (tab.errors, tab.requests) == ([], [drawing.as_uri()])
    assert tab.page.locator(".dot").evaluate("e => getComputedStyle(e).fill") == "rgb(31, 102, 209)"
