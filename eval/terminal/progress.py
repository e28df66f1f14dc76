"""What long work tells of itself: `steps` once with what is to come, `track` where it counts, and `say`. On stderr.

On a terminal an `Observer` shows one live view of it, elsewhere plain lines.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

from eval.terminal.observers import Lines, Observer, Silence, Step

Advance = Callable[..., None]
"""Call as advance(3), with note="loss 1.23", tokens=480, or resumed=True for what an earlier try had done."""
Running = Callable[[int], AbstractContextManager[None]]

QUESTIONS = " questions"
"""The unit of steps that answer: each unit is a reply."""

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
def steps(title: str, planned: Sequence[Step], observer: Observer | None = None) -> Iterator[Running]:
    """Show what is to come; yields the function that gives the context in which one of the steps runs, by its place."""
    global _board
    _board = _Board(title, planned, observer or _observer())
    whole = False
    try:
        with _stopping(_board):
            yield _board.running
        whole = True
    finally:
        board, _board = _board, None
        board.observer.closed(whole)


def change(place: int, **changes: Any) -> None:
    """Set fields of a step that is shown: for whoever has several run at once, elsewhere."""
    if _board:
        _board.check()
        _board.change(place, **changes)


def replied() -> None:
    """Count a reply of a batch at once, where the step that runs counts questions; its batch is counted less these."""
    step = _board.steps[_board.place] if _board and _board.place is not None else None
    if _board and _board.place is not None and step and step.unit == QUESTIONS and step.done < (step.total or 0):
        _board.change(_board.place, done=step.done + 1, early=step.early + 1, stepped=time.monotonic())


@contextmanager
def track(label: str, total: int = 0, *, unit: str = "") -> Iterator[Advance]:
    """Count the step that runs: how much of `total` is done, speed and time left; yields what advances it.

    Where no step runs, this is one, with `label` for its name.
    """
    if _board is None or _board.place is None:
        with aside(label, total, unit=unit) as advance:
            yield advance
        return
    with _counting(_board, total, unit) as advance:
        yield advance


@contextmanager
def aside(label: str, total: int = 0, *, unit: str = "") -> Iterator[Advance]:
    """Show work that comes up while a step runs as one more step."""
    if _board is None:
        with steps("", [Step(label, total, unit)]) as running, running(0), track(label, total, unit=unit) as advance:
            yield advance
        return
    with _board.running(_board.add(label)), _counting(_board, total, unit) as advance:
        yield advance


@contextmanager
def _counting(board: _Board, total: int, unit: str) -> Iterator[Advance]:
    place, now = board.place or 0, time.monotonic()
    board.change(place, total=total, unit=unit, started=now, stepped=now, done=0, early=0, resumed=0)

    def advance(steps: int = 1, note: str = "", *, tokens: int = 0, resumed: bool = False) -> None:
        board.advance(place, steps, note, tokens, resumed)

    yield advance


class _Board:
    """The steps of the present work, and who is notified when one changes."""

    def __init__(self, title: str, planned: Sequence[Step], observer: Observer) -> None:
        self.steps, self.observer = tuple(planned), observer
        self.stop: BaseException | None = None
        self.place: int | None = None
        """Of the step that runs."""
        observer.opened(title, self.steps)

    def check(self) -> None:
        """Raise again what a signal raised and a library has swallowed, as some do while they are imported."""
        if self.stop:
            raise self.stop

    def add(self, name: str) -> int:
        """One more step, at the end; returns its place."""
        self.steps = (*self.steps, Step(name))
        return len(self.steps) - 1

    @contextmanager
    def running(self, place: int) -> Iterator[None]:
        """Inside, the step at this place runs."""
        self.check()
        now = time.monotonic()
        self.change(place, state="running", started=now, stepped=now)
        before, self.place = self.place, place
        try:
            yield
        except BaseException:
            self.change(place, state="stopped", ended=time.monotonic())
            raise
        finally:
            self.place = before
        self.change(place, state="done", ended=time.monotonic())
        self.check()

    def advance(self, place: int, steps: int, note: str, tokens: int, resumed: bool) -> None:
        step = self.steps[place]
        self.change(
            place, done=step.done + steps - step.early, early=0,
            resumed=step.resumed + (steps if resumed else 0), note=note or step.note,
            tokens=step.tokens + tokens, stepped=step.stepped if resumed else time.monotonic(),
        )  # fmt: skip
        self.check()

    def change(self, place: int, **changes: Any) -> None:
        self.steps = tuple(replace(s, **changes) if i == place else s for i, s in enumerate(self.steps))
        self.observer.changed(self.steps, place)


@contextmanager
def _stopping(board: _Board) -> Iterator[None]:
    """Inside, Ctrl-C and the signal TERM end the work for sure, and in order, so that the terminal is left clean."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _: object) -> None:
        board.stop = KeyboardInterrupt() if number == signal.SIGINT else SystemExit(128 + number)
        raise board.stop

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _observer() -> Observer:
    if _quiet:
        return Silence()
    if sys.stderr.isatty() and (os.environ.get("TERM") or "dumb") not in ("dumb", "unknown"):
        from eval.terminal.live_view import Live

        return Live()
    return Lines()
