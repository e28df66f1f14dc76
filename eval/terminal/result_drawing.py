"""The result of a run drawn for a terminal: intervals on both axes against their targets. Imports rich."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from eval.records import Estimate
from eval.terminal.result import Result, translated_key
from reports.wording.fitness_sentence import fitness_sentence
from reports.wording.verdict_sentence import verdict_sentence

WIDEST = 100
FIGURES = 17
"""Cells of `0.29 [0.23, 0.36]`."""
GAP = 2
"""Cells between the axes."""
SHORTEST_PLOT = 10
"""A narrower picture of the range from 0 to 1 would not tell anything."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What the drawing is made of."""

    verdict: str
    reached: str
    missed: str
    open: str
    mean: str
    interval: str
    target: str
    rest: str


UNICODE = Marks("▶", "✓", "✗", "?", "●", "━", "┃", "·")
ASCII = Marks(">", "+", "x", "?", "o", "=", "|", ".")


def print_drawn(found: Result, console: Console | None = None) -> None:
    """Print the table, the verdict and the report's path; colours as the terminal and NO_COLOR allow."""
    from reports.language.language import translate

    console = console or Console(highlight=False)
    width = max(20, min(console.size.width - 1, WIDEST))
    marks = UNICODE if console.encoding.lower().startswith("utf") else ASCII
    console.print()
    for line in table(found, width, marks):
        console.print(line, no_wrap=True, overflow="ellipsis", crop=True)
    if found.endings:
        console.print(Text(f"   {translate(found.endings)}", style="dim"), width=width)
    console.print()
    console.print(verdict(found), width=width)
    console.print(fitness(found), width=width)
    for said in filter(None, (found.cost, found.changes)):
        console.print(Text(translate(said)), width=width)
    path = Text(f"{translate('report:')} ", style="dim")
    path.append(str(found.report), style=f"link {found.report.resolve().as_uri()}")
    console.print(path, soft_wrap=True)


def verdict(found: Result) -> Text:
    """The data set and the sentence."""
    from reports.language.language import translate

    good = found.decision.strategy != "inconclusive" and found.decision.fit != "no"
    style = "bold green" if good else "bold red" if found.decision.strategy == "none" else "bold yellow"
    text = Text(f"{found.decision.dataset}: ", style="bold")
    return text.append(translate(verdict_sentence(found.decision)), style=style)


def fitness(found: Result) -> Text:
    """Whether what wins is fit for use, and how often it is wrong without saying so."""
    from reports.language.language import translate

    style = {"yes": "green", "not_shown": "yellow", "no": "red"}[found.decision.fit]
    return Text(translate(fitness_sentence(found.decision)), style=style)


def table(found: Result, width: int, marks: Marks = UNICODE) -> list[Text]:
    """One line a mode, as wide as the window allows: figures with a picture, figures, or means alone."""
    axes = list(found.decision.axes)
    label = max((len(m) for m in found.modes), default=0) + 4
    cell = (width - label) // max(1, len(axes))
    lines = [_heading(found, axes, label, cell, part, marks) for part in (0, 1)]
    for mode in found.modes:
        chosen = mode == found.decision.mode
        line = Text(f" {marks.verdict if chosen else ' '} {mode.ljust(label - 3)}", style="bold" if chosen else "")
        for axis in axes:
            line.append_text(_cell(found.decision.axes[axis].get(mode), found.targets.get(axis), cell, marks))
        line.rstrip()
        lines.append(line)
    return [*lines, _legend(width, marks)]


def _heading(found: Result, axes: list[str], label: int, cell: int, part: int, marks: Marks) -> Text:
    from reports.language.language import translate

    line = Text(" " * label)
    for axis in axes:
        counts = {e.n for e in found.decision.axes[axis].values()}
        n = f"n = {min(counts)}" + (f" to {max(counts)}" if len(counts) > 1 else "") if counts else ""
        goal = f"{found.targets[axis]:.2f}" if axis in found.targets else ""
        target = translate(f"target {goal}") if goal else ""
        below = [", ".join(t for t in (target, translate(n)) if t), target, goal]
        text = translated_key(axis) if part == 0 else _first_fitting(below, cell - 1)
        line.append(f"{set_cell_size(text, cell - 1)} ", style="bold" if part == 0 else "dim")
    line.rstrip()
    return line


def _cell(e: Estimate | None, target: float | None, cell: int, marks: Marks) -> Text:
    if e is None:
        return Text(" " * cell)
    mark, style = _standing(e, target, marks)
    text = Text(f"{e.mean:.2f}")
    if cell >= FIGURES + 2 + GAP:
        text.append(f" [{e.low:.2f}, {e.high:.2f}]", style="dim")
    text.append(f" {mark}", style=style)
    room = cell - text.cell_len - 1 - GAP
    if room >= SHORTEST_PLOT:
        text.append(" ").append_text(_plot(e, target, room, style, marks))
    text.append(" " * max(0, cell - text.cell_len))
    return text


def _standing(e: Estimate, target: float | None, marks: Marks) -> tuple[str, str]:
    """Whether the interval shows the target to be reached or missed, or leaves it open."""
    if target is None:
        return " ", ""
    if e.low >= target:
        return marks.reached, "green"
    return (marks.missed, "red") if e.high < target else (marks.open, "yellow")


def _plot(e: Estimate, target: float | None, cells: int, style: str, marks: Marks) -> Text:
    """The range from 0 to 1 in so many cells: the interval, its mean, and the target."""

    def place(value: float) -> int:
        return round(min(1.0, max(0.0, value)) * (cells - 1))

    signs, styles = [marks.rest] * cells, ["dim"] * cells
    for i in range(place(e.low), place(e.high) + 1):
        signs[i], styles[i] = marks.interval, style
    if target is not None:
        signs[place(target)], styles[place(target)] = marks.target, "bold"
    signs[place(e.mean)], styles[place(e.mean)] = marks.mean, style
    text = Text()
    for sign, look in zip(signs, styles, strict=True):
        text.append(sign, style=look)
    return text


def _legend(width: int, m: Marks) -> Text:
    from reports.language.language import translate

    whole = f"95 % intervals; {m.target} target, {m.reached} shown to reach it, {m.missed} shown to miss it"
    lines = [
        f"{whole}, {m.open} neither; {m.verdict} the verdict",
        f"target: {m.reached} shown to reach it, {m.missed} to miss it, {m.open} neither; {m.verdict} the verdict",
        f"target {m.reached} reached {m.missed} missed {m.open} open",
    ]
    return Text(f"   {_first_fitting([translate(line) for line in lines], width - 3)}", style="dim")


def _first_fitting(texts: list[str], width: int) -> str:
    return next((t for t in texts if cell_len(t) <= width), set_cell_size(texts[-1], min(width, cell_len(texts[-1]))))
