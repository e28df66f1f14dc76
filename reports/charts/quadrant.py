"""The quadrant with the data set placed in it, as inline SVG."""

from __future__ import annotations

from markupsafe import Markup

from eval.arms.modes import MODES
from eval.records import Decision
from eval.strategies import STRATEGIES
from reports.charts.svg import line, picture, rect, tag, text
from reports.run_folder import label, strategy
from reports.sections.placement import Lift, Placement
from reports.text.sentences import lift_words, points

LEFT, TOP, SIDE = 66.0, 10.0, 400.0
WIDTH, HEIGHT = LEFT + SIDE + 8, TOP + SIDE + 52
HALF = SIDE / 2
ARM = 18.0

CELLS = {s.name: (int(s.tunes), int(s.retrieves), *s.cell) for s in STRATEGIES.values()}
"""strategy -> (column, row from below, name, what is wrong with the model)."""


def quadrant(decision: Decision, placement: Placement, margin: float) -> Markup:
    """Draw the four cells, mark the verdict's (or, hatched, those still possible) and place the data set."""
    x = _span(placement.llm, margin)
    y = _span(placement.context, margin)
    cells = [_cell(name, decision, x, y) for name in CELLS]
    verdict: str = "nothing tried is good enough" if decision.strategy == "none" else decision.strategy
    if decision.falls_short:
        verdict += ", the best of what was tried, not good enough yet"
    title = f"Quadrant: {verdict}. {lift_words(placement.llm, 'Tuning')}. {lift_words(placement.context, 'Retrieval')}."
    return picture(
        WIDTH, HEIGHT, title, _hatches(), *cells, *_borders(margin), *_mark(decision.dataset, x, y), class_="quadrant"
    )


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


def _cell(name: str, decision: Decision, x: Span | None, y: Span | None) -> Markup:
    column, row, title, _ = CELLS[name]
    hint = _hint(name, decision)
    left, top = LEFT + column * HALF, TOP + (1 - row) * HALF
    parts = [rect(left + 3, top + 3, HALF - 6, HALF - 6, f"cell {_state(name, decision)}", rx=10)]
    if _state(name, decision) == "possible":
        inside = tag("rect", x=left + 3, y=top + 3, width=HALF - 6, height=HALF - 6, rx=10, class_="hatched",
                     fill=f"url(#hatch-{name})")  # fmt: skip
        parts.append(inside)
    right, below = _corner(column, row, x, y)
    anchor = "end" if right else "start"
    tx = left + (HALF - 16 if right else 16)
    ty = top + (HALF - 32 if below else 30)
    arms = _arms(name, decision)
    if below:
        ty -= ARM * len(arms)
    parts += [text(tx, ty, title, "cell-name halo", anchor), text(tx, ty + 18, hint, "cell-hint halo", anchor)]
    parts += [_arm(mode, decision, tx, ty + 22 + ARM * (i + 1), anchor) for i, mode in enumerate(arms)]
    return tag("g", *parts, class_=f"s-{name}")


def _arms(name: str, decision: Decision) -> list[str]:
    """The cell's candidates that were scored, cheapest first."""
    return [m for m in MODES if strategy(m) == name and any(m in arms for arms in decision.axes.values())]


def _arm(mode: str, decision: Decision, x: float, y: float, anchor: str) -> Markup:
    """One candidate: its dot, filled for the verdict's own, its name, and what is right on each axis in per cent."""
    shares = [arms[mode].mean for axis in ("knowledge", "style") if mode in (arms := decision.axes.get(axis, {}))]
    said = f"{label(mode)} {' · '.join(f'{100 * share:.0f}' for share in shares)}"
    chosen = " chosen" if mode == decision.mode else ""
    shift = -8.0 if anchor == "end" else 8.0
    return tag("g", tag("circle", cx=x + shift / 2, cy=y - 4, r=3.6, class_=f"dot-mark{chosen}"),
               text(x + 1.6 * shift, y, said, f"arm-name halo{chosen}", anchor))  # fmt: skip


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


def _corner(column: int, row: int, x: Span | None, y: Span | None) -> tuple[bool, bool]:
    """(right, below): the outer corner of a cell for its name, or the one farthest from a mark that stands in it."""
    right, below = column == 1, row == 0
    mark_x, mark_y = x[0] if x else None, y[0] if y else None
    if mark_x is not None and (mark_x >= 0.5) == (column == 1) and (mark_y is None or (mark_y >= 0.5) == (row == 1)):
        right = mark_x - column / 2 < 0.25
    if mark_y is not None and (mark_y >= 0.5) == (row == 1) and (mark_x is None or (mark_x >= 0.5) == (column == 1)):
        below = mark_y - row / 2 >= 0.25
    return right, below


def _borders(margin: float) -> list[Markup]:
    base = TOP + SIDE
    parts = [
        line(_x(0.5), TOP, _x(0.5), base, "border"),
        line(LEFT, _y(0.5), LEFT + SIDE, _y(0.5), "border"),
        text(LEFT + HALF, base + 44, "LLM optimization: how it acts →", "axis-name", "middle"),
        tag("text", "Context optimization: what it knows →", x=0, y=0, class_="axis-name", text_anchor="middle",
            transform=f"translate(14 {TOP + HALF:.0f}) rotate(-90)"),
    ]  # fmt: skip
    for lift in (0.0, margin, 0.5, 1.0):
        if lift in (0.0, margin, 1.0) or lift > 3 * margin:
            share = position(lift, margin)
            side = {0.0: "end", margin: "start", 1.0: "end"}.get(lift, "middle")
            parts.append(text(_x(share), base + 18, points(lift), "tick", side))
            parts.append(text(LEFT - 6, _y(share) + (10 if lift in (0.0, 1.0) else 0), points(lift), "tick", "end"))
            parts.append(line(_x(share), base, _x(share), base + 5, "tick-mark"))
    return parts


def _mark(name: str, x: Span | None, y: Span | None) -> list[Markup]:
    """The data set: a dot with whiskers in a box of both intervals, a band where one lift is unknown."""
    if x is None and y is None:
        return [text(_x(0.5), _y(0.5) - 8, "no lift measured", "tick halo", "middle")]
    left, right = (_x(x[1]), _x(x[2])) if x else (LEFT, LEFT + SIDE)
    top, bottom = (_y(y[2]), _y(y[1])) if y else (TOP, TOP + SIDE)
    box = rect(left, top, max(right - left, 1.0), max(bottom - top, 1.0), "interval-box", rx=6)
    if x is None or y is None:
        middle = (
            line(left, _y(y[0]), right, _y(y[0]), "band")
            if y
            else line(_x(x[0]), top, _x(x[0]), bottom, "band")
            if x
            else Markup()
        )
        return [box, middle]
    cx, cy = _x(x[0]), _y(y[0])
    shown = name if len(name) <= 22 else f"{name[:21]}…"
    room = 7.6 * len(shown) + 11
    # On the right of the dot, unless it would leave the cell there and has the room on the left.
    end = cx + room > (LEFT + SIDE if x[0] >= 0.5 else _x(0.5)) and cx - room > LEFT
    ty = cy + 24 if cy < TOP + 40 else cy - 13
    return [
        box,
        line(left, cy, right, cy, "whisker"),
        line(cx, top, cx, bottom, "whisker"),
        tag("circle", cx=cx, cy=cy, r=7, class_="dot"),
        text(cx + (-11 if end else 11), ty, shown, "dot-name halo", "end" if end else "start"),
    ]
