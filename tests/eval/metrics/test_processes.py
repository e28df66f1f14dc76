"""Work over several processes: the same results in the same order, and nothing left behind."""

from __future__ import annotations

import importlib
import operator
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.metrics import processes
from eval.metrics.processes import cores, shared

MODULE = """
import os, time

def slow(seconds, chunk):
    time.sleep(seconds)
    return [chunk, os.getpid()]

def dies_elsewhere(own, chunk):
    time.sleep(0.01)
    if os.getpid() != own:
        os._exit(3)
    return -chunk

def fails(own, chunk):
    time.sleep(0.01)
    if chunk == 9:
        raise KeyboardInterrupt if os.getpid() == own else ValueError
    return chunk

def tree(seconds, chunk):
    with open(f"{os.getpid()}.pid", "w"):
        return slow(seconds, chunk)
"""

TAKE = processes._Deal.take


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Functions of a module that other processes find too; two of them help at once."""
    (tmp_path / "shared_work.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(processes, "WORTH", 1e-9)
    monkeypatch.setattr(processes, "cores", lambda: 3)
    patient(monkeypatch)
    module = importlib.reload(importlib.import_module("shared_work"))
    return lambda name: getattr(module, name)


def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this process wait, behind the first two chunks, until another one has done something or ended."""
    heard: list[int] = []
    take, hand_in, give_back = processes._Deal.take, processes._Deal.hand_in, processes._Deal.give_back

    def late(self: Any) -> int | None:
        here = threading.current_thread() is threading.main_thread()
        return None if here and len(self.results) >= 2 and not heard else take(self)

    def handed(self: Any, number: int, result: Any) -> None:
        hand_in(self, number, result)
        heard.append(number)

    def returned(self: Any, number: int) -> None:
        give_back(self, number)
        heard.append(number)

    monkeypatch.setattr(processes._Deal, "take", late)
    monkeypatch.setattr(processes._Deal, "hand_in", handed)
    monkeypatch.setattr(processes._Deal, "give_back", returned)


def is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that were started."""
    found: list[int] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **given: Any) -> None:
            super().__init__(*args, **given)
            found.append(self.pid)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    return found


def test_the_results_stand_in_the_order_of_the_work_and_the_processes_are_gone(
    work: Callable[[str], Any], started: list[int]
) -> None:
    counted: list[int] = []
    results = shared(work("slow"), 0.01, list(range(40)), counted.append)
    assert [chunk for chunk, _ in results] == list(range(40))
    assert sorted(counted) == list(range(40))
    assert len(started) == 2
    computed = {process for _, process in results}
    assert os.getpid() in computed
    assert computed & {*started}
    assert not any(is_there(p) for p in started)


def test_what_a_process_that_ends_had_begun_is_done_here(work: Callable[[str], Any], started: list[int]) -> None:
    assert shared(work("dies_elsewhere"), os.getpid(), list(range(20))) == [-n for n in range(20)]
    assert started and not any(is_there(p) for p in started)


def test_what_goes_wrong_is_raised_here_and_ends_the_processes(work: Callable[[str], Any], started: list[int]) -> None:
    with pytest.raises(KeyboardInterrupt):
        shared(work("fails"), os.getpid(), list(range(20)))
    assert started and not any(is_there(p) for p in started)


def test_short_work_and_one_core_start_nothing(started: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    assert shared(operator.mul, 3, [1, 2, 3, 4]) == [3, 6, 9, 12]
    assert shared(operator.mul, 3, []) == []
    monkeypatch.setattr(processes, "WORTH", 1e-9)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert shared(operator.mul, 3, [1, 2, 3, 4]) == [3, 6, 9, 12]
    assert not started


def test_where_none_can_be_started_this_one_does_all(
    work: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        refused.append(1)
        raise BlockingIOError

    refused: list[int] = []
    monkeypatch.setattr(processes._Deal, "take", TAKE)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    assert [chunk for chunk, _ in shared(work("slow"), 0.0, [1, 2, 3, 4])] == [1, 2, 3, 4]
    assert refused


@pytest.mark.parametrize(("threads", "most"), [("1", 1), ("2,1", 2), ("", 8), ("none", 8), ("0", 1)])
def test_the_number_of_threads_is_a_limit(threads: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("joblib.cpu_count", lambda: 64)
    monkeypatch.setenv("OMP_NUM_THREADS", threads)
    assert cores() == most
    monkeypatch.setattr("joblib.cpu_count", lambda: 1)
    assert cores() == 1


def test_they_end_with_a_process_that_is_killed(work: Callable[[str], Any], tmp_path: Path) -> None:
    code = (
        "from shared_work import tree; from eval.metrics import processes; processes.WORTH = 1e-9; "
        "processes.cores = lambda: 2; processes.shared(tree, 0.1, list(range(1000)))"
    )
    path = os.pathsep.join([str(tmp_path), str(Path(processes.__file__).parents[2])])
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, start_new_session=True
    )
    wait_for(lambda: len(list(tmp_path.glob("*.pid"))) == 2)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    (other,) = (int(f.stem) for f in tmp_path.glob("*.pid") if int(f.stem) != parent.pid)
    wait_for(lambda: not is_there(other) or _has_ended(other))


def _has_ended(process: int) -> bool:
    """Whether it waits for nothing but that somebody takes note of its end."""
    status = Path(f"/proc/{process}/stat")
    return status.is_file() and status.read_text().rpartition(")")[2].split()[0] == "Z"


def wait_for(met: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end
        time.sleep(0.01)
