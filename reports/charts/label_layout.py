"""Room for labels beside dots: no two overlap, none covers a dot or leaves the frame, few lie on a line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.charts.svg import spread

HEIGHT = 18.0
SIZE = 13.5
"""The font size that `width` is for."""
RINGS = (12.0, 24.0, 40.0, 60.0, 84.0, 112.0)
"""Distances from the dot at which room is looked for, nearest first."""
LINE = 14.0
"""How much farther off a label may stand to keep clear of one line."""
ANGLES = (0, 45, 315, 180, 135, 225, 90, 270, 20, 160, 340, 200)
"""Degrees, best first: to the right, to the left, above, below."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the drawing's units, y growing downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether the two share any area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )  # fmt: skip

    def holds(self, other: Box) -> bool:
        """Whether the other lies wholly inside."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )  # fmt: skip

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """The point of the box that is nearest to (x, y)."""
        return min(max(x, self.left), self.right), min(max(y, self.top), self.bottom)


def put_labels(
    names: Sequence[str],
    dots: Sequence[tuple[float, float]],
    radius: float,
    frame: Box,
    taken: Sequence[Box] = (),
    lines: Sequence[Box] = (),
    farthest: float = RINGS[-1],
) -> list[Box | None]:
    """A box for each name, or None where none is free up to `farthest`; greedy, the most crowded dots first.

    What is `taken` (titles) is avoided like dots and other labels; a label lies on one of the `lines` only where it
    would else have to go far.
    """
    marks = [Box(x - radius, y - radius, x + radius, y + radius) for x, y in dots]
    crowd = [sum(math.dist(a, b) < 60 for b in dots) for a in dots]
    boxes: list[Box | None] = [None] * len(names)
    blocked = [*marks, *taken]
    for i in sorted(range(len(names)), key=lambda i: (-crowd[i], i)):
        free = [
            (cost + LINE * sum(box.meets(other) for other in lines), k, box)
            for k, (cost, box) in enumerate(_candidates(*dots[i], radius, width(names[i])))
            if cost <= farthest and frame.holds(box) and not any(box.meets(other) for other in blocked)
        ]
        if free:
            boxes[i] = min(free)[2]
            blocked.append(min(free)[2])
    return boxes


def stacked(
    names: Sequence[str], dots: Sequence[tuple[float, float]], left: float, top: float, bottom: float
) -> list[Box]:
    """A box for each name in one column that begins at `left`, each as near to its dot's height as the others allow."""
    middles = spread([max(y, top + HEIGHT / 2) for _, y in dots], HEIGHT, bottom - HEIGHT / 2)
    return [
        Box(left, y - HEIGHT / 2, left + width(name), y + HEIGHT / 2) for name, y in zip(names, middles, strict=True)
    ]


def shortened(name: str, room: float) -> str:
    """The name, or as much of it as `room` holds, with an ellipsis."""
    if width(name) <= room:
        return name
    return next(f"{name[:n].rstrip()}…" for n in range(len(name) - 1, -1, -1) if width(f"{name[:n]}…") <= room or not n)


def wrapped(words: str, room: float, size: float = SIZE) -> list[str]:
    """The words on as many lines as text of a font size needs in `room`; a word that is too long keeps its line."""
    found: list[str] = []
    for word in words.split():
        longer = f"{found[-1]} {word}" if found else word
        if found and width(longer) * size / SIZE <= room:
            found[-1] = longer
        else:
            found.append(word)
    return found


def _candidates(x: float, y: float, radius: float, wide: float) -> Iterator[tuple[float, Box]]:
    """(distance, box) from near to far."""
    for ring in RINGS:
        for angle in ANGLES:
            across, up = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            cx = x + across * ring + (math.copysign(wide / 2, across) if abs(across) > 0.1 else 0.0)
            cy = y - up * (ring + HEIGHT / 2)
            box = Box(cx - wide / 2, cy - HEIGHT / 2, cx + wide / 2, cy + HEIGHT / 2)
            if not box.meets(Box(x - radius, y - radius, x + radius, y + radius)):
                yield ring, box


def width(words: str) -> float:
    """At least the width of semi-bold text of 13.5 units in any common sans-serif, by classes of letters."""
    return 5.0 + sum(_letter(c) for c in words)


def _letter(c: str) -> float:
    if ord(c) > 0x2E7F:  # East Asian letters and pictures are square
        return 15.0
    if c in "mwMW@%&…—":
        return 13.5
    if c in "ijltfrI.,:;'|!()[] -":
        return 6.2
    return 10.4 if c.isupper() or c in "_+=<>" else 8.9
