"""The place in the quadrant: which two modes each coordinate compares, and where a lift lands on the drawing."""

import pytest

from eval.records import Comparison, Estimate
from eval.verdict.decision import Decision
from reports.charts.quadrant import position, quadrant
from reports.sections.placement import place
from reports.text.sentences import outside


def _decision(strategy, context, llm, means, mode=None, candidates=()):
    axes = {
        axis: {m: Estimate(v, max(0.0, v - 0.1), min(1.0, v + 0.1), 50) for m, v in arms.items()}
        for axis, arms in means.items()
    }
    quadrant = {"context": context, "llm": llm}
    return Decision("norrland", strategy, mode, candidates, quadrant, axes)


ALL = {
    "knowledge": {
        "base": 0.1,
        "fewshot": 0.2,
        "rag": 0.6,
        "rag-fewshot": 0.5,
        "oracle": 0.9,
        "ft": 0.15,
        "hybrid": 0.9,
    },
    "style": {"base": 0.0, "fewshot": 0.9, "rag": 0.1, "rag-fewshot": 0.7, "oracle": 0.1, "ft": 1.0, "hybrid": 0.95},
}


def _arms(placement):
    return [(lift.axis, lift.control, lift.treatment) for lift in (placement.llm, placement.context)]


def test_hybrid_is_measured_against_the_best_rag_arm_in_style_and_against_ft_in_knowledge():
    placement = place(_decision("hybrid", True, True, ALL, "hybrid"), [], 0.05)
    assert _arms(placement) == [("style", "rag-fewshot", "hybrid"), ("knowledge", "ft", "hybrid")]
    assert placement.llm.value == pytest.approx(0.95 - 0.7)
    assert placement.context.value == pytest.approx(0.9 - 0.15)


def test_an_unpaired_interval_is_spanned_by_the_two_arms_own():
    lift = place(_decision("hybrid", True, True, ALL, "hybrid"), [], 0.05).context
    assert (lift.low, lift.high, lift.paired) == (pytest.approx(0.8 - 0.25), pytest.approx(1.0 - 0.05), False)


@pytest.mark.parametrize("turned", [False, True])
def test_a_paired_comparison_is_used_in_either_direction(turned):
    pair = Comparison("knowledge", "contains", "ft", "hybrid", 40, 20, 0, 0.7, 0.6, 0.8)
    if turned:
        pair = Comparison("knowledge", "contains", "hybrid", "ft", 40, 20, 0, -0.7, -0.8, -0.6)
    lift = place(_decision("hybrid", True, True, ALL, "hybrid"), [pair], 0.05).context
    assert (lift.value, lift.low, lift.high, lift.n, lift.paired) == (0.7, 0.6, 0.8, 40, True)
    assert (lift.control, lift.treatment) == ("ft", "hybrid")


def test_the_verdicts_own_arm_stands_for_its_cell():
    placement = place(_decision("rag", True, False, ALL, "rag"), [], 0.05)
    assert _arms(placement) == [("style", "rag", "hybrid"), ("knowledge", "fewshot", "rag")]


def test_a_verdict_for_the_prompt_looks_at_each_mechanism_alone():
    placement = place(_decision("prompt", False, False, ALL, "fewshot"), [], 0.05)
    assert _arms(placement) == [("style", "fewshot", "ft"), ("knowledge", "fewshot", "rag")]


def test_tuning_that_is_needed_for_knowledge_is_placed_by_knowledge():
    means = {
        "knowledge": {"rag": 0.3, "ft": 0.1, "hybrid": 0.98},
        "style": {"rag": 0.97, "ft": 1.0, "hybrid": 0.98},
    }
    placement = place(_decision("hybrid", True, True, means, "hybrid"), [], 0.05)
    assert _arms(placement)[0] == ("knowledge", "rag", "hybrid")


def test_without_style_knowledge_stands_in_and_without_tuned_arms_there_is_no_coordinate():
    knowledge = {"knowledge": ALL["knowledge"]}
    assert place(_decision("hybrid", True, True, knowledge, "hybrid"), [], 0.05).llm.axis == "knowledge"
    two = place(_decision("rag", True, None, {"knowledge": {"base": 0.1, "rag": 0.6}}, "rag"), [], 0.05)
    assert two.llm is None
    assert (two.context.control, two.context.treatment) == ("base", "rag")


@pytest.mark.parametrize("margin", [0.02, 0.05, 0.3])
def test_the_border_is_the_margin_and_no_lift_is_always_below_it(margin):
    assert position(margin, margin) == 0.5
    assert position(0.0, margin) == pytest.approx(0.4)
    assert position(1.0, margin) == 1.0
    assert position(-1.0, margin) == 0.0 if margin <= 0.25 else position(-1.0, margin) > 0
    marks = [position(lift / 20, margin) for lift in range(-20, 21)]
    assert marks == sorted(marks)


def _cell(svg, name):
    return str(svg).split(f'<g class="s-{name}">')[1].split("</g>")[0]


@pytest.mark.parametrize("strategy", ["prompt", "rag", "ft", "hybrid"])
def test_the_marked_cell_is_the_verdicts_whatever_the_lifts(strategy):
    needs = {"prompt": (False, False), "rag": (True, False), "ft": (False, True), "hybrid": (True, True)}[strategy]
    decision = _decision(strategy, *needs, ALL)
    svg = quadrant(decision, place(decision, [], 0.05), 0.05)
    chosen = [name for name in ("prompt", "rag", "ft", "hybrid") if "cell chosen" in _cell(svg, name)]
    assert chosen == [strategy]
    assert "hatched" not in svg


def test_an_open_verdict_hatches_its_candidates_and_marks_no_cell():
    decision = _decision("inconclusive", True, None, ALL, candidates=("rag", "hybrid"))
    svg = quadrant(decision, place(decision, [], 0.05), 0.05)
    hatched = [name for name in ("prompt", "rag", "ft", "hybrid") if "hatched" in _cell(svg, name)]
    assert hatched == ["rag", "hybrid"]
    assert "cell chosen" not in svg


def test_a_dot_outside_the_marked_cell_is_explained():
    inside = _decision("hybrid", True, True, ALL, "hybrid")
    assert outside(inside, place(inside, [], 0.05), 0.05) == ""
    odd = _decision("prompt", False, False, ALL, "fewshot")
    assert "outside the marked cell" in outside(odd, place(odd, [], 0.05), 0.05)
