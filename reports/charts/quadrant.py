"""The quadrant with the data set placed in it, as inline SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from eval.arms.modes import MODES
from eval.strategies import STRATEGIES
from eval.verdict.decision import Decision
from reports.charts.label_layout import SIZE, Box, put_labels, width, wrapped
from reports.charts.svg import line, picture, rect, tag, text
from reports.charts.svg import name as name_text
from reports.language.language import translate
from reports.run_folder import strategy
from reports.sections.placement import Lift, Placement
from reports.text.sentences import lift_words, points

LEFT, TOP, SIDE = 62.0, 10.0, 340.0
WIDTH, HEIGHT = LEFT + SIDE + 8, TOP + SIDE + 52
HALF = SIDE / 2
RADIUS, INSET, LONGEST = 7.0, 15.0, 22
TITLE, HINT = 15.0, 12.5
"""Font sizes of a cell's name and of the words under it."""

CELLS = {s.name: (int(s.tunes), int(s.retrieves), *s.cell) for s in STRATEGIES.values()}
"""strategy -> (column, row from below, name, what is wrong with the model)."""


def quadrant(decision: Decision, placement: Placement, margin: float) -> Markup:
    """Draw the four cells, mark the verdict's (or, hatched, those still possible) and place the data set.

    One system of coordinates: what tuning adds across, what retrieval adds up. No text covers another or the mark.
    """
    x, y = _span(placement.llm, margin), _span(placement.context, margin)
    taken, lines = _taken(x, y)
    titles = {name: _title(name, decision, [*taken, *lines]) for name in CELLS}
    cells = [_cell(name, decision, *titles[name]) for name in CELLS]
    verdict: str = "nothing tried is good enough" if decision.strategy == "none" else decision.strategy
    if decision.falls_short:
        verdict += ", the best of what was tried, not good enough yet"
    title = f"Quadrant: {verdict}. {lift_words(placement.llm, 'Tuning')}. {lift_words(placement.context, 'Retrieval')}."
    mark = _mark(decision.dataset, x, y, [box for box, _ in titles.values()])
    return picture(WIDTH, HEIGHT, title, _hatches(), *cells, *_borders(margin), *mark, class_="quadrant")


def position(lift: float, margin: float) -> float:
    """A lift as a share of the side: 0.5 at the margin, 0.4 at no lift, 1 at +100 points.

    Linear on either side of the border; the lower half holds -4 margins to +1 margin, what lies beyond is clipped.
    """
    share = 0.5 + 0.5 * (lift - margin) / (1 - margin) if lift >= margin else 0.5 * (lift + 4 * margin) / (5 * margin)
    return min(max(share, 0.0), 1.0)


Span = tuple[float, float, float]


def _span(lift: Lift | None, margin: float) -> Span | None:
    """Centre, low and high as shares of the side."""
    if lift is None:
        return None
    return position(lift.value, margin), position(lift.low, margin), position(lift.high, margin)


def _x(share: float) -> float:
    return LEFT + share * SIDE


def _y(share: float) -> float:
    return TOP + (1 - share) * SIDE


def _hatches() -> Markup:
    patterns = [
        tag("pattern", rect(0, 0, 5, 10, f"fill s-{name}"), id=f"hatch-{name}", width=10, height=10,
            patternUnits="userSpaceOnUse", patternTransform="rotate(45)")
        for name in CELLS
    ]  # fmt: skip
    return tag("defs", *patterns)


def _taken(x: Span | None, y: Span | None) -> tuple[list[Box], list[Box]]:
    """The dot, and its whiskers or the band that stands for it."""
    if x is None and y is None:
        return [], []
    found = [Box(_x(x[1]) if x else LEFT, _y(y[0]) - 2, _x(x[2]) if x else LEFT + SIDE, _y(y[0]) + 2)] if y else []
    found += [Box(_x(x[0]) - 2, _y(y[2]) if y else TOP, _x(x[0]) + 2, _y(y[1]) if y else TOP + SIDE)] if x else []
    if x is None or y is None:
        return [], found
    cx, cy = _x(x[0]), _y(y[0])
    return [Box(cx - RADIUS - 3, cy - RADIUS - 3, cx + RADIUS + 3, cy + RADIUS + 3)], found


Words = list[tuple[str, bool]]
"""Lines of a cell's text, and whether they are its name."""


def _title(name: str, decision: Decision, marks: Sequence[Box]) -> tuple[Box, Words]:
    """Room for a cell's name and what is under it: in the corner that meets the fewest marks, else outside."""
    column, row, title, _ = CELLS[name]
    room = HALF - 2 * INSET
    said: Words = [(part, True) for part in wrapped(translate(title), room, TITLE)]
    said += [(part, False) for part in wrapped(translate(_hint(name, decision)), room, HINT)]
    wide = min(max(width(part) * (TITLE if bold else HINT) / SIZE for part, bold in said), room)
    high = sum(_line(bold) for _, bold in said) + 6
    left, top = LEFT + column * HALF, TOP + (1 - row) * HALF
    lefts, tops = (left + INSET, left + HALF - INSET - wide), (top + 11, top + HALF - 11 - high)
    corners = [Box(x, y, x + wide, y + high) for y in tops[:: 1 if row else -1] for x in lefts[:: -1 if column else 1]]
    return min(corners, key=lambda corner: sum(corner.meets(mark) for mark in marks)), said


