"""Pages of verdicts that are not good enough: every form of a run knows them, and none advises what misses a target."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest

from eval.analysis.analyse import analyse
from eval.files import read_json
from eval.records import Score, read_records, write_records
from eval.verdict.decide import write_decision
from reports.charts.quadrant import quadrant
from reports.exports.formats import export
from reports.exports.json_document import document
from reports.pages.comparison import headline as change_headline
from reports.pages.decision_record import options, record_html, record_markdown
from reports.pages.markdown_page import markdown
from reports.pages.page import html
from reports.pages.portfolio import headline, write_portfolio
from reports.run_folder import read_run
from reports.sections.answers import answers
from reports.sections.first_screen import reasons
from reports.sections.placement import place

NOTHING = {"base": (0.02, 0.6), "fewshot": (0.02, 0.6), "rag": (0.04, 0.62), "oracle": (0.3, 0.6), "ft": (0.02, 0.6),
           "hybrid": (0.05, 0.6)}  # fmt: skip
SHORT = {"base": (0.02, 0.97), "rag": (0.4, 0.97), "oracle": (0.62, 0.97), "ft": (0.02, 0.98), "hybrid": (0.4, 0.98)}
ADVICE = re.compile(
    r"keep the prompt|stay with|serve the|put the worked examples|use retrieval|it is good enough", re.I
)


def again(folder: Path, change) -> Path:
    write_records(folder / "scores.jsonl", change(read_records(folder / "scores.jsonl", Score)))
    write_decision(folder)
    analyse(folder)
    return folder


@pytest.fixture
def nothing(decided_run) -> Path:
    return decided_run("nothing", NOTHING, analysed=True)


@pytest.fixture
def short(decided_run) -> Path:
    return decided_run("short", SHORT, analysed=True)


@pytest.fixture
def cut(decided_run) -> Path:
    folder = decided_run("cut", NOTHING, analysed=True)
    return again(folder, lambda scores: [replace(s, cut=s.mode == "rag") for s in scores])


@pytest.fixture
def left(decided_run) -> Path:
    made = [Score("adapter", "adapter", m, "training", "learned", True, 0.0, "it diverged") for m in ("ft", "hybrid")]
    return again(decided_run("left", SHORT, analysed=True), lambda scores: [*scores, *made])


def texts(folder: Path) -> str:
    """All that a run says of its verdict, without the data of its questions."""
    run = read_run(folder)
    page = re.sub(r"<(script|style)\b.*?</\1>", "", html(run), flags=re.S)
    return (
        " ".join([page, markdown(run), record_markdown(run), record_html(run)]).replace("‑", "-").replace("\u00a0", " ")
    )


def test_nothing_good_enough_is_said_on_every_page_and_advised_on_none(nothing):
    run = read_run(nothing)
    assert (run.decision.strategy, run.decision.fit) == ("none", "no")
    said = texts(nothing)
    assert said.count("Nothing tried is good enough") >= 4 and not ADVICE.search(
        re.sub(r"(?i)not good enough\.", "", said)
    )
    assert [a.kind for a in answers(run)][:2] == ["bad", "bad"]
    claims = [r.claim for r in reasons(run, place(run.decision, run.comparisons, run.margin))]
    assert claims[0].endswith("comes nearest, and is not good enough.")
    assert claims[1:] == [f"{m} is not shown to be worth its cost." for m in ("Retrieval", "Fine-tuning")]
    outcomes = {o.mode: o.outcome for o in options(run)}
    assert outcomes.pop(run.decision.mode) == "comes nearest, misses a target" and "chosen" not in outcomes.values()


def test_the_best_below_its_target_is_called_so(short):
    run = read_run(short)
    assert run.decision.falls_short
    said = texts(short)
    assert said.count("Best of what was tried, not good enough yet") >= 4
    assert not ADVICE.search(said)
    assert {o.mode: o.outcome for o in options(run)}["rag"] == "best so far, misses a target"


def test_cut_replies_that_keep_it_open_name_the_limit(cut):
    run = read_run(cut)
    assert run.decision.cut_open == ("rag",)
    said = texts(cut)
    assert "replies were cut at the length limit" in said and "raise generation.max_new_tokens" in said
    assert reasons(run, place(run.decision, run.comparisons, run.margin))[0].proof.startswith("RAG 100")
    assert run.sensitivity.strategy == "inconclusive"


def test_an_arm_that_did_not_learn_is_not_judged(left):
    run = read_run(left)
    assert set(run.decision.left_out) == {"ft", "hybrid"}
    said = texts(left)
    assert "fine-tuning did not learn, and is not ruled out" in said and "Fine-tuning is not needed" not in said
    assert {o.mode: o.outcome for o in options(run)}["hybrid"] == "left out: did not learn"
    picture = str(quadrant(run.decision, place(run.decision, run.comparisons, run.margin), run.margin))
    assert picture.count("did not learn, not") == 2 == picture.count(">ruled out<")


def test_the_picture_of_none_marks_no_cell(nothing):
    run = read_run(nothing)
    picture = str(quadrant(run.decision, place(run.decision, run.comparisons, run.margin), run.margin))
    assert "cell chosen" not in picture and picture.count("not good enough") == 4


def test_documents_are_valid_and_nothing_is_published_of_none(nothing, short, cut, left, tmp_path):
    for folder in (nothing, short, cut, left):
        names = {p.name for p in export(folder, tmp_path / folder.name)}
        schema = read_json(tmp_path / folder.name / "decision.schema.json")
        jsonschema.Draft202012Validator(schema).validate(read_json(folder / "decision.json"))
        assert document(read_run(folder))["schema"] == 2
        assert ("model-index.yaml" in names) is (folder in (short, left))
        wrong = read_json(folder / "decision.json") | {"strategy": "prompt", "fit": "no", "mode": "base"}
        assert list(jsonschema.Draft202012Validator(schema).iter_errors(wrong))


def test_the_portfolio_counts_what_is_not_good_enough(nothing, short, cut):
    page = write_portfolio([nothing, short, cut]).read_text(encoding="utf-8")
    assert "Nothing good enough" in page and "not good enough yet" in page
    assert 'class="cross"' in page and 'class="stroke"' in page and 'class="mark open' in page
    assert headline(["rag", "none"], short=1) == (
        "Of 2 data sets, 1 needs RAG and for 1 nothing tried is good enough. "
        "For 1 of them what is best is not good enough yet."
    )


def test_a_comparison_tells_not_good_enough_yet_from_nothing_and_from_enough():
    def found(*verdicts):
        before, after = (SimpleNamespace(strategy=s, fit=fit, candidates=[]) for s, fit in verdicts)
        return SimpleNamespace(before=before, after=after)

    assert change_headline(found(("none", "no"), ("rag", "no"))) == (
        "The verdict changed from nothing good enough to RAG (not good enough yet)."
    )
    assert "to RAG." in change_headline(found(("rag", "no"), ("rag", "yes")))
    assert change_headline(found(("none", "no"), ("none", "no"))) == "The verdict stands: nothing good enough."
