"""All modes in one plane, style across and knowledge up: which of them are good enough, as inline SVG.

Every mode has its label. Where none is free beside its dot, the label stands in a column at the right, tied to the dot
by a line; the narrow drawing, for phones, has a letter beside each dot and the names below.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from eval.records import Estimate
from reports.charts.label_layout import HEIGHT, Box, put_labels, shortened, stacked, width
from reports.charts.svg import line, picture, rect, tag, text
from reports.language.language import translate
from reports.run_folder import Run, label, strategy
from reports.sections.summary import arms
from reports.text.sentences import percent

LEFT, TOP, WIDE, HIGH, RIGHT, BELOW = 68.0, 26.0, 520.0, 270.0, 24.0, 46.0
NARROW = 284.0
RADIUS, FAR, LONGEST, GAP = 6.5, 40.0, 210.0, 26.0
"""FAR: where a label beside a dot stops being one; GAP: between the plot and the column of labels."""


@dataclass(frozen=True, slots=True)
class Plot:
    """The frame in which shares are drawn."""

    wide: float
    high: float = HIGH

    def x(self, share: float) -> float:
        """Across."""
        return LEFT + share * self.wide

    def y(self, share: float) -> float:
        """Down from the top."""
        return TOP + (1 - share) * self.high

    @property
    def box(self) -> Box:
        """Where labels may stand."""
        return Box(LEFT + 1, TOP + 1, LEFT + self.wide + RIGHT - 2, TOP + self.high - 1)


@dataclass(frozen=True, slots=True)
class Arm:
    """A mode with both of its estimates."""

    mode: str
    style: Estimate
    knowledge: Estimate


def plane(run: Run) -> Markup:
    """Each mode as a dot with both 95 % intervals, and the corner in which both targets are reached.

    Empty when only one axis is scored.
    """
    found, targets = _arms(run), {axis: run.target(axis) for axis in ("style", "knowledge")}
    return draw_plane(found, targets, run.decision.mode) if found else Markup()


def narrow_plane(run: Run) -> Markup:
    """The same for a narrow screen: letters beside the dots, and the names below."""
    found, targets = _arms(run), {axis: run.target(axis) for axis in ("style", "knowledge")}
    return draw_narrow_plane(found, targets, run.decision.mode) if found else Markup()


def _arms(run: Run) -> list[Arm]:
    style, knowledge = dict(arms(run, "style")), dict(arms(run, "knowledge"))
    return [Arm(mode, style[mode], knowledge[mode]) for mode in knowledge if mode in style]


def draw_plane(found: Sequence[Arm], targets: Mapping[str, float | None], chosen: str | None) -> Markup:
    """The wide drawing."""
    plot = Plot(WIDE, max(HIGH, HEIGHT * len(found)))
    names = [shortened(translate(label(a.mode)), LONGEST) for a in found]
    dots = _dots(plot, found)
    named, taken = _target_names(plot, targets, dots)
    near = put_labels(names, dots, RADIUS, plot.box, taken, _lines(plot, found), FAR)
    far = [i for i, box in enumerate(near) if box is None]
    column = LEFT + WIDE + GAP
    boxes = dict(
        zip(far, stacked([names[i] for i in far], [dots[i] for i in far], column, TOP, TOP + plot.high), strict=True)
    )
    placed = [near[i] or boxes[i] for i in range(len(found))]
    parts = [
        *_corner(plot, targets),
        *_grid(plot),
        *named,
        *(_whiskers(plot, a) for a in found),
        *_marks(found, names, dots, placed, chosen),
    ]
    whole = max((box.right for box in boxes.values()), default=LEFT + WIDE) + RIGHT
    return picture(whole, TOP + plot.high + BELOW, _spoken(found), *parts, class_="chart wide-chart plane")


def draw_narrow_plane(found: Sequence[Arm], targets: Mapping[str, float | None], chosen: str | None) -> Markup:
    """The narrow drawing; the targets, too, are named below it."""
    plot, keys = Plot(NARROW), [_letter(i) for i in range(len(found))]
    dots = _dots(plot, found)
    boxes = put_labels(keys, dots, RADIUS, plot.box, [], _lines(plot, found))
    corner = _corner(plot, targets)
    parts = [*corner, *_grid(plot), *(_whiskers(plot, a) for a in found), *_marks(found, keys, dots, boxes, chosen)]
    names = [f"{key}  {translate(label(arm.mode))}" for key, arm in zip(keys, found, strict=True)]
    top, whole = TOP + plot.high + BELOW + 14, LEFT + NARROW + RIGHT
    room = whole - 14
    columns = 2 if max(map(width, names)) <= room / 2 - 8 else 1
    for i, (name, arm) in enumerate(zip(names, found, strict=True)):
        x, y = 14 + i % columns * room / 2, top + i // columns * (HEIGHT + 2)
        said = text(x, y, shortened(name, room / columns - 8), _named(arm.mode, chosen))
        parts.append(tag("g", said, class_=f"s-{strategy(arm.mode)}"))
    bottom = top + math.ceil(len(found) / columns) * (HEIGHT + 2)
    if corner:
        knowledge, style = (percent(targets[axis] or 0) for axis in ("knowledge", "style"))
        words = f"Dashed: targets, knowledge {knowledge}, style {style}"
        parts.append(text(14, bottom + 4, words, "tick target-name"))
        bottom += HEIGHT + 2
    return picture(whole, bottom, _spoken(found), *parts, class_="chart narrow-chart")


def _letter(i: int) -> str:
    return chr(ord("A") + i) if i < 26 else f"{_letter(i // 26 - 1)}{_letter(i % 26)}"


def _spoken(found: Sequence[Arm]) -> str:
    said = (f"{label(a.mode)} knowledge {percent(a.knowledge.mean)}, style {percent(a.style.mean)}" for a in found)
    return f"All modes: {'; '.join(said)}"


def _dots(plot: Plot, found: Sequence[Arm]) -> list[tuple[float, float]]:
    return [(plot.x(a.style.mean), plot.y(a.knowledge.mean)) for a in found]


def _lines(plot: Plot, found: Sequence[Arm]) -> list[Box]:
    """The whiskers, for labels to keep clear of."""
    boxes = []
    for a in found:
        x, y = plot.x(a.style.mean), plot.y(a.knowledge.mean)
        boxes.append(Box(plot.x(a.style.low), y - 1, plot.x(a.style.high), y + 1))
        boxes.append(Box(x - 1, plot.y(a.knowledge.high), x + 1, plot.y(a.knowledge.low)))
    return boxes


def _corner(plot: Plot, targets: Mapping[str, float | None]) -> list[Markup]:
    """The corner of both targets with its borders; empty without both."""
    style, knowledge = targets["style"], targets["knowledge"]
    if style is None or knowledge is None:
        return []
    x, y = plot.x(style), plot.y(knowledge)
    return [
        rect(x, TOP, plot.x(1) - x, y - TOP, "enough", rx=4),
        line(x, TOP, x, TOP + plot.high, "target"),
        line(LEFT, y, LEFT + plot.wide, y, "target"),
    ]


def _target_names(
    plot: Plot, targets: Mapping[str, float | None], dots: Sequence[tuple[float, float]]
) -> tuple[list[Markup], list[Box]]:
    """The names of both targets at their borders, and the room that they take inside the frame."""
    style, knowledge = targets["style"], targets["knowledge"]
    if style is None or knowledge is None:
        return [], []
    said = f"knowledge target {percent(knowledge)}"
    room = _beside(plot, plot.y(knowledge), width(said), dots)
    at_end = style > 0.5
    x, side = plot.x(style) + (3 if at_end else -3), "end" if at_end else "start"
    parts = [
        text(room.left + 2, room.top + 13, said, "tick target-name"),
        text(x, TOP - 9, f"style target {percent(style)}", "tick target-name", side),
    ]
    return parts, [room]


def _beside(plot: Plot, y: float, wide: float, dots: Sequence[tuple[float, float]]) -> Box:
    """Room above or below a line across the plot, from left to right: the first that no dot stands in."""
    last = plot.wide - wide - 8
    rooms = [
        Box(LEFT + 4 + last * step / 24, top, LEFT + 4 + last * step / 24 + wide, top + HEIGHT)
        for step in range(25)
        for top in (y - HEIGHT - 1, y + 2)
        if TOP <= top <= TOP + plot.high - HEIGHT
    ]
    marks = [Box(px - RADIUS, py - RADIUS, px + RADIUS, py + RADIUS) for px, py in dots]
    return min(rooms, key=lambda room: sum(room.meets(mark) for mark in marks))


def _grid(plot: Plot) -> list[Markup]:
    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(line(plot.x(share), TOP, plot.x(share), TOP + plot.high, "grid"))
        parts.append(line(LEFT, plot.y(share), LEFT + plot.wide, plot.y(share), "grid"))
        parts.append(text(plot.x(share), TOP + plot.high + 17, percent(share), "tick", "middle"))
        parts.append(text(LEFT - 7, plot.y(share) + 4, percent(share), "tick", "end"))
    parts.append(text(LEFT + plot.wide / 2, TOP + plot.high + 38, "style right →", "axis-name", "middle"))
    parts.append(
        tag("text", translate("knowledge right →"), class_="axis-name", text_anchor="middle",
            transform=f"translate(15 {TOP + plot.high / 2:g}) rotate(-90)")
    )  # fmt: skip
    return parts


def _whiskers(plot: Plot, arm: Arm) -> Markup:
    x, y = plot.x(arm.style.mean), plot.y(arm.knowledge.mean)
    across = line(plot.x(arm.style.low), y, plot.x(arm.style.high), y, "bar")
    return tag("g", across, line(x, plot.y(arm.knowledge.low), x, plot.y(arm.knowledge.high), "bar"),
               class_=f"s-{strategy(arm.mode)}")  # fmt: skip


def _named(mode: str, chosen: str | None) -> str:
    return "row-name halo chosen" if mode == chosen else "row-name halo"


def _marks(
    found: Sequence[Arm],
    said: Sequence[str],
    dots: Sequence[tuple[float, float]],
    boxes: Sequence[Box | None],
    chosen: str | None,
) -> list[Markup]:
    """Lines between labels and dots that stand apart, then dots, then labels, so that no line strikes a word."""
    lines, circles, words = [], [], []
    for arm, name, (x, y), box in zip(found, said, dots, boxes, strict=True):
        own, colour = arm.mode == chosen, f"s-{strategy(arm.mode)}"
        dot = tag("circle", cx=x, cy=y, r=RADIUS if own else 5, class_="dot-mark chosen" if own else "dot-mark")
        circles.append(tag("g", dot, class_=colour))
        if box is None:
            continue
        end = box.nearest(x, y)
        if math.dist(end, (x, y)) > RADIUS + 8:
            lines.append(tag("g", line(x, y, *end, "leader"), class_=colour))
        words.append(
            tag("g", text(box.left + 2, box.top + 14, name, f"{_named(arm.mode, chosen)} plane-name"), class_=colour)
        )
    return [*lines, *circles, *words]
