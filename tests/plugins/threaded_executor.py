"""An executor that runs tasks in threads, each as soon as those are through that it waits for."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from eval.pipeline.graph import Skipped, Task, check, pending


def run_in_threads(title: str, tasks: Sequence[Task]) -> None:
    check(tasks)
    left = pending(tasks)
    ends: dict[str, Future[bool]] = {}

    def end(task: Task) -> bool:
        """Whether the task was run and did what it is for."""
        for name in task.after:
            if name in ends:
                ends[name].result()
        ended = [ends[name].result() for name in task.needs if name in ends]
        if not all(ended):
            return False
        try:
            task.run()
        except Skipped:
            return False
        return True

    with ThreadPoolExecutor(max(1, len(left))) as threads:
        for task in tasks:
            if task.name in left:
                ends[task.name] = threads.submit(end, task)
    for future in ends.values():
        future.result()
