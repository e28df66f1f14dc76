"""What every executor must do: ours of one process and of a cluster, and one that runs tasks in threads."""

from __future__ import annotations

import random
import runpy
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.cluster.cluster_executor import ClusterExecutor
from eval.pipeline.graph import Executor, Skipped, Task
from eval.pipeline.local import run_here

PLUGIN = Path(__file__).parents[2] / "plugins" / "threaded_executor.py"
ThreadBackend = runpy.run_path(str(PLUGIN.with_name("threaded_backend.py")))["ThreadBackend"]


def over_workers(base: str) -> Executor:
    """As over a cluster, with threads for workers; with no base the driver does all itself."""

    def run(title: str, tasks: Sequence[Task]) -> None:
        backend = ThreadBackend(tasks)
        try:
            ClusterExecutor(backend, backend.order, base)(title, tasks)
        finally:
            backend.close()

    return run


EXECUTORS: dict[str, Executor] = {
    "here": run_here, "threads": runpy.run_path(str(PLUGIN))["run_in_threads"], "workers": over_workers("a base"),
    "driver": over_workers(""),
}  # fmt: skip

executors = pytest.mark.parametrize("execute", EXECUTORS.values(), ids=EXECUTORS)


class Book:
    """Makes tasks that write down when they begin and end."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self._lock = threading.Lock()

    def task(self, name: str, *needs: str, error: Exception | None = None, **more: Any) -> Task:
        def run() -> None:
            self._write("begin", name)
            if error:
                raise error
            self._write("end", name)

        return Task(name, name, name, run, needs, **more)

    def _write(self, what: str, name: str) -> None:
        with self._lock:
            self.lines.append((what, name))

    @property
    def begun(self) -> list[str]:
        return [name for what, name in self.lines if what == "begin"]


@executors
@pytest.mark.parametrize("seed", range(5))
def test_each_task_runs_once_and_begins_when_all_that_it_waits_for_have_ended(execute: Executor, seed: int) -> None:
    draw, book = random.Random(seed), Book()
    names = [f"t{i}" for i in range(12)]
    waits = {name: draw.sample(names[:i], draw.randint(0, min(i, 3))) for i, name in enumerate(names)}
    tasks = [book.task(name, *waits[name][:1], after=tuple(waits[name][1:])) for name in names]
    execute("", tasks)
    assert sorted(book.begun) == sorted(names)
    place = {line: i for i, line in enumerate(book.lines)}
    assert all(place["end", other] < place["begin", name] for name in names for other in waits[name])


@executors
def test_what_is_done_or_not_needed_is_left_alone(execute: Executor) -> None:
    book = Book()
    tasks = [
        book.task("load", wanted=False),
        book.task("unused", wanted=False),
        book.task("done", "load", done=lambda: True),
        book.task("open", "load", done=lambda: False),
    ]
    execute("", tasks)
    assert book.begun == ["load", "open"]


@executors
def test_a_skipped_task_takes_along_what_needs_it_and_nothing_else(execute: Executor) -> None:
    book = Book()
    tasks = [
        book.task("train", error=Skipped("it diverged")),
        book.task("answer", "train"),
        book.task("measure", "answer"),
        book.task("score", after=("train", "answer", "measure")),
    ]
    execute("", tasks)
    assert book.begun == ["train", "score"]


@executors
def test_another_exception_reaches_the_caller_and_nothing_that_needs_the_task_runs(execute: Executor) -> None:
    book = Book()
    with pytest.raises(ValueError, match="broken"):
        execute("", [book.task("a", error=ValueError("broken")), book.task("b", "a")])
    assert book.begun == ["a"]


@executors
def test_a_list_that_cannot_be_run_is_refused_before_anything_runs(execute: Executor) -> None:
    book = Book()
    with pytest.raises(ValueError, match="a comes before b"):
        execute("", [book.task("first"), book.task("a", "b"), book.task("b")])
    assert book.begun == []
