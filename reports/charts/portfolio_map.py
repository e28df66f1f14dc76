"""Any number of data sets in one quadrant: a dot with its intervals and a label each, as SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.charts.label_layout import Box, put_labels
from reports.charts.quadrant import CELLS, position
from reports.charts.svg import line, rect, tag, text
from reports.charts.svg import name as name_text
from reports.language.language import translate
from reports.sections.placement import Lift
from reports.text.sentences import lift_words, points
from reports.wording.phrases import called

LEFT, TOP, SIDE = 64.0, 12.0, 560.0
WIDTH, HEIGHT = LEFT + SIDE + 12, TOP + SIDE + 50
HALF = SIDE / 2
RADIUS = 7.0
LONGEST = 26
"""Letters of a name that are drawn; the whole name stands in the table."""

Span = tuple[float, float, float]
"""Centre, low and high, in the drawing's units."""


@dataclass(frozen=True, slots=True)
class Place:
    """One data set as it is drawn."""

    name: str
    strategy: str
    """Of the verdict, which gives the colour; `inconclusive` is drawn hollow, `none` as a cross."""
    across: Lift | None
    """What tuning adds; None where it was not measured."""
    up: Lift | None
    """What retrieval adds."""
    margin: float
    href: str = ""
    """Where a click on it leads; empty: nowhere."""
    short: bool = False
    """The strategy is the best of what was tried, and not good enough yet."""


def places(found: Sequence[Place]) -> tuple[Markup, list[str]]:
    """The drawing, and the names that found no room in it.

    Each data set is placed by its own margin, so that the borders mean the same for all. A lift that was not measured
    makes a hollow band across the whole drawing, with a question mark halfway, where neither side of the border is.
    """
    known = [p for p in found if p.across or p.up]
    spans = [(_span(p.across, p.margin, _x), _span(p.up, p.margin, _y)) for p in known]
    dots = [(x[0] if x else _x(0.5), y[0] if y else _y(0.5)) for x, y in spans]
    shown = [p.name if len(p.name) <= LONGEST else f"{p.name[: LONGEST - 1]}…" for p in known]
    lines = _lines(spans)
    titles = {name: _title(name, dots, lines) for name in CELLS}
    frame = Box(LEFT + 2, TOP + 2, LEFT + SIDE - 2, TOP + SIDE - 2)
    labels = put_labels(shown, dots, RADIUS, frame, list(titles.values()), lines)
    parts = [_cell(name, box, any(p.strategy == name for p in known)) for name, box in titles.items()]
    parts += _borders({p.margin for p in known})
    parts += [_region(p, x, y) for p, (x, y) in zip(known, spans, strict=True)]
    for p, words, dot, label in zip(known, shown, dots, labels, strict=True):
        parts.append(_mark(p, words, dot, label))
    left_out = [p.name for p, label in zip(known, labels, strict=True) if label is None]
    title = translate(f"Quadrant of {len(known)} data set{'' if len(known) == 1 else 's'}")
    whole = tag("svg", *parts, viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}", class_="places", role="group", aria_label=title,
                xmlns="http://www.w3.org/2000/svg")  # fmt: skip
    return whole, left_out


def _x(share: float) -> float:
    return LEFT + share * SIDE


def _y(share: float) -> float:
    return TOP + (1 - share) * SIDE


def _span(lift: Lift | None, margin: float, at: Callable[[float], float]) -> Span | None:
    if lift is None:
        return None
    return at(position(lift.value, margin)), at(position(lift.low, margin)), at(position(lift.high, margin))


def _title(name: str, dots: Sequence[tuple[float, float]], lines: Sequence[Box]) -> Box:
    """Room for a cell's title in the corner with the fewest dots, then lines; its outer one among equals."""
    column, row, title, hint = *CELLS[name][:2], translate(CELLS[name][2]), translate(CELLS[name][3])
    wide, left, top = max(len(title) * 9.2, len(hint) * 7.2), LEFT + column * HALF, TOP + (1 - row) * HALF
    lefts, tops = (left + 16, left + HALF - 16 - wide), (top + 12, top + HALF - 54)
    corners = [Box(x, y, x + wide, y + 42) for y in tops[:: 1 if row else -1] for x in lefts[:: -1 if column else 1]]
    marks = [Box(x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS) for x, y in dots]
    return min(corners, key=lambda corner: (sum(map(corner.meets, marks)), sum(map(corner.meets, lines))))


def _cell(name: str, box: Box, taken: bool) -> Markup:
    column, row, title, hint = CELLS[name]
    left, top = LEFT + column * HALF, TOP + (1 - row) * HALF
    at_right = box.left > left + HALF / 2
    x, anchor = (box.right, "end") if at_right else (box.left, "start")
    return tag(
        "g",
        rect(left + 3, top + 3, HALF - 6, HALF - 6, "cell taken" if taken else "cell", rx=12),
        text(x, box.top + 18, title, "cell-name halo", anchor),
        text(x, box.top + 36, hint, "cell-hint halo", anchor),
        class_=f"s-{name}",
    )


