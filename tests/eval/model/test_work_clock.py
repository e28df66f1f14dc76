"""Machine seconds on a CPU, on a quiet and on a busy machine."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

pytestmark = pytest.mark.component

TASK = 0.3
"""Processor seconds of the task below."""
BUSY = "while True: pass"


@pytest.fixture
def others() -> Iterator[None]:
    """Twice as many programs that never rest as this process has cores."""
    import os

    count = 2 * (os.cpu_count() or 1)
    running = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(count)]
    yield
    for program in running:
        program.kill()
        program.wait()


def _work() -> None:
    start = time.thread_time()
    while time.thread_time() - start < TASK:
        pass


def test_waiting_is_no_work() -> None:
    import torch

    from eval.model.work_clock import WorkClock

    clock = WorkClock(torch.device("cpu"))
    time.sleep(0.2)
    assert clock.lap() < 0.1
    _work()
    assert TASK <= clock.lap() < 2 * TASK


@pytest.mark.usefixtures("others")
def test_what_others_run_is_no_work_of_ours() -> None:
    import torch

    from eval.model.work_clock import WorkClock

    clock, start = WorkClock(torch.device("cpu")), time.perf_counter()
    _work()
    worked, waited = clock.lap(), time.perf_counter() - start
    assert TASK <= worked < 1.2 * TASK < waited
