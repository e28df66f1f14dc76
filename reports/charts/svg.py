"""Small pieces of SVG as safe markup. Styles are classes of the page's sheet; nothing is loaded and nothing runs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup, escape

from reports.language.language import translate

Attribute = str | float | int


def tag(element: str, *children: str | Markup, **attributes: Attribute) -> Markup:
    """An element; text children and attribute values are escaped, `class_` and `stroke_width` lose their underscore."""
    written = "".join(f' {_name(key)}="{escape(_value(value))}"' for key, value in attributes.items())
    inner = "".join(str(escape(child)) for child in children)
    return Markup(f"<{element}{written}>{inner}</{element}>")


def text(x: float, y: float, words: str, class_: str = "", anchor: str = "start") -> Markup:
    """A line of text with its baseline at (x, y)."""
    return name(x, y, translate(words), class_, anchor)


def name(x: float, y: float, words: str, class_: str = "", anchor: str = "start") -> Markup:
    """The same of what somebody else has named, and is the same in every language."""
    return tag("text", words, x=x, y=y, class_=class_, text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def rect(x: float, y: float, width: float, height: float, class_: str, rx: float = 0) -> Markup:
    """A rectangle, its corners rounded by rx."""
    return tag("rect", x=x, y=y, width=width, height=height, rx=rx, class_=class_)


def picture(width: float, height: float, title: str, *children: Markup, class_: str = "chart") -> Markup:
    """A whole drawing that scales to its column and that a screen reader announces by its title."""
    title = translate(title)
    return tag("svg", tag("title", title), *children, viewBox=f"0 0 {_value(width)} {_value(height)}",
               class_=class_, role="img", aria_label=title)  # fmt: skip


def spread(wanted: Sequence[float], apart: float, bottom: float) -> list[float]:
    """Heights of names, each near the one wanted, no two nearer than `apart`, none below `bottom`; order is kept."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    found = list(wanted)
    for above, below in pairwise(order):
        found[below] = max(found[below], found[above] + apart)
    floor = bottom
    for i in reversed(order):
        found[i] = min(found[i], floor)
        floor = found[i] - apart
    return found


def _name(key: str) -> str:
    return "viewBox" if key == "viewBox" else key.rstrip("_").replace("_", "-")


def _value(value: Attribute) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
