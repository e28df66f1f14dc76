"""All modes in one plane, form across and content up: which of them are good enough, as inline SVG."""

from __future__ import annotations

from markupsafe import Markup

from eval.records import Estimate
from reports.charts.svg import line, picture, rect, tag, text
from reports.run_folder import Run, label, strategy
from reports.sections.summary import arms
from reports.text.sentences import percent

LEFT, TOP, WIDE, HIGH, RIGHT, BELOW = 50.0, 24.0, 520.0, 250.0, 30.0, 44.0
APART, NEAR = 15.0, 130.0


def plane(run: Run) -> Markup:
    """Each mode as a dot with both 95 % intervals, and the corner in which both targets are reached.

    Empty when only one axis is scored.
    """
    form, content = dict(arms(run, "style")), dict(arms(run, "knowledge"))
    both = [mode for mode in content if mode in form]
    if not both:
        return Markup()
    parts = [*_ground(run.target("style"), run.target("knowledge")), *_grid()]
    heights = _spread([(_y(content[mode].mean), mode) for mode in both], {m: _x(form[m].mean) for m in both})
    for mode in both:
        parts.append(_arm(mode, form[mode], content[mode], heights[mode], mode == run.decision.mode))
    spoken = "; ".join(f"{label(m)} knowledge {percent(content[m].mean)}, style {percent(form[m].mean)}" for m in both)
    return picture(LEFT + WIDE + RIGHT, TOP + HIGH + BELOW, f"All modes: {spoken}", *parts, class_="chart wide-chart")


def _x(share: float) -> float:
    return LEFT + share * WIDE


def _y(share: float) -> float:
    return TOP + (1 - share) * HIGH


def _ground(form: float | None, content: float | None) -> list[Markup]:
    if form is None or content is None:
        return []
    box = rect(_x(form), TOP, _x(1) - _x(form), _y(content) - TOP, "enough", rx=4)
    return [
        box,
        line(_x(form), TOP, _x(form), TOP + HIGH, "target"),
        line(LEFT, _y(content), LEFT + WIDE, _y(content), "target"),
        text(LEFT + 6, _y(content) - 6, f"content target {percent(content)}", "tick target-name"),
        text(_x(form) + 3, TOP - 6, f"form target {percent(form)}", "tick target-name", "end"),
    ]


def _grid() -> list[Markup]:
    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(line(_x(share), TOP, _x(share), TOP + HIGH, "grid"))
        parts.append(line(LEFT, _y(share), LEFT + WIDE, _y(share), "grid"))
        parts.append(text(_x(share), TOP + HIGH + 17, percent(share), "tick", "middle"))
        parts.append(text(LEFT - 7, _y(share) + 4, percent(share), "tick", "end"))
    parts.append(text(LEFT + WIDE / 2, TOP + HIGH + 38, "form right →", "axis-name", "middle"))
    return parts


def _spread(wanted: list[tuple[float, str]], across: dict[str, float]) -> dict[str, float]:
    """Heights of the names: each as near to its dot as the names below and above, on about the same place, allow."""
    found: dict[str, float] = {}
    for y, mode in sorted(wanted, reverse=True):
        near = [h for m, h in found.items() if abs(across[m] - across[mode]) < NEAR]
        found[mode] = min([max(y - 8, TOP + 12), *(h - APART for h in near)])
    return found


def _arm(mode: str, form: Estimate, content: Estimate, height: float, chosen: bool) -> Markup:
    x, y = _x(form.mean), _y(content.mean)
    end = form.mean > 0.75
    shift = -8.0 if end else 8.0
    name = text(x + shift, height, label(mode), "row-name halo chosen" if chosen else "row-name halo",
                "end" if end else "start")  # fmt: skip
    return tag("g",
               line(_x(form.low), y, _x(form.high), y, "bar"), line(x, _y(content.low), x, _y(content.high), "bar"),
               tag("circle", cx=x, cy=y, r=6.5 if chosen else 5, class_="dot-mark chosen" if chosen else "dot-mark"),
               name, class_=f"s-{strategy(mode)}")  # fmt: skip
