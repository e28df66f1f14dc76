"""The steps as lines of a terminal: pure functions of the steps, the time and the size. Imports rich."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from eval.terminal.observers import State, Step

WIDEST = 100
"""Longer lines are hard to read, and more likely to be folded when the window shrinks."""
BAR = 30
"""The narrowest window that has room for a bar beside the label and the figures is this much wider than they are."""
FRAMES_PER_SECOND = 8


@dataclass(frozen=True, slots=True)
class Signs:
    """What stands before a step, and what a bar is made of."""

    state: dict[State, str]
    spinner: str
    bar: str
    rest: str


UNICODE = Signs({"waiting": "○", "done": "✓", "reused": "↺", "stopped": "✗"}, "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "━", "─")
ASCII = Signs({"waiting": ".", "done": "+", "reused": "=", "stopped": "x"}, "-\\|/", "#", "-")
STYLES: dict[State, str] = {
    "waiting": "dim", "running": "bold cyan", "done": "green", "reused": "blue", "stopped": "bold red"
}  # fmt: skip


def frame(
    title: str, steps: Sequence[Step], started: float, now: float, width: int, height: int, signs: Signs = UNICODE
) -> list[Text]:
    """The whole view: title, one line a step with a second one for what runs, and how long it takes; it fits."""
    width = max(10, min(width - 1, WIDEST))  # one less: some terminals fold a line that is exactly full
    head = [_spread(Text(title, style="bold"), Text(duration(now - started), style="dim"), width)] if title else []
    going = any(s.state in ("waiting", "running") for s in steps)
    foot = [_clip(Text(_footer(steps, now), style="dim"), width)] if title and going else []
    labels = min(max((len(s.name) for s in steps), default=0), max(6, width // 2 - 4))
    blocks = {i: _block(s, now, width, labels, signs) for i, s in enumerate(steps)}
    room = height - len(head) - len(foot) - 1
    gap = [Text()] if title and sum(map(len, blocks.values())) <= room - 2 else []
    lines = [*head, *gap, *_fitted(steps, blocks, room, signs), *gap, *foot]
    for line in lines:
        line.no_wrap, line.overflow = True, "crop"
    return lines


def duration(seconds: float) -> str:
    """`8 s`, `4 min 05 s` or `1 h 20 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def whole_left(steps: Sequence[Step], now: float) -> tuple[float, bool]:
    """Seconds that all steps still take, and whether that is all: not when a step to come is like none that has run.

    A step to come takes as long for a unit as the mean of its kind; where its units are not known yet, as long as the
    mean step of its kind. Quick steps do not count.
    """
    known = [_left(step, steps, now) for step in steps]
    return sum(seconds or 0.0 for seconds in known), None not in known


def _left(step: Step, steps: Sequence[Step], now: float) -> float | None:
    if step.state == "waiting" and step.total != 0:
        return _expected(step, steps)
    if step.state != "running" or not step.total or step.done >= step.total:
        return 0.0
    if step.done > step.resumed:
        return step.seconds_left(now)
    whole = _expected(step, steps)
    return None if whole is None else max(0.0, whole * (1 - step.done / step.total) - (now - step.started))


def _expected(step: Step, steps: Sequence[Step]) -> float | None:
    """Seconds for the whole of a step, from others of its kind."""
    speeds = [v for s in steps if s.like(step) and s.state in ("running", "done") and (v := s.per_second())]
    if not speeds:
        return None
    if step.total:
        return step.total * sum(1 / v for v in speeds) / len(speeds)
    lengths = [s.total / v for s in steps if s.like(step) and s.total and (v := s.per_second())]
    return sum(lengths) / len(lengths)


def _footer(steps: Sequence[Step], now: float) -> str:
    seconds, complete = whole_left(steps, now)
    minutes = f"{seconds / 60:.0f} min" if seconds >= 60 else "1 min"
    shown = []  # of quick steps alone there is nothing to tell
    if complete and seconds:
        shown = [f"about {minutes} left" if seconds >= 60 else f"less than {minutes} left"]
    elif seconds >= 60:
        shown = [f"more than {minutes} left"]
    return "; ".join([*shown, "Ctrl-C stops, the same command goes on"])


def _fitted(steps: Sequence[Step], blocks: dict[int, list[Text]], room: int, signs: Signs) -> list[Text]:
    """All blocks, or those around what runs, with the number of steps that are left out on either side."""
    if sum(map(len, blocks.values())) <= room:
        return [line for block in blocks.values() for line in block]
    running = [i for i, s in enumerate(steps) if s.state in ("running", "stopped")]
    first = last = running[0] if running else max((i for i, s in enumerate(steps) if s.state != "waiting"), default=0)
    last = running[-1] if running else last
    used = sum(len(blocks[i]) for i in range(first, last + 1)) + 2
    while used < room and (first > 0 or last < len(steps) - 1):
        if last < len(steps) - 1 and (first == 0 or last - (running[-1] if running else first) < 2):
            last += 1
            used += len(blocks[last])
        else:
            first -= 1
            used += len(blocks[first])
    lines = [line for i in range(first, last + 1) for line in blocks[i]]
    if first:
        lines.insert(0, Text(f" {signs.state['done']} {first} steps done", style=STYLES["done"]))
    if last < len(steps) - 1:
        lines.append(Text(f" {signs.state['waiting']} {len(steps) - 1 - last} more to come", style=STYLES["waiting"]))
    return lines[: max(1, room)]


def _block(step: Step, now: float, width: int, labels: int, signs: Signs) -> list[Text]:
    sign = signs.spinner[int(now * FRAMES_PER_SECOND) % len(signs.spinner)]
    left = Text(f" {signs.state.get(step.state, sign)} ", style=STYLES[step.state])
    plain = "" if step.state in ("done", "reused") else STYLES[step.state]
    left.append(_cut(step.name, labels).ljust(labels) + "  ", style=plain)
    if step.state == "waiting":
        return [_clip(left, width)]
    if step.state == "reused":
        return [_clip(left.append("reused from before", style="dim"), width)]
    if step.state in ("done", "stopped"):
        left.append(_figures(step), style="dim")
        return [_spread(left, Text(duration(step.ended - step.started), style="dim"), width)]
    if not step.total:
        return [_spread(left, Text(duration(now - step.started), style="dim"), width)]
    return _running(step, left, now, width, signs)


def _running(step: Step, left: Text, now: float, width: int, signs: Signs) -> list[Text]:
    remaining = step.seconds_left(now)
    total = step.total or 1
    share = min(1.0, step.done / total)
    shown = f"{step.done}/{step.total}"
    end = Text(f"  {shown.rjust(2 * len(str(total)) + 1)}")
    end.append(f"  {'' if remaining is None else duration(remaining) + ' left':>15}", style="cyan")
    room = width - left.cell_len - end.cell_len
    first = left.copy()
    if room >= 8:
        filled = int(share * room)
        first.append(signs.bar * filled, style="cyan").append(signs.rest * (room - filled), style="dim")
        first.append_text(end)
    else:
        first.append(f"{shown} ({share:.0%})")
    details = _figures(step, counted=False) or f"{duration(now - step.started)} so far"
    second = Text(" " * left.cell_len + details, style="dim")
    return [_clip(first, width), _clip(second, width)]


def _figures(step: Step, *, counted: bool = True) -> str:
    """How much was done, how fast, and the last note."""
    shown = [f"{step.done}{step.unit}" if counted and step.total else ""]
    if speed := step.per_second():
        shown.append(f"{_number(speed)}{step.unit}/s" if not counted else f"{_number(speed)}/s")
    if tokens := step.tokens_per_second():
        shown.append(f"{tokens:,.0f} tokens/s")
    return ", ".join(t for t in [*shown, step.note] if t)


def _number(value: float) -> str:
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _clip(text: Text, width: int) -> Text:
    text.truncate(width, overflow="ellipsis")
    return text


def _spread(left: Text, right: Text, width: int) -> Text:
    """Left and right text on one line of `width` cells; the left one is cut when both do not fit."""
    left.truncate(max(1, width - right.cell_len - 1), overflow="ellipsis")
    return left.append(" " * (width - left.cell_len - right.cell_len)).append_text(right)