def _borders(margins: set[float]) -> list[Markup]:
    base = TOP + SIDE
    margin = next(iter(margins)) if len(margins) == 1 else None
    parts = [
        line(_x(0.5), TOP, _x(0.5), base, "border"),
        line(LEFT, _y(0.5), LEFT + SIDE, _y(0.5), "border"),
        text(LEFT + HALF, base + 42, "LLM optimization: how it acts →", "axis-name", "middle"),
        tag("text", translate("Context optimization: what it knows →"), class_="axis-name", text_anchor="middle",
            transform=f"translate(16 {TOP + HALF:g}) rotate(-90)"),
    ]  # fmt: skip
    ticks = [
        (0.4, "0", "end"),
        (0.5, points(margin) if margin is not None else "margin", "start"),
        (1.0, "+100", "end"),
    ]
    if margin is not None and margin < 0.2:
        ticks.insert(2, (position(0.5, margin), "+50", "middle"))
    for share, words, side in ticks:
        parts.append(line(_x(share), base, _x(share), base + 5, "tick-mark"))
        parts.append(line(LEFT - 5, _y(share), LEFT, _y(share), "tick-mark"))
        parts.append(text(_x(share), base + 19, words, "tick", side))
        parts.append(text(LEFT - 9, _y(share) + (10 if share == 1.0 else 4), words, "tick", "end"))
    return parts


def _region(place: Place, x: Span | None, y: Span | None) -> Markup:
    """The box of both 95 % intervals with its whiskers; a hollow band from edge to edge where one lift is unknown."""
    left, right = (x[1], x[2]) if x else (LEFT, LEFT + SIDE)
    bottom, top = (y[1], y[2]) if y else (TOP + SIDE, TOP)
    shape = "region" if x and y else "region unknown"
    parts = [rect(left, top, max(right - left, 2.0), max(bottom - top, 2.0), shape, rx=7)]
    if y:
        parts.append(line(left, y[0], right, y[0], "whisker" if x else "whisker band"))
    if x:
        parts.append(line(x[0], top, x[0], bottom, "whisker" if y else "whisker band"))
    return tag("g", *parts, class_=f"s-{place.strategy}")


def _lines(spans: Sequence[tuple[Span | None, Span | None]]) -> list[Box]:
    """The whiskers, for labels to keep clear of."""
    found = []
    for x, y in spans:
        (left, right) = (x[1], x[2]) if x else (LEFT, LEFT + SIDE)
        (bottom, top) = (y[1], y[2]) if y else (TOP + SIDE, TOP)
        if y:
            found.append(Box(left, y[0] - 1, right, y[0] + 1))
        if x:
            found.append(Box(x[0] - 1, top, x[0] + 1, bottom))
    return found


def _mark(place: Place, words: str, dot: tuple[float, float], label: Box | None) -> Markup:
    x, y = dot
    lifts = translate(f"{lift_words(place.across, 'Tuning')}. {lift_words(place.up, 'Retrieval')}.")
    description = f"{place.name}: {translate(_said(place))}. {lifts}"
    parts: list[Markup] = []
    if label is not None:
        end = label.nearest(x, y)
        if (end[0] - x) ** 2 + (end[1] - y) ** 2 > (RADIUS + 9) ** 2:
            parts.append(line(x, y, *end, "leader"))
    parts += _dot(place, description, x, y)
    if label is not None:
        parts.append(name_text(label.left + 2, label.top + 14, words, "dot-name halo"))
    if place.href:
        parts = [tag("a", *parts, href=place.href, aria_label=f"{place.name}: {translate('open its report')}")]
    state = " open" if place.strategy == "inconclusive" else ""
    return tag("g", *parts, class_=f"mark{state} s-{place.strategy}")


def _said(place: Place) -> str:
    known = "not settled" if place.strategy == "inconclusive" else called(place.strategy)
    return f"{known}{', not good enough yet' if place.short else ''}"


def _dot(place: Place, description: str, x: float, y: float) -> list[Markup]:
    """A dot; a cross where nothing is good enough, and a dot with a stroke through it where the best is not yet.

    A ring with a question mark where a lift was not measured, so that no place is known.
    """
    if place.across is None or place.up is None:
        ring = tag("circle", tag("title", description), cx=x, cy=y, r=RADIUS + 2, class_="dot unknown")
        return [ring, name_text(x, y + 4.5, "?", "unknown-mark", "middle")]
    if place.strategy == "none":
        arm = RADIUS * 0.8
        back = tag("circle", tag("title", description), cx=x, cy=y, r=RADIUS + 1.5, class_="dot back")
        return [
            back,
            line(x - arm, y - arm, x + arm, y + arm, "cross"),
            line(x - arm, y + arm, x + arm, y - arm, "cross"),
        ]
    dot = tag("circle", tag("title", description), cx=x, cy=y, r=RADIUS, class_="dot")
    return [dot, line(x - RADIUS * 0.55, y, x + RADIUS * 0.55, y, "stroke")] if place.short else [dot]
