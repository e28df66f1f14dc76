"""Machine seconds on a CPU, on a quiet and on a busy machine."""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest

pytestmark = pytest.mark.component


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A clock over processor time and sleeps that a test sets, with threads that spin for 0.25 ms."""
    import torch

    from eval.model import work_clock

    at = {"ran": 0.0, "slept": 0}
    monkeypatch.setattr(work_clock.time, "process_time", lambda: at["ran"])
    monkeypatch.setattr(work_clock, "_sleeps", lambda: (at["slept"], 0))
    monkeypatch.setattr(work_clock, "spin_seconds", lambda: 0.00025)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    return work_clock.WorkClock(torch.device("cpu")), at


def test_a_step_is_worth_the_same_where_threads_spin_in_vain(clock: Any) -> None:
    # Training steps as measured: quiet, and with both threads on one core.
    made, at = clock
    at["ran"], at["slept"] = 2.30, 200
    assert made.lap() == pytest.approx((2.30 - 0.05) / 2)
    at["ran"], at["slept"] = 2.30 + 6.25, 200 + 16_000
    assert made.lap() == pytest.approx((6.25 - 4.0) / 2)


def test_most_of_what_ran_is_never_taken_for_spinning(clock: Any) -> None:
    made, at = clock
    at["ran"], at["slept"] = 1.0, 1_000_000
    assert made.lap() == pytest.approx(0.25 / 2)


@pytest.mark.skipif(sys.platform != "linux", reason="where OpenMP is GNU's")
def test_how_long_threads_spin_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from eval.model.work_clock import WorkClock, spin_seconds

    spin_seconds.cache_clear()
    monkeypatch.setenv("GOMP_SPINCOUNT", "10000")
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    assert spin_seconds() == 0.0  # one thread waits for nobody
    spin_seconds.cache_clear()
    made = WorkClock(torch.device("cpu"))
    start = time.process_time()
    while time.process_time() - start < 0.05:
        pass
    assert 0.04 < made.lap() < 0.5
    spin_seconds.cache_clear()
