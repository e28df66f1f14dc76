"""A mean with its interval on 0 to 100 %, small enough for a cell of a table."""

from __future__ import annotations

from markupsafe import Markup

from eval.records import Estimate
from reports.charts.svg import line, picture, rect, tag

WIDTH, HEIGHT, SIDE = 132.0, 18.0, 6.0


def whisker(description: str, estimate: Estimate, target: float | None, strategy: str) -> Markup:
    """The mean as a dot, its 95 % interval as a line, the target as a mark across."""
    y = HEIGHT / 2
    parts = [rect(SIDE, y - 2, WIDTH - 2 * SIDE, 4, "track", rx=2)]
    if target is not None:
        parts.append(line(_at(target), 1, _at(target), HEIGHT - 1, "goal"))
    parts += [
        line(_at(estimate.low), y, _at(estimate.high), y, "bar"),
        tag("circle", cx=_at(estimate.mean), cy=y, r=3.8, class_="dot-mark"),
    ]
    return picture(WIDTH, HEIGHT, description, tag("g", *parts, class_=f"s-{strategy}"), class_="whisk")


def _at(share: float) -> float:
    return SIDE + share * (WIDTH - 2 * SIDE)
