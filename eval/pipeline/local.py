"""Runs tasks in this process, one after another, shown on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from eval.pipeline.graph import Skipped, Task, check, pending
from eval.terminal.observers import Step
from eval.terminal.progress import say, steps


def run_here(title: str, tasks: Sequence[Task]) -> None:
    """Run the pending tasks in their order; a task that was skipped takes those along that need it."""
    check(tasks)
    left = pending(tasks)
    shown = [t for t in tasks if t.done is not None or t.name in left]
    skipped: set[str] = set()
    with steps(title, [step_of(t, t.name in left) for t in shown]) as running:
        for place, task in enumerate(shown):
            if task.name not in left:
                continue
            if skipped & set(task.needs):
                skipped.add(task.name)
                continue
            try:
                with running(place):
                    task.run()
            except Skipped as reason:
                skipped.add(task.name)
                say(f"warning: {reason}")


def step_of(task: Task, pending: bool) -> Step:
    """The task as a step to show; it is marked as reused where it has nothing to do."""
    return Step(task.title, task.total, task.unit, "waiting" if pending else "reused", kind=task.kind)
