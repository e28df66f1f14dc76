"""The pictures of the evidence: what is drawn stands where its number says."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest

from eval.arms.modes import MODES
from eval.files import write_json
from eval.records import Comparison, Estimate, Score, write_records
from reports.charts.forest_plot import forest_plot
from reports.charts.plots import losses
from reports.charts.quadrant import quadrant
from reports.charts.svg import spread
from reports.charts.target_plane import HIGH, LEFT, TOP, WIDE, Arm, draw_plane, plane
from reports.run_folder import read_run
from reports.sections import axes as axes_section
from reports.sections import breakeven, differences
from reports.sections.interaction import extra, interactions
from reports.sections.placement import place


def circles(svg):
    return [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', svg)]


def test_an_arm_stands_at_its_form_and_content(make_run):
    run = read_run(make_run())
    content, form = run.decision.axes["knowledge"], run.decision.axes["style"]
    expected = [(LEFT + WIDE * form[m].mean, TOP + HIGH * (1 - content[m].mean)) for m in run.modes]
    assert circles(plane(run)) == [pytest.approx(point, abs=0.01) for point in expected]


def test_one_axis_has_no_plane(make_run):
    assert plane(read_run(make_run(style=False))) == ""


def test_the_quadrant_has_one_system_of_coordinates(make_run):
    run = read_run(make_run())
    drawn = quadrant(run.decision, place(run.decision, run.comparisons, run.margin), run.margin)
    assert len(circles(drawn)) == 1  # the data set's; what each mode reaches stands in the bars
    assert not re.search(r">[^<]*(Few-shot|Fine-tuned|Hybrid)[^<]*</text>", drawn)


def test_a_label_without_room_beside_its_dot_stands_in_a_column_tied_to_it():
    at = Estimate(0.5, 0.45, 0.55, 90)
    drawn = draw_plane([Arm(m, at, at) for m in MODES], {"style": 0.9, "knowledge": 0.8}, "hybrid")
    beyond = [float(x) for x in re.findall(r'<text x="([\d.]+)"[^>]*plane-name', drawn) if float(x) > LEFT + WIDE]
    assert len(set(beyond)) == 1 and 1 < len(beyond) < len(MODES)
    assert drawn.count('class="leader"') >= len(beyond)


def test_the_forest_turns_every_difference_to_the_verdicts_arm(make_run):
    run = read_run(make_run())
    pairs = [c for c in run.comparisons if c.axis == "style" and {"hybrid", "base"} == {c.control, c.treatment}]
    turned = [replace(pairs[0], control="hybrid", treatment="base", difference=-0.9, low=-1.0, high=-0.8)]
    ((axis, n, drawn),) = differences.forests(run, turned)
    assert (axis, n) == ("style", "n = 40")
    assert "over Base" in drawn and "+90.0 (+80.0 to +100.0)" in drawn


def test_the_forest_places_a_difference_on_its_scale():
    c = Comparison("knowledge", "m", "base", "rag", 9, 9, 0, 0.5, 0.25, 0.75)
    ((x, _),) = circles(forest_plot([c], 0.05))
    ticks = {
        float(v): float(at) for at, v in re.findall(r'<text x="([\d.]+)"[^>]*>\+?(\d+)</text>', forest_plot([c], 0.05))
    }
    assert x == pytest.approx((ticks[0.0] + ticks[100.0]) / 2, abs=0.01)


def four(folder, values):
    """Scores of base, rag, ft and hybrid on questions q0, q1, ..."""
    modes = ("base", "rag", "ft", "hybrid")
    write_records(folder / "scores.jsonl", [
        Score(f"q{i}", f"g{i // 2}", mode, "knowledge", "contains", True, float(v))
        for i, row in enumerate(values) for mode, v in zip(modes, row, strict=True)
    ])  # fmt: skip


def test_the_interaction_is_the_mean_of_the_double_difference_with_its_clustered_interval(make_run):
    folder = make_run()
    four(folder, [(0, 0, 0, 1), (0, 1, 0, 1), (0, 0, 0, 1), (1, 1, 0, 1)])  # differences 1, 0, 1, 1; groups of two
    mean, low, high, n = extra(read_run(folder), "knowledge")
    assert (mean, n) == (0.75, 4)
    spread_ = (1 - 0.75 + 0 - 0.75) ** 2 + (1 - 0.75 + 1 - 0.75) ** 2
    half = 1.959964 * math.sqrt(2 / 1 * spread_) / 4
    assert (low, high) == (pytest.approx(0.75 - half), pytest.approx(0.75 + half))


def test_the_interaction_needs_all_four_corners(make_run):
    assert interactions(read_run(make_run(modes=("base", "rag", "ft"))), ["knowledge"]) == []
    found = interactions(read_run(make_run()), ["knowledge", "style"])
    assert [(f.axis, [name for name, _, _ in f.rows]) for f in found] == [
        (axis, ["untuned", "few-shot", "tuned"]) for axis in ("knowledge", "style")
    ]


def economics(folder):
    arms = {"base": {"fixed": 0.0, "per_thousand": 2.0}, "ft": {"fixed": 10.0, "per_thousand": 1.0}}
    pair = {"cheaper_to_build": "base", "dearer_to_build": "ft", "questions": 10_000, "cheaper_per_question": "ft"}
    write_json(folder / "economics.json", {"arms": arms, "break_even": [pair]})


def test_the_ring_stands_where_both_lines_meet(make_run):
    folder = make_run(strategy="ft", mode="ft", candidates=("ft",))
    economics(folder)
    run = read_run(folder)
    assert breakeven.totals(run) == [("base", [2, 20, 200, 2000]), ("ft", [11, 20, 110, 1010])]
    drawn = breakeven.curve(run)
    ring = re.search(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="6"', drawn)
    lines = [dict(re.findall(r"([\d.]+),([\d.]+)", line)) for line in re.findall(r'points="([^"]*)"', drawn)]
    x = f"{float(ring[1]):.1f}"
    assert lines[0][x] == lines[1][x] == f"{float(ring[2]):.1f}"


def test_no_prices_no_curve(make_run):
    assert breakeven.curve(read_run(make_run())) == ""


def test_losses_are_drawn_raw_and_as_a_running_mean():
    train = [(i, float(i % 2)) for i in range(1, 97)]
    drawn = losses("ft", train, [])
    raw, smooth = re.findall(r'points="([^"]*)"', drawn)
    heights = [float(point.split(",")[1]) for point in smooth.split()][4:-4]
    assert len(raw.split()) == 96 and max(heights) - min(heights) < 0.2 * 150


@pytest.mark.parametrize(
    ("wanted", "found"),
    [([10, 50], [10, 50]), ([10, 12], [10, 20]), ([99, 98, 97], [100, 90, 80]), ([], [])],
)
def test_names_are_spread_without_passing_each_other_or_the_bottom(wanted, found):
    assert spread(wanted, 10, 100) == found


def test_n_is_said_as_a_range_where_arms_differ(make_run):
    run = read_run(make_run())
    axes = {**run.decision.axes, "style": {"base": Estimate(0.5, 0.4, 0.6, 30), "rag": Estimate(0.5, 0.4, 0.6, 40)}}
    found = axes_section.axis(replace(run, decision=replace(run.decision, axes=axes)), "style")
    assert found["n"] == "n = 30 to 40"
