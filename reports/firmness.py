"""How firm the verdict is: the strategy along each target and the margin, as a strip. It reads sensitivity.json."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from reports.run import Run
from reports.svg import line, picture, rect, tag, text
from reports.words import STRATEGIES

WIDTH, SIDE, TOP, BAND = 462.0, 14.0, 20.0, 20.0


def strips(run: Run) -> list[tuple[str, str, Markup]]:
    """(parameter, in words, strip) for each target and the margin."""
    return [(p["name"], p["words"], strip(p)) for p in run.sensitivity.get("parameters", [])]


def strategies(run: Run) -> list[tuple[str, str]]:
    """(strategy, its name for people) of every colour that a strip shows, for the key."""
    found = {s["strategy"] for p in run.sensitivity.get("parameters", []) for s in p["segments"]}
    return [(s, STRATEGIES.get(s, s)) for s in (*STRATEGIES, "inconclusive") if s in found]


def strip(parameter: Mapping[str, Any]) -> Markup:
    """The grid from left to right, coloured by strategy; the value that is set as a mark across."""
    low, high = (float(end) for end in parameter["grid"])
    segments = parameter["segments"]

    def at(value: float) -> float:
        return SIDE + (WIDTH - 2 * SIDE) * (value - low) / ((high - low) or 1.0)

    parts: list[Markup] = []
    edges = [low, *((a["high"] + b["low"]) / 2 for a, b in pairwise(segments)), high]
    for segment, (left, right) in zip(segments, pairwise(edges), strict=True):
        known = segment["strategy"]
        kind = "open-band" if known == "inconclusive" else "fill"
        words = f"{left:.2f} to {right:.2f}: {known}"
        drawn = rect(at(left), TOP, max(at(right) - at(left) - 1, 1.0), BAND, kind, rx=2)
        parts.append(tag("g", tag("title", words), drawn, class_=f"s-{known}"))
    value = at(parameter["value"])
    parts.append(line(value, TOP - 5, value, TOP + BAND + 5, "set-mark"))
    side = "end" if value > WIDTH * 0.75 else "start" if value < WIDTH * 0.25 else "middle"
    parts.append(text(value, TOP - 8, f"set: {parameter['value']:g}", "tick target-name", side))
    parts.append(text(at(low), TOP + BAND + 17, f"{low:g}", "tick", "middle"))
    parts.append(text(at(high), TOP + BAND + 17, f"{high:g}", "tick", "end"))
    for edge in edges[1:-1]:
        parts.append(text(at(edge), TOP + BAND + 17, f"{edge:.3g}", "tick", "middle"))
    return picture(WIDTH, TOP + BAND + 22, parameter["words"], *parts)
