"""Causes, money, robustness and retention on the page, from what eval.analysis.analyse wrote."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import zlib
from html.parser import HTMLParser

import pytest

from eval.analysis.analyse import analyse
from eval.analysis.run_files import Parameter, Stretch
from eval.errors import UserError
from eval.files import read_json, write_json
from eval.records import Score, read_records, write_records
from reports.cli import main
from reports.pages.markdown_page import markdown
from reports.pages.page import html, write_report
from reports.run_folder import read_run
from reports.sections import failures, money, retention, robustness
from reports.sections import question_browser as browser

SECTIONS = ("Why questions failed", "How firm the verdict is", "In money")


def unpack(packed):
    return json.loads(zlib.decompress(base64.b64decode(packed)))


class Page(HTMLParser):
    """The visible text, the elements, and those left open."""

    def __init__(self, text):
        super().__init__()
        self.names, self.open, self.texts = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        if tag not in ("meta", "link", "input", "br", "img", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    @property
    def visible(self):
        return " ".join(data for name, data in self.texts if name not in ("script", "style"))


def add_retention(folder) -> None:
    scores = read_records(folder / "scores.jsonl", Score)
    for mode, nats, right in (("base", -3.0, 1.0), ("ft", -3.5, 0.0), ("hybrid", -3.1, 1.0)):
        for i in range(20):
            kept = right if i % 2 else 1.0
            scores.append(Score(f"keep{i}", f"keep{i}", mode, "retention", "pairs", True, kept))  # type: ignore[arg-type]
            prose = nats - 0.01 * (i % 4)
            scores.append(Score(f"keep{i}", f"keep{i}", mode, "retention", "prose", False, prose))  # type: ignore[arg-type]
    write_records(folder / "scores.jsonl", scores)


def test_the_sections_stand_on_page_and_in_markdown_with_their_n(make_run):
    folder = make_run()
    analyse(folder)
    run = read_run(folder)
    text = markdown(run)
    page = Page(write_report(folder).read_text(encoding="utf-8"))
    assert page.open == []
    for section in SECTIONS:
        assert section in page.visible and section in text
    better = read_json(folder / "attribution.json")["better_retrieval"]["words"]
    assert better in page.visible and better in text
    for mode, failed, n in failures.arms(run):
        assert f"{failed} of {n}" in failures.chart(run), mode


def test_counts_in_the_table_are_those_of_the_file(make_run):
    folder = make_run()
    analyse(folder)
    run, found = read_run(folder), read_json(folder / "attribution.json")["arms"]
    rows = failures.rows(run)
    for column, (mode, failed, _) in enumerate(failures.arms(run)):
        assert sum(row.counts[column] for row in rows if not row.total) == failed == found[mode]["failed"]


@pytest.mark.parametrize(
    ("count", "whole", "said"),
    [(1, 208, "< 1 %"), (207, 208, "> 99 %"), (208, 208, "100 %"), (1, 2, "50 %"), (0, 5, "0 %")],
)
def test_a_part_is_never_rounded_to_nothing_or_to_all(count, whole, said):
    assert failures.part(count, whole).replace("\u00a0", " ") == said


@pytest.mark.parametrize("modes", [("base",), ("base", "ft"), ("base", "rag"), ("base", "rag", "a|b")])
def test_partial_runs_say_what_is_missing(make_run, modes):
    folder = make_run(modes=modes, mode="base", strategy="prompt", candidates=("prompt",))
    analyse(folder)
    page = Page(html(read_run(folder)))
    assert page.open == []
    assert "What better retrieval would give is not known" in page.visible


def test_a_run_without_analyses_has_no_such_sections(make_run):
    page = Page(write_report(make_run()).read_text(encoding="utf-8"))
    assert not any(section in page.visible for section in SECTIONS)


def test_hostile_prices_stay_text(make_run, tmp_path, hostile_text):
    folder = make_run(hostile=hostile_text)
    analyse(folder)
    found = read_json(folder / "economics.json")
    found["prices"]["currency"] = hostile_text
    write_json(folder / "economics.json", found)
    page = Page(write_report(folder).read_text(encoding="utf-8"))
    assert page.names.count("script") == 4 and "img" not in page.names and page.open == []
    assert "<img" not in (folder / "report.md").read_text(encoding="utf-8")


def test_retention_shows_perplexity_and_its_paired_factor(make_run):
    folder = make_run()
    add_retention(folder)
    analyse(folder)
    run = read_run(folder)
    rows = {(r.metric, r.mode): r for r in retention.rows(run)}
    prose = rows["prose, perplexity", "ft"]
    assert prose.mean == "33.62"  # exp(3.515)
    assert prose.change == "× 1.65" and prose.n == "20"  # exp(0.5)
    low, high = (float(x) for x in prose.mean_interval.split(" to "))
    assert low < 33.62 < high
    assert rows["sentence pairs, the good one likelier", "ft"].change == "−50.0"
    page = Page(html(run))
    assert "Side effects: retention" in page.visible and "Side effects: retention" in markdown(run)
    assert "keep1" not in json.dumps([unpack(packed) for _, packed in browser.blocks(run)])


def test_report_takes_prices_and_refuses_bad_ones_before_writing(make_run, tmp_path, monkeypatch, capsys):
    folder, file = make_run(), tmp_path / "prices.yaml"
    file.write_text("currency: EUR\nmachine_per_hour: 36\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["report", str(folder), "--prices", str(file)])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 0
    rows = {row.mode: row.cells for row in money.rows(read_run(folder))}
    assert rows["base"] == ("–", "3.10", "–", "–")  # 0.31 s at 0.01 a second, a thousand times
    assert "Amounts in EUR, at 36 for a machine hour" in (folder / "report.html").read_text(encoding="utf-8")
    page = (folder / "report.html").read_bytes()
    file.write_text("machine_per_hour: many\n", encoding="utf-8")
    with pytest.raises(UserError, match="machine_per_hour"):
        analyse(folder, file)
    assert (folder / "report.html").read_bytes() == page


def test_a_strip_covers_its_grid_and_marks_what_is_set():
    stretches = (Stretch(0.01, 0.07, "hybrid"), Stretch(0.08, 0.2, "inconclusive", ("rag", "hybrid")))
    parameter = Parameter("margin", 0.05, 0.01, 0.07, (0.01, 0.2), None, "inconclusive", "w", stretches)
    drawn = robustness.strip(parameter)
    assert drawn.count("<rect") == 2 and "open-band" in drawn and "set: 0.05" in drawn and "0.075" in drawn


def test_analysing_imports_no_model():
    code = "import sys, eval.analysis.analyse; print(sorted({'torch', 'transformers', 'chromadb'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_an_incomplete_run_is_refused_with_the_fix(make_run):
    folder = make_run()
    (folder / "costs.json").unlink()
    with pytest.raises(UserError, match=r"costs.json: no such file; .*evaluate$"):
        analyse(folder)
