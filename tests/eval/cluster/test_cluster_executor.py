"""What the driver does when cells fail, disks are full and nodes go: with threads for workers."""

from __future__ import annotations

import errno
import runpy
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.cluster import cells, cluster_executor
from eval.cluster.backend import Ended
from eval.cluster.cells import Group, Need
from eval.cluster.cluster_executor import ClusterExecutor
from eval.pipeline.graph import Task
from eval.pipeline.lock import locked

ThreadBackend = runpy.run_path(str(Path(__file__).parents[2] / "plugins" / "threaded_backend.py"))["ThreadBackend"]


def task(name: str, *needs: str, run: Callable[[], None] = lambda: None, **more: Any) -> Task:
    return Task(name, "answer", name, run, needs, **more)


def drive(backend: Any, *tasks: Task) -> Any:
    try:
        return ClusterExecutor(backend, backend.order).run("", [Group("", tasks, Need(), "a base")])
    finally:
        backend.close()


def raising(error: Exception) -> Callable[[], None]:
    def run() -> None:
        raise error

    return run


def test_a_failed_cell_stops_only_what_needs_it() -> None:
    ran: list[str] = []
    tasks = (
        task("bad", run=raising(ValueError("no such layer"))),
        task("needs", "bad"),
        task("good", run=lambda: ran.append("good")),
        task("further", "good", run=lambda: ran.append("further")),
    )
    outcome = drive(ThreadBackend(tasks), *tasks)
    assert outcome.states == {"bad": "failed", "needs": "blocked", "good": "done", "further": "done"}
    assert ran == ["good", "further"] and outcome.failed() == ["bad"] and not outcome.whole("")
    assert outcome.why == {"bad": "no such layer"}


def test_a_node_with_a_full_disk_gets_no_more_work_and_its_cell_is_done_elsewhere() -> None:
    full: list[str] = []

    def run() -> None:
        if not full:
            full.append("once")
            raise OSError(errno.ENOSPC, "No space left on device")

    tasks = (task("t", run=run), *(task(f"u{i}", "t") for i in range(3)))
    backend = ThreadBackend(tasks)
    outcome = drive(backend, *tasks)
    assert set(outcome.states.values()) == {"done"}
    (first, *others) = [dict(backend.started)[worker] for worker, _ in backend.begun]
    assert first not in others


def test_where_every_disk_is_full_the_cell_fails_and_says_so() -> None:
    tasks = (task("t", run=raising(OSError(errno.ENOSPC, "No space left on device"))),)
    outcome = drive(ThreadBackend(tasks), *tasks)
    assert outcome.states == {"t": "failed"} and "free space" in outcome.why["t"]


def test_where_every_disk_is_full_cells_that_wait_fail_too_and_nothing_waits_for_ever() -> None:
    tasks = tuple(task(f"t{i}", run=raising(OSError(errno.ENOSPC, "No space left on device"))) for i in range(9))
    outcome = drive(ThreadBackend(tasks), *tasks)
    assert set(outcome.states.values()) == {"failed"} and "every node has a full disk" in outcome.why["t8"]


def test_a_full_run_folder_fails_its_cell_alone_and_names_node_and_folder() -> None:
    class Shared(ThreadBackend):  # type: ignore[misc, valid-type]
        def _did(self, order: Any) -> dict[str, Any]:
            if order.cell == "t":
                return {"ending": "no space", "message": "no space is left in /runs/a"}
            return super()._did(order)  # type: ignore[no-any-return]

    tasks = (task("t"), task("needs", "t"), *(task(f"u{i}") for i in range(5)))
    outcome = drive(Shared(tasks), *tasks)
    assert [n for n, s in outcome.states.items() if s != "done"] == ["t", "needs"]
    assert outcome.states["t"] == "failed" and "no space is left in /runs/a; free some" in outcome.why["t"]
    assert outcome.why["t"].startswith("node ")


def crowded(times: int, monkeypatch: pytest.MonkeyPatch) -> type:
    """A backend whose node a has no room for so many starts, because others hold it."""
    monkeypatch.setattr(cluster_executor, "TAKEN_SECONDS", 0.2)

    class Crowded(ThreadBackend):  # type: ignore[misc, valid-type]
        refused = 0

        def start(self, worker: str, node: str, need: Need) -> None:
            if node == "a" and self.refused < times:
                self.refused += 1
                self._ended.put(Ended(worker, "crowded"))
            super().start(worker, node, need)

        def begin(self, worker: str, order: Any) -> None:
            if (worker, "a") in self.started[: self.refused]:
                return
            super().begin(worker, order)

    return Crowded


