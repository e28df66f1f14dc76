"""Seconds of the machine that a piece of work takes, whatever else runs on it at the same time. Imports torch.

Wall time is what a user waits, and on a machine that others use it says little of what the work costs. On a CPU the
clock counts what this process' threads run, without what they spin in vain, divided by the number of threads that torch
computes with; on a card, the time between two events in its queue.
"""

from __future__ import annotations

import os
import sys
import time
from functools import cache
from statistics import median
from typing import Any

import torch

TRIES = 15
WINDOW = 0.003
"""Seconds that a thread is given to spin and fall asleep: ten times what it takes."""
MOST = 0.75
"""The largest share of processor time that is taken for spinning."""


class WorkClock:
    """Counts machine seconds from one `lap` to the next."""

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
        ran, slept = now[0] - last[0], now[1] - last[1]
        return float(ran - min(slept * spin_seconds(), MOST * ran)) / torch.get_num_threads()

    def _now(self) -> Any:
        if self.device.type != "cuda":
            return time.process_time(), _sleeps()[0]
        event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        event.record(torch.cuda.current_stream(self.device))
        return event


@cache
def spin_seconds() -> float:
    """Processor seconds that a thread of OpenMP spins before it falls asleep, measured once; 0.0 where it is not known.

    On a quiet machine threads hardly ever fall asleep between two products. Where others use it they do after each, if
    two of them share a core: a training step then took 6.5 s of processor time in place of 2.4, with 15,000 sleeps of
    0.25 ms of spinning each (10,000 turns, see `eval/__init__.py`).
    """
    if sys.platform != "linux" or "GOMP_SPINCOUNT" not in os.environ or torch.get_num_threads() < 2:
        return 0.0
    work, found = torch.ones(1 << 20), []
    for _ in range(TRIES):
        work + 1
        before, slept = time.process_time() - time.thread_time(), _sleeps()
        time.sleep(WINDOW)
        spun, now = time.process_time() - time.thread_time() - before, _sleeps()
        if others := now[0] - now[1] - slept[0] + slept[1]:
            found.append(spun / others)
    return median(found) if found else 0.0


def _sleeps() -> tuple[int, int]:
    """How often threads of this process, and this one alone, have begun to wait."""
    if sys.platform != "linux":
        return 0, 0
    import resource

    whole, own = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_THREAD)
    return whole.ru_nvcsw, own.ru_nvcsw
