"""The five answers at the top of the page, and what became of every question."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest

from eval.verdict.decision import Risk
from reports.charts.outcome_shares import outcome_shares, shares
from reports.language.language import in_language, translate
from reports.pages.page import html
from reports.run_folder import read_run
from reports.sections.answers import answers, parts


def test_a_settled_run_answers_all_five_questions(every_state):
    run = read_run(every_state["settled"])
    strategy, fit, risk, cost, change = answers(run)
    assert (strategy.kind, strategy.answer, len(strategy.lines)) == ("good", "RAG with fine-tuning", 1)
    low = next(p.low for p in run.sensitivity.parameters if p.name == "knowledge target")
    assert change.answer == "Other targets" and len(change.lines) == 1
    assert change.lines[0].startswith(f"Knowledge target below {100 * low:.0f}\u00a0% (")
    assert (fit.kind, fit.answer) == ("good", "Yes") and len(fit.lines) == 3
    assert fit.lines[0] == "It may go live."
    assert parts(run.decision.next)[0][0] == "Use" and "Use the tuned model" in html(run)
    found = run.decision.risk["hybrid"]
    assert risk.answer.replace("\u00a0", " ") == f"{100 * found.wrong.mean:.0f} %" and risk.kind == "plain"
    assert "No limit is set (risk.limit)" in risk.lines
    assert cost.answer.endswith("USD") and any("to build, once" in line for line in cost.lines)


def test_what_passes_its_limit_is_not_fit_and_its_first_step_is_no_serving(every_state):
    run = read_run(every_state["vetoed"])
    strategy, fit, risk, *_ = answers(run)
    assert strategy.lines[-1] == "First: have it refuse what it does not know."
    assert (fit.kind, fit.answer, risk.kind) == ("bad", "No", "bad")
    assert fit.lines[0] == "It must not go live as it is."
    assert fit.lines[-1].replace("\u00a0", " ") == "Limit of 5 % wrong exceeded"
    assert parts(run.decision.next)[0][0] != "Use"
    assert "Use the tuned model" not in html(run)


def test_an_open_run_gives_the_span_of_its_candidates(every_state):
    run = read_run(every_state["open"])
    strategy, fit, risk, _, change = answers(run)
    (low, high), (more, _) = run.decision.questions_needed.total, run.decision.questions_needed.more
    assert change.lines == (f"{low - more} were asked; most likely settled by {low} to {high}.",)
    assert change.answer == "More questions" and strategy.lines[-1] == "First: test on more questions."
    assert (strategy.kind, strategy.answer, fit.answer) == ("open", "Not settled", "No")
    assert set(run.decision.fits.values()) == {"no"}  # about half is right, and 80 % are wanted
    means = [run.decision.risk[m].wrong.mean for m in run.decision.fits]
    span = f"{100 * min(means):.0f} % to {100 * max(means):.0f} %"
    assert risk.answer.replace("\u00a0", " ") == span


def test_an_open_run_of_twelve_modes_says_that_nothing_may_go_live_and_how_they_stand(every_state):
    run = read_run(every_state["twelve"])
    counts = Counter(run.decision.fits.values())
    assert run.decision.strategy == "inconclusive" and counts == {"no": 9, "not_shown": 2}
    fit = answers(run)[1]
    assert (fit.kind, fit.answer) == ("open", "Not yet shown")
    assert fit.lines == (
        "Nothing may go live yet.",
        "May be good enough, not shown: Whole corpus, Hybrid.",
        "Shown not to be good enough: 9 modes.",
    )
    with in_language("ko"):
        said = [translate(line) for line in fit.lines]
    assert "실서비스" in said[0] and "전체 코퍼스, 하이브리드" in said[1] and "모드 9개" in said[2]


def test_a_mode_that_is_good_enough_may_go_live_while_the_best_is_open(every_state):
    run = read_run(every_state["twelve"])
    decision = replace(run.decision, fits={"base": "no", "rag": "yes", "hybrid": "yes"})
    assert answers(replace(run, decision=decision))[1].lines == (
        "Good enough to go live: RAG, Hybrid.",
        "Shown not to be good enough: Base.",
    )
    cut = replace(decision, cut_open=("rag",))
    assert answers(replace(run, decision=cut))[1].lines == ("Nothing may go live yet: no mode is chosen.",)


def test_the_bar_of_a_mode_is_as_long_as_its_shares(every_state):
    run = read_run(every_state["settled"])
    for mode, found in run.decision.risk.items():
        assert sum(shares(found).values()) == pytest.approx(1.0, abs=2e-4)
        drawn = [float(w) for w in re.findall(r'<rect [^>]*?width="([\d.]+)"', outcome_shares(mode, found))]
        wanted = [400 * s - 1 for s in shares(found).values() if s > 0]
        assert drawn == pytest.approx(wanted, abs=0.01)


def test_what_never_happened_has_no_piece_and_is_not_spoken_of(every_state):
    whole = read_run(every_state["settled"]).decision.risk["hybrid"]
    bar = outcome_shares("Base", Risk(whole.wrong, 0.0, None, None, 1 - whole.wrong.mean, 0.0, 0.0))
    assert bar.count("<rect") == 2 and "refused" not in bar


def test_a_run_of_before_says_that_its_risk_is_not_known(make_run):
    run = read_run(make_run())
    assert answers(run)[2].answer == "Not known"
    assert "What became of every question" not in html(run)
