"""Fifty drawn runs in a real Chromium: no label of the plane or the quadrant covers another, a dot, or the edge."""

from __future__ import annotations

import random

import pytest

from eval.arms.modes import MODES
from eval.records import Estimate
from eval.verdict.decision import Decision
from reports.charts.quadrant import quadrant
from reports.charts.target_plane import Arm, draw_narrow_plane, draw_plane
from reports.pages.page import STYLES, asset
from reports.sections.placement import Lift, Placement

pytestmark = pytest.mark.browser

RUNS = 50

COLLISIONS = """() => [...document.querySelectorAll('svg')].flatMap((svg, k) => {
  const shrunk = (node) => {
    const b = node.getBoundingClientRect();
    return { x: b.left + 0.5, y: b.top + 1.5, r: b.right - 0.5, b: b.bottom - 1.5, said: node.textContent };
  };
  const frame = svg.getBoundingClientRect();
  if (!frame.width) return [];
  const texts = [...svg.querySelectorAll('text')].map(shrunk);
  const dots = [...svg.querySelectorAll('circle')].map(shrunk);
  const meet = (a, b) => a.x < b.r && b.x < a.r && a.y < b.b && b.y < a.b;
  const found = [];
  texts.forEach((a, i) => {
    if (a.x < frame.left || a.r > frame.right || a.y < frame.top || a.b > frame.bottom) found.push([k, a.said, 'edge']);
    texts.slice(i + 1).filter((b) => meet(a, b)).forEach((b) => found.push([k, a.said, b.said]));
    dots.filter((d) => meet(a, d)).forEach(() => found.push([k, a.said, 'dot']));
  });
  return found;
})"""


def estimate(draw: random.Random, middle: float, spread: float) -> Estimate:
    mean = min(max(draw.gauss(middle, spread), 0.0), 1.0)
    half = draw.uniform(0.01, 0.12)
    return Estimate(mean, max(0.0, mean - half), min(1.0, mean + half), 100)


def arms(draw: random.Random, count: int) -> list[Arm]:
    """So many modes, near one another in two runs of three."""
    middle, spread = (draw.random(), draw.random()), draw.choice([0.01, 0.05, 0.4])
    names = [*MODES, *(f"plugin-mode-with-a-long-name-{i}" for i in range(20))][:count]
    return [Arm(m, estimate(draw, middle[0], spread), estimate(draw, middle[1], spread)) for m in names]


def lift(draw: random.Random, axis: str) -> Lift | None:
    value, half = draw.uniform(-0.2, 1.0), draw.uniform(0.01, 0.3)
    found = Lift(axis, "base", "rag", value, max(-1.0, value - half), min(1.0, value + half), 100, paired=True)
    return found if draw.random() < 0.9 else None


def decision(draw: random.Random) -> Decision:
    strategy = draw.choice(["prompt", "rag", "ft", "hybrid", "none", "inconclusive"])
    arms = {m: Estimate(0.5, 0.4, 0.6, 100) for m in MODES if draw.random() < 0.7}
    left_out = {m: "loss rose" for m in ("ft", "hybrid") if draw.random() < 0.2}
    name = draw.choice(["a", "tidewell", "a-data-set-with-a-very-long-name", "고객센터-문의-2024"])
    fit = draw.choice(["yes", "no", "not_shown"])
    candidates = ("rag", "hybrid") if strategy == "inconclusive" else ()
    return Decision(name, strategy, None, candidates, {}, {"knowledge": arms}, fit=fit, left_out=left_out)  # type: ignore[arg-type]


def drawn(i: int) -> str:
    draw = random.Random(i)
    found = arms(draw, draw.choice([2, 5, 7, 12, 12, 16]))
    targets = {"style": draw.uniform(0, 1), "knowledge": draw.uniform(0, 1)}
    placement = Placement(lift(draw, "style"), lift(draw, "knowledge"))
    pictures = [
        draw_plane(found, targets, found[-1].mode),
        draw_narrow_plane(found, targets, found[-1].mode),
        quadrant(decision(draw), placement, 0.05),
    ]
    return "".join(f"<div class='card'>{picture}</div>" for picture in pictures)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """One page of all drawings, with the report's own sheets."""
    path = tmp_path_factory.mktemp("drawn") / "page.html"
    sheets = "".join(map(asset, STYLES))
    path.write_text(
        f"<!doctype html><meta charset='utf-8'><style>{sheets}</style><main>{''.join(map(drawn, range(RUNS)))}</main>",
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize("wide", [1280, 390])
def test_no_label_meets_another_or_a_dot_or_leaves_its_picture(page, open_tab, wide):
    tab = open_tab(viewport={"width": wide, "height": 900})
    tab.page.goto(page.as_uri())
    assert tab.page.locator("svg:visible").count() == 2 * RUNS  # the wide or the narrow plane, and the quadrant
    assert tab.page.evaluate(COLLISIONS) == []
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= wide


def test_every_mode_of_every_plane_has_its_label():
    for i in range(RUNS):
        found = arms(random.Random(i), 12)
        for draw in (draw_plane, draw_narrow_plane):
            assert str(draw(found, {"style": 0.9, "knowledge": 0.8}, None)).count("plane-name") == 12
