"""How many requests are under way at once: more while all goes well, half as many when the server says so."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

START, MOST = 4, 64
BETWEEN_SECONDS = 1.0
"""From one halving to the next."""


class Pace:
    """Doubles after each round without a fault up to MOST, halves at 429, stands still at other faults; or is fixed."""

    def __init__(self, fixed: int | None = None) -> None:
        self.limit = fixed or START
        self.highest = self.limit
        self._fixed, self._running, self._clean = fixed is not None, 0, 0
        self._until = self._halved = 0.0
        self._change = threading.Condition()

    @contextmanager
    def turn(self, stopped: threading.Event) -> Iterator[None]:
        """Wait for a place, and hold it."""
        with self._change:
            while not stopped.is_set() and (self._running >= self.limit or time.monotonic() < self._until):
                self._change.wait(max(0.01, min(1.0, self._until - time.monotonic())))
            self._running += 1
        try:
            yield
        finally:
            with self._change:
                self._running -= 1
                self._change.notify_all()

    def went_well(self) -> None:
        """Count a request without a fault."""
        with self._change:
            self._clean += 1
            if not self._fixed and self._clean >= self.limit and self.limit < MOST:
                self.limit, self._clean = min(2 * self.limit, MOST), 0
                self.highest = max(self.highest, self.limit)
                self._change.notify_all()

    def too_fast(self, wait: float) -> None:
        """The server had too much to do: halve, and let nothing more go for `wait` seconds."""
        with self._change:
            now = time.monotonic()
            if not self._fixed and now >= self._halved:  # those that were under way all hear the same refusal
                self.limit, self._halved = max(1, self.limit // 2), now + max(wait, BETWEEN_SECONDS)
            self._clean = 0
            self._until = max(self._until, now + wait)

    def faulty(self) -> None:
        """A fault of another kind: grow no further in this round."""
        with self._change:
            self._clean = 0
