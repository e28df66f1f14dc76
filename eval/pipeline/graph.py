"""A run as tasks: what there is to do, what each task needs, and what is done already. Standard library only.

An executor runs the tasks; `eval.pipeline.local` does so in this process, one after another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Machine:
    """What a task needs of the machine that it runs on."""

    gpus: int = 0
    """Cards, where the machine has any; the task also runs without."""
    memory: float = 0.0
    """Bytes beside what Python and its libraries take; 0: not worth planning for."""


@dataclass(frozen=True, slots=True)
class Task:
    """One step of a run. It may be run again at any time: what it makes is named by a fingerprint and appears whole."""

    name: str
    """Unique in its run, such as `answer/rag` or `train/ft/1`."""
    kind: str
    """Tasks of one kind do the same with other things, at about the same speed."""
    title: str
    """As a person sees it."""
    run: Callable[[], None]
    """Does it; raises Skipped when it cannot and the rest of the run is worth its time all the same."""
    needs: tuple[str, ...] = ()
    """Tasks that must have ended well."""
    after: tuple[str, ...] = ()
    """Tasks that must have ended, or been skipped."""
    done: Callable[[], bool] | None = None
    """Whether what it makes is there already; None: it makes nothing that lasts."""
    wanted: bool = True
    """For itself; else it is run only where a task that is run needs it."""
    total: int | None = 0
    """How much there is to do; 0: quick, nothing to count; None: not known before it starts."""
    unit: str = ""
    """What is counted, with a leading space."""
    machine: Machine = Machine()
    part: Callable[[int, int], None] | None = None
    """Does one of so many parts of it, counted from 0, where others do the rest meanwhile; `run` afterwards ends it."""


class Skipped(Exception):
    """A task did not do what it was for; those that need it are skipped too, and the others go on."""


class Executor(Protocol):
    """Runs tasks so that each comes after those that it needs."""

    def __call__(self, title: str, tasks: Sequence[Task]) -> None:
        """Run every pending task; `title` says on what. What a task raises, but for Skipped, ends the run."""
        ...


def check(tasks: Sequence[Task]) -> None:
    """Raise ValueError unless names are unique and each task comes after those that it names: so there is no circle."""
    known: set[str] = set()
    for task in tasks:
        if task.name in known:
            raise ValueError(f"two tasks are called {task.name}")
        if missing := {*task.needs, *task.after} - known:
            raise ValueError(f"{task.name} comes before {', '.join(sorted(missing))}, or there is no such task")
        known.add(task.name)


def pending(tasks: Sequence[Task]) -> set[str]:
    """Names of the tasks to run: those that are wanted, or needed by one of them, and not done."""
    left: set[str] = set()
    needed: set[str] = set()
    for task in reversed(tasks):
        if (task.wanted or task.name in needed) and not (task.done and task.done()):
            left.add(task.name)
            needed |= set(task.needs)
    return left