def _line(bold: bool) -> float:
    return 19.0 if bold else 16.0


def _cell(name: str, decision: Decision, box: Box, said: Words) -> Markup:
    column, row, *_ = CELLS[name]
    left, top = LEFT + column * HALF, TOP + (1 - row) * HALF
    parts = [rect(left + 3, top + 3, HALF - 6, HALF - 6, f"cell {_state(name, decision)}", rx=10)]
    if _state(name, decision) == "possible":
        inside = tag("rect", x=left + 3, y=top + 3, width=HALF - 6, height=HALF - 6, rx=10, class_="hatched",
                     fill=f"url(#hatch-{name})")  # fmt: skip
        parts.append(inside)
    x, anchor = (box.right, "end") if box.left > left + HALF / 3 else (box.left, "start")
    y = box.top
    for words, bold in said:
        y += _line(bold)
        parts.append(text(x, y - 4, words, "cell-name halo" if bold else "cell-hint halo", anchor))
    return tag("g", *parts, class_=f"s-{name}")


def _arms(name: str, decision: Decision) -> list[str]:
    """The cell's candidates that were scored, cheapest first."""
    return [m for m in MODES if strategy(m) == name and any(m in arms for arms in decision.axes.values())]


def _hint(name: str, decision: Decision) -> str:
    """What is wrong with the model where this cell is the answer; where it is not good enough, that."""
    arms = _arms(name, decision)
    if arms and all(m in decision.left_out for m in arms):
        return "did not learn, not ruled out"
    if decision.strategy == "none":
        return "not good enough" if arms else "not tried"
    if decision.strategy == name and decision.falls_short:
        return "best so far, not enough yet"
    return CELLS[name][3]


def _state(name: str, decision: Decision) -> str:
    if decision.strategy == name:
        return "chosen short" if decision.falls_short else "chosen"
    if decision.strategy == "none":
        return "other failed" if _arms(name, decision) else "other"
    return "possible" if decision.strategy == "inconclusive" and name in decision.candidates else "other"


def _borders(margin: float) -> list[Markup]:
    base = TOP + SIDE
    parts = [
        line(_x(0.5), TOP, _x(0.5), base, "border"),
        line(LEFT, _y(0.5), LEFT + SIDE, _y(0.5), "border"),
        text(LEFT + HALF, base + 44, "LLM optimization: how it acts →", "axis-name", "middle"),
        tag("text", translate("Context optimization: what it knows →"), x=0, y=0, class_="axis-name",
            text_anchor="middle", transform=f"translate(14 {TOP + HALF:.0f}) rotate(-90)"),
    ]  # fmt: skip
    for lift in (0.0, margin, 0.5, 1.0):
        if lift in (0.0, margin, 1.0) or lift > 3 * margin:
            share = position(lift, margin)
            side = {0.0: "end", margin: "start", 1.0: "end"}.get(lift, "middle")
            parts.append(text(_x(share), base + 18, points(lift), "tick", side))
            parts.append(text(LEFT - 6, _y(share) + (10 if lift in (0.0, 1.0) else 0), points(lift), "tick", "end"))
            parts.append(line(_x(share), base, _x(share), base + 5, "tick-mark"))
    return parts


def _mark(name: str, x: Span | None, y: Span | None, titles: Sequence[Box]) -> list[Markup]:
    """The data set: a dot with whiskers in a box of both intervals, a band where one lift is unknown."""
    if x is None and y is None:
        return [text(_x(0.5), _y(0.5) - 8, "no lift measured", "tick halo", "middle")]
    left, right = (_x(x[1]), _x(x[2])) if x else (LEFT, LEFT + SIDE)
    top, bottom = (_y(y[2]), _y(y[1])) if y else (TOP, TOP + SIDE)
    box = rect(left, top, max(right - left, 1.0), max(bottom - top, 1.0), "interval-box", rx=6)
    if y and not x:
        return [box, line(left, _y(y[0]), right, _y(y[0]), "band")]
    if x and not y:
        return [box, line(_x(x[0]), top, _x(x[0]), bottom, "band")]
    assert x and y
    cx, cy = _x(x[0]), _y(y[0])
    shown = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
    frame = Box(LEFT + 4, TOP + 4, LEFT + SIDE - 4, TOP + SIDE - 4)
    (place,) = put_labels([shown], [(cx, cy)], RADIUS, frame, titles, _taken(x, y)[1])
    parts = [box, line(left, cy, right, cy, "whisker"), line(cx, top, cx, bottom, "whisker")]
    if place is not None and math.dist(end := place.nearest(cx, cy), (cx, cy)) > RADIUS + 9:
        parts.append(line(cx, cy, *end, "leader"))
    parts.append(tag("circle", cx=cx, cy=cy, r=RADIUS, class_="dot"))
    return parts if place is None else [*parts, name_text(place.left + 2, place.top + 14, shown, "dot-name halo")]
