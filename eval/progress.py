"""What long work tells of itself, and who shows it: a live view on a terminal, plain lines elsewhere. On stderr.

The code that works calls `steps` once with what is to come, `track` around each step, and `say`. Whoever shows it is an
`Observer` of frozen `Step` records.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

LINE_EVERY_SECONDS = 20.0

Advance = Callable[..., None]
"""Call as advance(3), with note="loss 1.23", tokens=480, or resumed=True for what an earlier try had done."""

State = Literal["waiting", "running", "done", "reused", "stopped"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step and how far it has come; times are seconds of `time.monotonic`."""

    label: str
    """As `track` names it; steps with the same first word run at about the same speed."""
    total: int | None = 0
    """How much there is to do; 0: quick, nothing to count; None: not known before it starts."""
    unit: str = ""
    """What is counted, with a leading space."""
    state: State = "waiting"
    done: int = 0
    resumed: int = 0
    """Of `done`, what an earlier try had done: it took no time now."""
    tokens: int = 0
    note: str = ""
    started: float = 0.0
    stepped: float = 0.0
    """When `done` last changed."""
    ended: float = 0.0
    title: str = ""
    """What is shown in place of the label."""

    @property
    def name(self) -> str:
        """What is shown."""
        return self.title or self.label

    @property
    def kind(self) -> str:
        """The first word of the label."""
        return self.label.replace(":", " ").split()[0]

    def per_second(self) -> float | None:
        """Units done a second by this process; None before the first."""
        elapsed, fresh = self.stepped - self.started, self.done - self.resumed
        return fresh / elapsed if fresh > 0 and elapsed > 0 else None

    def tokens_per_second(self) -> float | None:
        """Tokens a second by this process; None where they are not counted."""
        elapsed = self.stepped - self.started
        return self.tokens / elapsed if self.tokens and elapsed > 0 else None

    def seconds_left(self, now: float) -> float | None:
        """Seconds to the end of a running step at its mean speed; None before the first unit is done, and when late."""
        speed = self.per_second()
        if speed is None or not self.total:
            return None
        left = (self.total - self.done) / speed - (now - self.stepped)
        return left if left > 0 else None


class Observer(Protocol):
    """Shows the steps; called from the thread that works."""

    def opened(self, title: str, steps: tuple[Step, ...]) -> None:
        """Work begins; `title` says on what, and is empty for a single step outside of `steps`."""
        ...

    def changed(self, steps: tuple[Step, ...], place: int) -> None:
        """steps[place] has changed."""
        ...

    def said(self, text: str) -> None:
        """One line that should stay readable."""
        ...

    def closed(self, whole: bool) -> None:
        """Work has ended; not `whole` when it was interrupted or failed."""
        ...


class Lines:
    """Plain lines on stderr: one for each finished step, and one in a while for the one that runs."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def opened(self, title: str, steps: tuple[Step, ...]) -> None:
        """Name what is reused."""
        if reused := [s.name for s in steps if s.state == "reused"]:
            self.said(f"  reused from before: {', '.join(reused)}")

    def changed(self, steps: tuple[Step, ...], place: int) -> None:
        """Print a line when the step is done, or when the last line is old enough."""
        step, now = steps[place], time.monotonic()
        if step.state == "done":
            counted = f"{step.done}/{step.total}{step.unit} in " if step.total else ""
            self.said(f"  {step.name}: {counted}{step.ended - step.started:.1f} s")
            self._last = now
        elif step.state == "running" and 0 < step.done < (step.total or 0):
            if now - self._last < LINE_EVERY_SECONDS:
                return
            left = step.seconds_left(now)
            told = [f"{step.done}/{step.total}{step.unit}", "" if left is None else f"{left:.0f} s left", step.note]
            self.said(f"  {step.name}: {', '.join(t for t in told if t)}")
            self._last = now

    def said(self, text: str) -> None:
        """Print it."""
        print(text, file=sys.stderr, flush=True)

    def closed(self, whole: bool) -> None:
        """Nothing more to tell."""


class Silence:
    """Shows nothing."""

    def opened(self, title: str, steps: tuple[Step, ...]) -> None:
        """Nothing."""

    def changed(self, steps: tuple[Step, ...], place: int) -> None:
        """Nothing."""

    def said(self, text: str) -> None:
        """Nothing."""

    def closed(self, whole: bool) -> None:
        """Nothing."""


_quiet = False
_board: _Board | None = None


def set_quiet(quiet: bool) -> None:
    """Silence progress for this process; errors and results still print."""
    global _quiet
    _quiet = quiet


def say(text: str) -> None:
    """Print one line of progress on stderr, above the live view where there is one."""
    if _board:
        _board.observer.said(text)
    elif not _quiet:
        Lines().said(text)


@contextmanager
def steps(title: str, planned: Sequence[Step], observer: Observer | None = None) -> Iterator[None]:
    """Show what is to come; every `track` inside moves the first step of its label that has not run, or adds one."""
    global _board
    _board = _Board(title, planned, observer or _observer())
    whole = False
    try:
        yield
        whole = True
    finally:
        board, _board = _board, None
        board.observer.closed(whole)


@contextmanager
def track(label: str, total: int = 0, *, unit: str = "") -> Iterator[Advance]:
    """Show `label` with how much of `total` is done, speed and time left; yields the function that advances it."""
    if _board is None:
        with steps("", [Step(label, total, unit)]), track(label, total, unit=unit) as advance:
            yield advance
        return
    board = _board
    place = board.start(label, total, unit)

    def advance(steps: int = 1, note: str = "", *, tokens: int = 0, resumed: bool = False) -> None:
        board.advance(place, steps, note, tokens, resumed)

    try:
        yield advance
    except BaseException:
        board.change(place, state="stopped", ended=time.monotonic())
        raise
    board.change(place, state="done", ended=time.monotonic())


class _Board:
    """The steps of the work at hand, and who is told when one changes."""

    def __init__(self, title: str, planned: Sequence[Step], observer: Observer) -> None:
        self.steps, self.observer = tuple(planned), observer
        observer.opened(title, self.steps)

    def start(self, label: str, total: int, unit: str) -> int:
        fits = [i for i, s in enumerate(self.steps) if s.label == label and s.state == "waiting"]
        if not fits:
            self.steps = (*self.steps, Step(label))
        place = fits[0] if fits else len(self.steps) - 1
        now = time.monotonic()
        self.change(place, state="running", total=total, unit=unit, started=now, stepped=now)
        return place

    def advance(self, place: int, steps: int, note: str, tokens: int, resumed: bool) -> None:
        step = self.steps[place]
        self.change(
            place, done=step.done + steps, resumed=step.resumed + (steps if resumed else 0), note=note or step.note,
            tokens=step.tokens + tokens, stepped=step.stepped if resumed else time.monotonic(),
        )  # fmt: skip

    def change(self, place: int, **changes: Any) -> None:
        self.steps = tuple(replace(s, **changes) if i == place else s for i, s in enumerate(self.steps))
        self.observer.changed(self.steps, place)


def _observer() -> Observer:
    if _quiet:
        return Silence()
    if sys.stderr.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown"):
        from eval.live import Live

        return Live()
    return Lines()
