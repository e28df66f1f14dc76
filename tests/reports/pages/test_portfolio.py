"""Several runs on one page: every data set placed by its own lifts, every figure in the table, every link good."""

import html as entities
import re
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from eval.errors import UserError
from reports.charts.portfolio_map import LEFT, SIDE, TOP
from reports.charts.quadrant import position
from reports.cli import main
from reports.pages.portfolio import _range, headline, write_portfolio
from reports.run_folder import read_run
from reports.sections.placement import place

VERDICTS = ("prompt", "rag", "ft", "hybrid")


def text_of(page: Path) -> str:
    """The page's text without tags."""
    body = page.read_text(encoding="utf-8").split("<body>")[1]
    return " ".join(entities.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def dots(page: Path) -> dict[str, tuple[float, float]]:
    """data set -> where its dot stands, as shares of the side from the lower left."""
    circle = r'<circle cx="([\d.]+)" cy="([\d.]+)" r="7" class="dot"><title>(.*?):'
    found = re.findall(circle, page.read_text(encoding="utf-8"))
    return {name: ((float(x) - LEFT) / SIDE, 1 - (float(y) - TOP) / SIDE) for x, y, name in found}


def test_four_data_sets_stand_in_their_four_quadrants(four_runs):
    found = dots(write_portfolio(four_runs))
    for verdict in VERDICTS:
        x, y = found[f"set-{verdict}"]
        assert (x >= 0.5, y >= 0.5) == (verdict in ("ft", "hybrid"), verdict in ("rag", "hybrid"))


def test_a_dot_stands_where_its_own_lifts_and_margin_say(four_runs):
    found = dots(write_portfolio(four_runs))
    for folder in four_runs:
        run = read_run(folder)
        placed = place(run.decision, run.comparisons, run.margin)
        expected = (position(placed.llm.value, run.margin), position(placed.context.value, run.margin))
        assert found[run.decision.dataset] == pytest.approx(expected, abs=0.001)


def test_the_table_has_each_verdict_with_both_axes_and_n(four_runs):
    text = text_of(write_portfolio(four_runs))
    for folder in four_runs:
        run = read_run(folder)
        for axis in ("knowledge", "style"):
            e = run.decision.axes[axis][run.decision.mode]
            assert f"{100 * e.mean:.1f} % {100 * e.low:.1f} to {100 * e.high:.1f}, n = {e.n}" in text
        assert f"settled on {len(run.examples)} questions" in text
    assert "Of 4 data sets, 1 needs a prompt alone, 1 needs RAG, 1 needs fine-tuning and 1 needs both." in text


def test_an_open_verdict_says_between_what_and_how_many_questions_more(decided_run):
    runs = [decided_run("open", "inconclusive", questions=120), decided_run("shut", "hybrid")]
    decision = read_run(runs[0]).decision
    assert decision.strategy == "inconclusive" and decision.questions_needed
    page = write_portfolio(runs)
    text = text_of(page)
    assert f"Needs {_range(decision.questions_needed)} questions." in text
    assert "open after 108 questions" in text and "1 is not settled" in text
    assert 'class="mark open s-inconclusive"' in page.read_text()


def test_links_lead_from_the_page_to_each_report(four_runs, tmp_path):
    for page in (write_portfolio(four_runs), write_portfolio(four_runs, tmp_path / "elsewhere" / "deep" / "all.html")):
        links = {unquote(link) for link in re.findall(r'href="([^"#]*report\.html)"', page.read_text())}
        assert {(page.parent / link).resolve() for link in links} == {folder / "report.html" for folder in four_runs}
        assert not any(link.startswith(("/", "file:")) for link in links)


def test_a_folder_with_a_strange_name_is_still_a_good_link(decided_run):
    runs = [decided_run("a #1 ?100%: b", "rag", name="a"), decided_run("b", "ft")]
    page = write_portfolio(runs)
    links = re.findall(r'href="([^"#]*report\.html)"', page.read_text())
    assert (page.parent / unquote(links[0])).parent == runs[0]
    assert not set("?:# ") & set("".join(links))


def test_two_runs_of_one_data_set_are_told_apart(decided_run):
    found = dots(write_portfolio([decided_run("old", "rag", name="desk"), decided_run("new", "hybrid", name="desk")]))
    assert set(found) == {"desk (old)", "desk (new)"}


def test_what_cannot_be_set_side_by_side_is_said(decided_run):
    runs = [decided_run("a", "rag"), decided_run("b", "ft", model="org/other")]
    assert "Not the same base models: tiny (1), org/other (1)." in text_of(write_portfolio(runs))
    assert "Read with care" not in text_of(write_portfolio(runs[:1]))


def test_a_lift_that_was_not_measured_is_a_band_and_not_a_place(decided_run):
    truth = {"base": (0.9, 0.1), "fewshot": (0.9, 0.4), "ft": (0.9, 0.99)}
    page = write_portfolio([decided_run("closed-book", truth), decided_run("b", "ft")])
    said, drawn = text_of(page), page.read_text()
    assert "closed-book : what retrieval adds (up) was not measured" in said
    assert "what tuning adds" not in said
    assert set(dots(page)) == {"b"}
    (ring,) = re.findall(r'cx="[\d.]+" cy="([\d.]+)" r="9" class="dot unknown"', drawn)
    assert float(ring) == TOP + SIDE / 2
    (band,) = re.findall(
        r'<rect x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)" rx="7" class="region unk', drawn
    )
    assert tuple(map(float, band)) == (TOP, SIDE)


def test_hostile_names_and_text_stay_text(decided_run, hostile_text):
    folder = decided_run("a", "rag", hostile=hostile_text)
    strange = folder.with_name("<img src=x onerror=alert(1)>")
    folder.rename(strange)
    text = write_portfolio([strange, decided_run("b", "ft", name="a", hostile=hostile_text)]).read_text()
    assert "<img" not in text and "<script" not in text
    assert "a (&lt;img src=x onerror=alert(1)&gt;)" in text


@pytest.mark.parametrize(
    "strategies, said",
    [
        (["rag"], "Of 1 data sets, 1 needs RAG."),
        (["rag", "rag"], "Of 2 data sets, 2 need RAG."),
        (["ft", "inconclusive"], "Of 2 data sets, 1 needs fine-tuning and 1 is not settled."),
    ],
)
def test_the_headline_counts(strategies, said):
    assert headline(strategies) == said


def test_the_command_writes_every_page_and_names_the_portfolio_last(four_runs, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["report", *map(str, four_runs)])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 0
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 9 and all(Path(line).is_file() for line in printed)
    assert Path(printed[-1]) == four_runs[0].parent / "portfolio.html"


def test_a_folder_that_is_no_run_is_refused_before_anything_is_written(four_runs, tmp_path):
    with pytest.raises(UserError, match="no such run folder"):
        write_portfolio([*four_runs, tmp_path / "none"], tmp_path / "portfolio.html")
    assert not (tmp_path / "portfolio.html").exists()
