"""Why questions failed, as rows of words and a stacked bar for each arm. It reads attribution.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from reports.charts.svg import picture, rect, tag, text
from reports.run_folder import Run, in_order, label, strategy
from reports.text.sentences import NBSP, percent

ROW, LABELS, PLOT, VALUES = 30.0, 130.0, 248.0, 92.0


TOTALS = {"either memory": "in-context or learned memory problem", "not scored": "cut or not scored"}
"""Kinds of memory problem whose sum is not named by the kind."""


@dataclass(frozen=True, slots=True)
class CauseRow:
    """One cause, or one kind of memory problem, across the arms."""

    name: str
    words: str
    memory: str
    total: bool
    """True for the sum of a kind of memory problem."""
    counts: tuple[int, ...]
    """One for each arm, in the order of `arms`."""


def arms(run: Run) -> list[tuple[str, int, int]]:
    """(mode, failed questions, questions) of every arm that attribution knows."""
    found = run.attribution.get("arms", {})
    return [(mode, found[mode]["failed"], found[mode]["n"]) for mode in in_order(found)]


def rows(run: Run) -> list[CauseRow]:
    """The causes that occur, below the kind of memory problem that they belong to."""
    found: list[CauseRow] = []
    causes: Mapping[str, Any] = run.attribution.get("causes", {})
    for memory in dict.fromkeys(c["memory"] for c in causes.values()):
        below = [_row(run, name, c["words"], memory) for name, c in causes.items() if c["memory"] == memory]
        below = [row for row in below if any(row.counts)]
        if len(below) > 1:
            sums = tuple(sum(counts) for counts in zip(*(row.counts for row in below), strict=True))
            found.append(CauseRow(memory, TOTALS.get(memory, f"{memory} problem"), memory, True, sums))
        found.extend(below)
    return found


def _row(run: Run, name: str, words: str, memory: str) -> CauseRow:
    found = run.attribution["arms"]
    counts = tuple(found[mode]["causes"].get(name, {}).get("count", 0) for mode, _, _ in arms(run))
    return CauseRow(name, words, memory, False, counts)


def shares(run: Run) -> list[tuple[str, str, int, Mapping[str, Any], Mapping[str, Any]]]:
    """(mode, cause in words, count, share of the failed, share of all) for every arm and cause that occur."""
    causes = run.attribution.get("causes", {})
    return [
        (mode, causes[name]["words"], c["count"], c["of_failed"], c["of_all"])
        for mode, _, _ in arms(run)
        for name, c in run.attribution["arms"][mode]["causes"].items()
    ]


def part(count: int, whole: int) -> str:
    """A share in whole per cent; what is not nothing is never shown as 0, what is not all never as 100."""
    share = 100 * count / whole
    if 0 < share < 0.5:
        return f"< 1{NBSP}%"
    return f"> 99{NBSP}%" if 99.5 <= share < 100 else f"{share:.0f}{NBSP}%"


def chart(run: Run) -> Markup:
    """One bar an arm: all questions as its length, the failed ones coloured by cause, the right ones left pale."""
    parts: list[Markup] = []
    for i, (mode, failed, n) in enumerate(arms(run)):
        parts.append(_bar(run, mode, failed, n, 6 + ROW * i))
    height = 6 + ROW * len(arms(run)) + 20
    for share in (0.0, 0.5, 1.0):
        parts.append(text(LABELS + PLOT * share, height - 4, percent(share), "tick", "middle"))
    spoken = "; ".join(f"{label(mode)} {failed} of {n} failed" for mode, failed, n in arms(run))
    return picture(LABELS + PLOT + VALUES, height, f"Failed questions by cause: {spoken}", *parts)


def _bar(run: Run, mode: str, failed: int, n: int, y: float) -> Markup:
    chosen = " chosen" if mode == run.decision.mode else ""
    x = LABELS
    parts = [rect(x, y, PLOT, 18, "bed", rx=3)]
    counts = run.attribution["arms"][mode]["causes"]
    for name in run.attribution["causes"]:
        if (found := counts.get(name)) and n:
            width = PLOT * found["count"] / n
            words = f"{label(mode)}: {found['count']} of {n}, {run.attribution['causes'][name]['words']}"
            drawn = rect(x, y, max(width - 1, 0.6), 18, f"c-{name.replace('_', '-')}", rx=1.5)
            parts.append(tag("g", tag("title", words), drawn))
            x += width
    name_y = y + 13.5
    parts.append(
        tag("g", text(LABELS - 12, name_y, label(mode), f"row-name{chosen}", "end"), class_=f"s-{strategy(mode)}")
    )
    parts.append(text(LABELS + PLOT + VALUES - 2, name_y, f"{failed} of {n}", "row-value", "end"))
    return tag("g", *parts)
