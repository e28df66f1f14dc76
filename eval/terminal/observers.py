"""The steps of long work as frozen records, and who shows them: plain lines here, else a live view."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import Literal, Protocol

LINE_EVERY_SECONDS = 20.0

State = Literal["waiting", "running", "done", "reused", "stopped"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step and how far it has come; times are seconds of `time.monotonic`."""

    name: str
    """What is shown."""
    total: int | None = 0
    """How much there is to do; 0: quick, nothing to count; None: not known before it starts."""
    unit: str = ""
    """What is counted, with a leading space."""
    state: State = "waiting"
    done: int = 0
    early: int = 0
    """Of `done`, replies that are written while the rest of their batch is not: the next advance brings them again."""
    resumed: int = 0
    """Of `done`, what an earlier try had done: it took no time now."""
    tokens: int = 0
    note: str = ""
    started: float = 0.0
    stepped: float = 0.0
    """When `done` last changed."""
    ended: float = 0.0
    kind: str = ""
    """Steps of one kind run at about the same speed; empty: there is no other like it."""

    def like(self, other: Step) -> bool:
        """Whether both do the same with other things."""
        return self is other or (bool(self.kind) and self.kind == other.kind)

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
            parts = [f"{step.done}/{step.total}{step.unit}", "" if left is None else f"{left:.0f} s left", step.note]
            self.said(f"  {step.name}: {', '.join(p for p in parts if p)}")
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
