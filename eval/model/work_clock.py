"""Seconds of the machine that a piece of work takes, whatever else runs on it at the same time. Imports torch.

Wall time is what a user waits, and on a machine that others use it says little of what the work costs. On a CPU the
clock counts what the thread that asks for the work runs: torch shares each product evenly among its threads, so that
this one is busy from the beginning to the end, and is not when it has been put aside. On a card it counts the time
between two events in its queue.
"""

from __future__ import annotations

import time
from typing import Any

import torch


class WorkClock:
    """Counts machine seconds from one `lap` to the next; made and asked in the thread that asks for the work."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._last = self._now()

    def lap(self) -> float:
        """Machine seconds since the lap before, or since the clock was made."""
        now, last = self._now(), self._last
        self._last = now
        if self.device.type == "cuda":
            now.synchronize()
            return float(last.elapsed_time(now)) / 1000
        return float(now - last)

    def _now(self) -> Any:
        if self.device.type != "cuda":
            return time.thread_time()
        event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        event.record(torch.cuda.current_stream(self.device))
        return event
