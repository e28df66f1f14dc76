"""The paired differences that decided, on one scale, as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from eval.records import Comparison
from reports.charts.svg import line, picture, rect, tag, text
from reports.run_folder import label, strategy
from reports.text.sentences import column_points, points

ROW, LABELS, PLOT, VALUES, TOP = 28.0, 150.0, 226.0, 158.0, 28.0
LONG = 84.0
"""More room for names where the rows have different treatments."""


def forest_plot(comparisons: Sequence[Comparison], margin: float) -> Markup:
    """A row a difference: estimate and 95 % interval, no lift as a line, the margin on either side of it as a band."""
    low = min((c.low for c in comparisons), default=0.0)
    start = -1.0 if low < -0.5 else -0.5 if low < -0.1 else -0.25
    height = TOP + ROW * len(comparisons)
    same = len({c.treatment for c in comparisons}) == 1
    left = LABELS if same else LABELS + LONG

    def at(value: float) -> float:
        return left + PLOT * (max(value, start) - start) / (1 - start)

    parts = [rect(at(-margin), TOP - 4, at(margin) - at(-margin), height - TOP + 4, "margin-band")]
    for value in (-1.0, -0.5, 0.0, 0.5, 1.0):
        if value >= start:
            parts.append(line(at(value), TOP - 4, at(value), height, "zero" if value == 0 else "grid"))
            parts.append(text(at(value), height + 16, points(value), "tick", "middle"))
    parts.append(text(at(0), TOP - 10, f"within ± {points(margin).lstrip('+')}: too small to count", "tick", "middle"))
    for i, c in enumerate(comparisons):
        name = f"over {label(c.control)}" if same else f"{label(c.treatment)} over {label(c.control)}"
        y = TOP + ROW * (i + 0.5)
        parts.append(text(left - 12, y + 4.5, name, "row-name", "end"))
        parts.append(_row(c, at(c.low), at(c.difference), at(c.high), y, left + PLOT + VALUES - 2))
    description = "; ".join(
        f"{label(c.treatment)} over {label(c.control)} {points(c.difference)} points" for c in comparisons
    )
    return picture(left + PLOT + VALUES, height + 22, f"Paired differences: {description}", *parts)


def _row(c: Comparison, low: float, middle: float, high: float, y: float, end: float) -> Markup:
    value = f"{column_points(c.difference)} ({column_points(c.low)} to {column_points(c.high)})"
    return tag("g",
               line(low, y, high, y, "bar"), line(low, y - 4, low, y + 4, "cap"), line(high, y - 4, high, y + 4, "cap"),
               tag("circle", cx=middle, cy=y, r=5, class_="dot-mark chosen"),
               text(end, y + 4.5, value, "tick", "end"), class_=f"s-{strategy(c.treatment)}")  # fmt: skip