def test_what_others_hold_is_left_to_them_and_used_when_it_is_free(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tasks = (task("t"), task("u", "t"))
    backend = crowded(3, monkeypatch)(tasks)
    backend.there = backend.there[:1]
    outcome = drive(backend, *tasks)
    assert set(outcome.states.values()) == {"done"} and backend.refused == 3
    assert capsys.readouterr().err.count("held by others") == 1
    two = crowded(1000, monkeypatch)(tasks)
    assert set(drive(two, *tasks).states.values()) == {"done"}
    assert {dict(two.started)[w] for w, _ in two.begun} == {"b"}


def test_commands_take_turns_in_a_run_folder_and_what_the_first_has_done_is_not_done_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cluster_executor, "TURN_SECONDS", 0.05)
    ran: list[str] = []
    first = locked(tmp_path)
    first.__enter__()

    def check() -> None:
        with locked(tmp_path):
            ran.append("check")

    def other() -> None:  # the other data set is done meanwhile, and then the first command ends
        ran.append("other")
        (tmp_path / "made").touch()
        first.__exit__(None, None, None)

    mine = (Task("check", "check", "check", check), task("t", "check", done=(tmp_path / "made").exists),
            task("u", "t", run=lambda: ran.append("u")))  # fmt: skip
    theirs = (task("v", run=other),)
    backend = ThreadBackend((*mine, *theirs))
    try:
        outcome = ClusterExecutor(backend, backend.order).run(
            "", [Group("a", mine, Need(), "a base"), Group("b", theirs, Need(), "a base")]
        )
    finally:
        backend.close()
    assert ran == ["other", "check", "u"]
    assert outcome.states == {"a check": "done", "a t": "reused", "a u": "done", "b v": "done"}


def test_what_a_lost_worker_did_begins_again_and_three_times_is_too_often(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = (task("t"), task("u", "t"))

    class Losing(ThreadBackend):  # type: ignore[misc, valid-type]
        times = 2

        def begin(self, worker: str, order: Any) -> None:
            if order.cell == "t" and self.times:
                self.times -= 1
                self._ended.put(Ended(worker, "lost", "killed"))
            else:
                super().begin(worker, order)

    monkeypatch.setattr(cluster_executor, "SUSPECT_SECONDS", 0.0)
    monkeypatch.setattr(cluster_executor, "NODES_SECONDS", 0.0)
    assert set(drive(Losing(tasks), *tasks).states.values()) == {"done"}
    Losing.times = 3
    outcome = drive(Losing(tasks), *tasks)
    assert outcome.states == {"t": "failed", "u": "blocked"} and "lost 3 times" in outcome.why["t"]


def test_cells_of_a_node_that_goes_are_done_on_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_executor, "NODES_SECONDS", 0.0)
    hang, tries = threading.Event(), list[str]()

    def run() -> None:
        tries.append("t")
        if len(tries) == 1:
            backend.there = [n for n in backend.there if n.id != dict(backend.started)[backend.begun[0][0]]]
            hang.wait(20)

    tasks = (task("t", run=run),)
    backend = ThreadBackend(tasks)
    outcome = drive(backend, *tasks)
    hang.set()
    assert outcome.states == {"t": "done"} and len(tries) == 2


def test_a_worker_that_has_nothing_to_do_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_executor, "IDLE_SECONDS", 0.0)
    stopped: list[str] = []
    wait = threading.Event()

    class Watching(ThreadBackend):  # type: ignore[misc, valid-type]
        def stop(self, workers: Any, *, gently: float = 0.0) -> None:
            if not wait.is_set() and workers:
                stopped.extend(workers)
                wait.set()
            super().stop(workers)

    tasks = (task("quick"), task("long", run=lambda: wait.wait(20) and None))
    outcome = drive(Watching(tasks), *tasks)
    assert set(outcome.states.values()) == {"done"} and len(stopped) == 1


def test_parts_of_a_task_are_done_by_several_workers_and_then_it_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "LEAST_PART", 2)
    ran: list[Any] = []
    both = threading.Barrier(4, timeout=20)

    def part(index: int, count: int) -> None:
        both.wait()  # all four at one time
        ran.append((index, count))

    tasks = (task("t", run=lambda: ran.append("t"), total=9, part=part),)
    backend = ThreadBackend(tasks)
    outcome = drive(backend, *tasks)
    assert sorted(ran[:4]) == [(i, 4) for i in range(4)] and ran[4:] == ["t"]
    assert outcome.states == {f"t {i}/4": "done" for i in range(1, 5)} | {"t": "done"}


def test_a_disk_that_is_full_where_the_driver_writes_is_said_so(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    tasks = (task("t"), Task("score", "score", "scoring", raising(full), ("t",)))
    outcome = drive(ThreadBackend(tasks), *tasks)
    assert outcome.states["score"] == "failed" and outcome.why["score"].startswith("no space is left in ")
    assert outcome.why["score"].endswith("; free some and run the same command")
