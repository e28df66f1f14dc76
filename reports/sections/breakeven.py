"""What a thousand questions cost with each mode, building included, by how many are asked, from economics.json."""

from __future__ import annotations

import math

from markupsafe import Markup

from reports.charts.svg import line, picture, spread, tag, text
from reports.run_folder import Run, in_order, label, strategy

LEFT, TOP, WIDE, HIGH, NAMES = 58.0, 12.0, 470.0, 230.0, 112.0
FIRST, LAST = 2, 6
VOLUMES = (1_000, 10_000, 100_000, 1_000_000)


def totals(run: Run) -> list[tuple[str, list[float]]]:
    """(mode, what it has cost after each of VOLUMES); modes without a price for a question are left out."""
    return [(mode, [_total(run, mode, n) for n in VOLUMES]) for mode in _priced(run)]


def curve(run: Run) -> Markup:
    """The lines on two logarithmic scales, with a ring where the verdict's mode and another cost the same.

    Empty without prices.
    """
    modes = _priced(run)
    ends = [_each(run, mode, 10.0**power) for mode in modes for power in (FIRST, LAST)]
    if not modes or min(ends) <= 0:
        return Markup()
    low, high = math.floor(math.log10(min(ends))), math.ceil(math.log10(max(ends)))
    high += high == low

    def at(questions: float, money: float) -> tuple[float, float]:
        across = (math.log10(questions) - FIRST) / (LAST - FIRST)
        return LEFT + WIDE * across, TOP + HIGH * (1 - (math.log10(money) - low) / (high - low))

    parts = _grid(low, high)
    names = spread([at(10.0**LAST, _each(run, m, 10.0**LAST))[1] for m in modes], 15, TOP + HIGH)
    steps = [10 ** (FIRST + (LAST - FIRST) * i / 60) for i in range(61)]
    for mode, height in zip(modes, names, strict=True):
        chosen = " chosen" if mode == run.decision.mode else ""
        drawn = " ".join("{:.1f},{:.1f}".format(*at(n, _each(run, mode, n))) for n in steps)
        parts.append(tag("g", tag("polyline", points=drawn, class_=f"cost-line{chosen}"),
                         text(LEFT + WIDE + 7, height + 4.5, label(mode), f"row-name{chosen}"),
                         class_=f"s-{strategy(mode)}"))  # fmt: skip
    parts += [tag("circle", cx=x, cy=y, r=6, class_="crossing") for x, y in (at(*c) for c in _crossings(run))]
    said = ", ".join(f"{label(m)} {_each(run, m, 1e3):.3g} and {_each(run, m, 1e6):.3g}" for m in modes)
    description = f"Cost per 1,000 questions when a thousand and when a million are asked: {said}"
    return picture(LEFT + WIDE + NAMES, TOP + HIGH + 44, description, *parts, class_="chart wide-chart")


def _priced(run: Run) -> list[str]:
    found = run.economics.arms
    return [mode for mode in in_order(found) if found[mode].per_thousand is not None]


def _total(run: Run, mode: str, questions: float) -> float:
    arm = run.economics.arms[mode]
    return arm.fixed + (arm.per_thousand or 0.0) * questions / 1000


def _each(run: Run, mode: str, questions: float) -> float:
    """What a thousand questions cost when so many are asked in all."""
    return 1000 * _total(run, mode, questions) / questions


def _crossings(run: Run) -> list[tuple[float, float]]:
    """(questions, money) where the verdict's mode and another have cost the same, within the picture."""
    mode = run.decision.mode
    found = []
    for pair in run.economics.break_even:
        asked, two = pair.questions, (pair.cheaper_to_build, pair.dearer_to_build)
        if mode in two and asked and 10**FIRST <= asked <= 10**LAST:
            found.append((float(asked), _each(run, two[1], asked)))
    return found


def _grid(low: int, high: int) -> list[Markup]:
    parts: list[Markup] = []
    for power in range(FIRST, LAST + 1):
        x = LEFT + WIDE * (power - FIRST) / (LAST - FIRST)
        parts.append(line(x, TOP, x, TOP + HIGH, "grid"))
        parts.append(text(x, TOP + HIGH + 17, f"{10**power:,}".replace(",", "\u202f"), "tick", "middle"))
    step = max(1, math.ceil((high - low) / 6))
    for power in range(low, high + 1, step):
        y = TOP + HIGH * (1 - (power - low) / (high - low))
        parts.append(line(LEFT, y, LEFT + WIDE, y, "grid"))
        parts.append(text(LEFT - 7, y + 4, f"{10.0**power:,.{max(0, -power)}f}".replace(",", "\u202f"), "tick", "end"))
    parts.append(text(LEFT + WIDE / 2, TOP + HIGH + 38, "questions asked in all", "axis-name", "middle"))
    return parts
