"""Means before and after, one row a mode: ring and dot on 0 to 100 %, and the change with its interval."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from eval.analysis.changes_file import Change
from reports.charts.svg import line, picture, tag, text
from reports.language.language import translate
from reports.run_folder import label, strategy
from reports.text.sentences import percent, points

ROW, TOP, LABELS, PLOT, GAP, CHANGE, VALUES = 32.0, 30.0, 128.0, 300.0, 70.0, 240.0, 60.0
HALF = CHANGE / 2
SHOWN = ("better", "worse")


def chart(title: str, rows: Sequence[Change], margin: float) -> Markup:
    """The rows of changes.json on one axis: the means, and beside them the change with its 95 % interval.

    A change that is shown is drawn in full colour, others pale; the changes' scale reaches as far as they do.
    """
    bottom, reach = TOP + ROW * len(rows), _reach(rows, margin)
    parts: list[Markup] = [text(LABELS, 14, "before and after", "head"), text(_zero(), 14, "change", "head", "middle")]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(line(_at(share), TOP - 6, _at(share), bottom, "grid"))
        parts.append(text(_at(share), bottom + 16, percent(share), "tick", "middle"))
    for value, kind in ((-reach, "grid"), (-margin, "margin"), (0.0, "zero"), (margin, "margin"), (reach, "grid")):
        parts.append(line(_by(value, reach), TOP - 6, _by(value, reach), bottom, kind))
        if kind != "margin":
            parts.append(text(_by(value, reach), bottom + 16, points(value), "tick", "middle"))
    parts += [_row(c, TOP + ROW * (i + 0.5), reach) for i, c in enumerate(rows)]
    moves = (f"{label(c.mode)} from {percent(c.before)} to {percent(c.after)}" for c in rows)
    description = "; ".join(map(translate, moves))
    width = LABELS + PLOT + GAP + CHANGE + VALUES
    return picture(width, bottom + 22, f"{translate(title)}: {description}", *parts, class_="moves")


def _reach(rows: Sequence[Change], margin: float) -> float:
    """How far the changes' scale goes to either side: a round share that holds every interval and two margins."""
    widest = max(2 * margin, *(max(abs(c.low), abs(c.high)) for c in rows))
    return next(step for step in (0.1, 0.2, 0.3, 0.5, 1.0) if step >= min(widest, 1.0))


def _at(share: float) -> float:
    return LABELS + share * PLOT


def _zero() -> float:
    return LABELS + PLOT + GAP + HALF


def _by(change: float, reach: float) -> float:
    return _zero() + HALF * min(max(change / reach, -1.0), 1.0)


def _row(c: Change, y: float, reach: float) -> Markup:
    old, new = _at(c.before), _at(c.after)
    shown = c.reading in SHOWN
    parts = [text(LABELS - 14, y + 4.5, label(c.mode), "row-name", "end")]
    if abs(new - old) > 11:
        parts.append(line(old + (5 if new > old else -5), y, new + (-5 if new > old else 5), y, "stem"))
    parts += [
        tag("circle", cx=old, cy=y, r=4.6, class_="was"),
        tag("circle", cx=new, cy=y, r=5.2, class_="is"),
        line(_by(c.low, reach), y, _by(c.high, reach), y, "bar"),
        tag("circle", cx=_by(c.difference, reach), cy=y, r=4.6, class_="is"),
        text(LABELS + PLOT + GAP + CHANGE + VALUES - 2, y + 4.5, points(c.difference), "row-value", "end"),
    ]
    return tag("g", *parts, class_=f"s-{strategy(c.mode)}{'' if shown else ' pale'}")
