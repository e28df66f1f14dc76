"""Dots with whiskers, loss curves and small bars, as inline SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from eval.records import Comparison, Estimate
from reports.charts.svg import line, picture, rect, tag, text
from reports.run_folder import label, strategy
from reports.sections.summary import Outcomes
from reports.text.sentences import column, percent, points

ROW = 30.0
LABELS = 130.0
VALUES = 74.0
PLOT = 262.0

Series = Sequence[tuple[float, float]]


def dots(title: str, arms: Sequence[tuple[str, Estimate]], target: float | None, chosen: str | None) -> Markup:
    """One row a mode: the mean as a dot, its 95 % interval as a whisker, on 0 to 100 %; the target as a dashed line."""
    top = 24.0 if target is not None else 4.0
    height = top + ROW * len(arms)
    parts: list[Markup] = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(line(_at(share), top - 4, _at(share), height, "grid"))
        parts.append(text(_at(share), height + 16, f"{share:.0%}".replace("%", " %"), "tick", "middle"))
    if target is not None:
        parts.append(line(_at(target), 18, _at(target), height, "target"))
        side = "end" if target > 0.7 else "start"
        parts.append(text(_at(target), 12, f"target {percent(target)}", "tick target-name", side))
    for i, (mode, estimate) in enumerate(arms):
        parts.append(_row(mode, estimate, top + ROW * (i + 0.5), mode == chosen))
    description = "; ".join(f"{label(mode)} {percent(e.mean)}" for mode, e in arms)
    return picture(LABELS + PLOT + VALUES, height + 22, f"{title}: {description}", *parts)


def _at(share: float) -> float:
    return LABELS + share * PLOT


def _row(mode: str, e: Estimate, y: float, chosen: bool) -> Markup:
    mark = "dot-mark chosen" if chosen else "dot-mark"
    parts = [
        text(LABELS - 12, y + 4.5, label(mode), "row-name chosen" if chosen else "row-name", "end"),
        line(_at(e.low), y, _at(e.high), y, "bar"),
        line(_at(e.low), y - 4, _at(e.low), y + 4, "cap"),
        line(_at(e.high), y - 4, _at(e.high), y + 4, "cap"),
        tag("circle", cx=_at(e.mean), cy=y, r=6 if chosen else 5, class_=mark),
        text(LABELS + PLOT + VALUES - 2, y + 4.5, column(e.mean), "row-value", "end"),
    ]
    return tag("g", *parts, class_=f"s-{strategy(mode)}")


def forest(comparison: Comparison, margin: float) -> Markup:
    """One paired difference on -100 to +100 points: interval, estimate, and the margin as a thin line."""
    width, y = 180.0, 10.0

    def at(value: float) -> float:
        return 4 + (value + 1) / 2 * (width - 8)

    description = f"{points(comparison.difference)} points, {points(comparison.low)} to {points(comparison.high)}"
    shape = [
        line(at(0), 0, at(0), 20, "zero"),
        line(at(margin), 2, at(margin), 18, "margin"),
        line(at(comparison.low), y, at(comparison.high), y, "bar"),
        tag("circle", cx=at(comparison.difference), cy=y, r=4.5, class_="dot-mark chosen"),
    ]
    whole = tag("g", *shape, class_=f"s-{strategy(comparison.treatment)}")
    return picture(width, 20, description, whole, class_="spark")


def outcome_bar(outcomes: Outcomes) -> Markup:
    """The shares of a mode's replies that are right in both, content only, form only, neither, or not scored."""
    parts, x, width = [], 0.0, 240.0
    for name in ("both", "content_only", "form_only", "neither", "unscored"):
        count = getattr(outcomes, name)
        if count:
            share = width * count / outcomes.total
            parts.append(rect(x, 0, max(share - 1, 0.5), 14, f"o-{name.replace('_', '-')}", rx=2))
            x += share
    return picture(width, 14, f"{outcomes.both} of {outcomes.total} right in everything", *parts, class_="spark")


def losses(mode: str, train: Series, validation: Series) -> Markup:
    """Training loss (line) and validation loss (dots) by optimiser step."""
    points_ = [p for p in (*train, *validation) if math.isfinite(p[1])]
    if not points_:
        return Markup()
    last = max(step for step, _ in points_) or 1
    ceiling = _nice(max(loss for _, loss in points_))
    left, top, width, height = 44.0, 10.0, 380.0, 150.0

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return left + width * point[0] / last, top + height * (1 - min(max(point[1] / ceiling, 0.0), 1.0))

    parts: list[Markup] = []
    for share in (0.0, 0.5, 1.0):
        y = top + height * (1 - share)
        parts.append(line(left, y, left + width, y, "grid"))
        parts.append(text(left - 8, y + 4, f"{ceiling * share:g}", "tick", "end"))
    drawn = " ".join("{:.1f},{:.1f}".format(*at(p)) for p in train if math.isfinite(p[1]))
    smooth = " ".join("{:.1f},{:.1f}".format(*at(p)) for p in _smooth(train))
    parts += [tag("polyline", points=drawn, class_="loss raw"), tag("polyline", points=smooth, class_="loss")]
    for x, y in (at(p) for p in validation if math.isfinite(p[1])):
        parts.append(tag("circle", cx=x, cy=y, r=4.5, class_="validation"))
    parts.append(text(left, top + height + 18, "0", "tick", "middle"))
    parts.append(text(left + width, top + height + 18, f"step {last:g}", "tick", "end"))
    whole = tag("g", *parts, class_=f"s-{strategy(mode)}")
    return picture(left + width + 12, top + height + 26, f"Training loss of {label(mode)}", whole)


def _smooth(series: Series) -> list[tuple[float, float]]:
    """The mean of a twelfth of the steps around each step."""
    known = [p for p in series if math.isfinite(p[1])]
    reach = len(known) // 24
    around = [known[max(0, i - reach) : i + reach + 1] for i in range(len(known))]
    return [(step, math.fsum(y for _, y in near) / len(near)) for (step, _), near in zip(known, around, strict=True)]


def _nice(value: float) -> float:
    """The next round number at or above a loss."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.5, 2, 3, 4, 6, 8, 10) if value <= step * power * (1 + 1e-9))
