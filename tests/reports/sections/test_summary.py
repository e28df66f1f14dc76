"""Tables against hand counts."""

from dataclasses import replace

import pytest

from eval.records import Comparison, Score
from reports.run_folder import read_run
from reports.sections import summary
from reports.sections.costs import cost_rows, curve
from reports.text.sentences import column_points, percent, points
from reports.wording.phrases import seconds


def test_wilson_meets_the_published_value():
    # Newcombe (1998), table I: 81 of 263 gives 0.2553 to 0.3662 by the score method without continuity correction.
    assert summary.wilson(81 / 263, 263) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))


def test_wilson_of_all_right_does_not_claim_certainty():
    low, high = summary.wilson(1.0, 10)
    assert low == pytest.approx(10 / (10 + 1.959964**2))
    assert high == pytest.approx(1.0)


def test_outcomes_are_hand_counts(make_run):
    run = read_run(make_run(modes=("base",), questions=4))
    values = {"q0": (1, 1), "q1": (1, 0), "q2": (0, 1), "q3": (None, 0)}
    scores = [
        Score(i, i, "base", axis, "m", True, None if v is None else float(v), "" if v is not None else "unanswerable")
        for i, pair in values.items()
        for axis, v in zip(("knowledge", "style"), pair, strict=True)
    ]
    (found,) = summary.outcomes(replace(run, scores=tuple(scores)))
    assert found == summary.Outcomes("base", both=1, content_only=1, form_only=1, neither=0, unscored=1)
    assert found.total == 4


def test_metric_means_leave_missing_scores_out_and_count_groups_once(make_run):
    run = read_run(make_run(modes=("rag",), questions=4))
    scores = [Score(f"q{i}", f"g{i // 2}", "rag", "retrieval", "mrr", False, v) for i, v in enumerate((1.0, 0.5, 0.0))]
    scores.append(Score("q3", "g1", "rag", "retrieval", "mrr", False, None, "no gold document"))
    table = summary.metric_table(replace(run, scores=tuple(scores)), "retrieval")
    ((mode, (estimate,)),) = table.rows
    assert (mode, table.metrics, estimate.mean, estimate.n) == ("rag", ("mrr",), 0.5, 3)
    assert (estimate.low, estimate.high) == summary.wilson(0.5, 2)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.01, 0.3, "better"), (-0.3, -0.01, "worse"), (-0.02, 0.09, "no material lift"), (-0.02, 0.11, "open")],
)
def test_how_an_interval_reads(low, high, words):
    assert summary.reading(Comparison("style", "m", "a", "b", 9, 9, 0, 0.0, low, high), 0.05) == words


def test_the_differences_that_decided_leave_diagnosis_out(make_run):
    run = read_run(make_run())
    first, rest = summary.deciding(run)
    assert {(c.control, c.treatment) for c in first} == {
        (m, "hybrid") for m in ("base", "fewshot", "rag", "rag-fewshot", "ft")
    }
    assert len(first) + len(rest) == len(run.comparisons) == 2 * 21


def test_an_open_verdict_shows_the_pairs_among_its_candidates(make_run):
    run = read_run(make_run(strategy="inconclusive", mode=None, candidates=("rag", "hybrid")))
    arms = {mode for c in summary.deciding(run)[0] for mode in (c.control, c.treatment)}
    assert arms == {"rag", "rag-fewshot", "hybrid"}


def test_costs_are_stated_for_each_question(make_run):
    rows = {row.mode: row for row in cost_rows(read_run(make_run()))}
    assert rows["hybrid"].cells == ("14 s", "3 min 7 s", "152\u202f310", "1\u202f320", "28", "0.31 s", "1.8 GB")
    assert rows["base"].cells[:3] == ("–", "–", "–")
    assert rows["ft"].notes == (("adapter MB", "19.2"), ("train rows", "524"))


def test_a_curve_is_read_as_pairs(make_run):
    costs = read_run(make_run()).costs
    assert curve(costs["ft"], "validation") == [(65.0, 0.52), (130.0, 0.31)]
    assert curve(costs["base"], "losses") == []


def test_numbers_in_words():
    assert [percent(0.975), percent(1.0), percent(0.0)] == ["97.5\u00a0%", "100\u00a0%", "0\u00a0%"]
    assert [points(0.05), points(-0.123), points(-0.0001)] == ["+5", "−12.3", "0"]
    assert [column_points(0.3), column_points(-0.00001)] == ["+30.0", "0.0"]
    assert [seconds(0), seconds(0.314), seconds(45.2), seconds(187), seconds(7260)] == [
        "–",
        "0.31 s",
        "45 s",
        "3 min 7 s",
        "2 h 1 min",
    ]
