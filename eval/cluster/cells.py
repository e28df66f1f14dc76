"""Cells: the tasks of one or several runs that leave something on disk, with what each waits for and takes."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from eval.pipeline.graph import Task, pending

State = Literal["waiting", "running", "done", "reused", "skipped", "failed", "blocked"]

HERE = frozenset({"check", "judge", "score", "decide", "report"})
"""Kinds of tasks that the driver does itself: they need no model, and some know what others of the run found."""

SECONDS = {"train/ft": 150.0, "train": 30.0, "retention": 26.0, "index": 17.0, "answer": 7.0}
"""How long tasks of a name or a kind take beside each other: from the speed bench on `tidewell`."""

LEAST_PART = 32
"""Questions: two batches of the usual 16; less does not repay the loading of a model."""


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """What a cell takes of one node, all of it for as long as it runs."""

    cards: int = 0
    threads: int = 1
    memory: float = 0.0
    """Bytes."""

    def within(self, other: Need) -> bool:
        """Whether there is room for this in the other."""
        return self.cards <= other.cards and self.threads <= other.threads and self.memory <= other.memory

    def less(self, other: Need) -> Need:
        """What is left when the other is taken from this."""
        return Need(self.cards - other.cards, self.threads - other.threads, self.memory - other.memory)

    def times(self, room: Need) -> int:
        """How often this fits into the other."""
        cards = room.cards // self.cards if self.cards else sys.maxsize
        memory = int(room.memory // self.memory) if self.memory else sys.maxsize
        return min(cards, room.threads // max(1, self.threads), memory)

    def words(self) -> str:
        """As it is said in messages."""
        cards = f"{self.cards} card{'s' if self.cards != 1 else ''}, " if self.cards else ""
        memory = f", {self.memory / 2**30:.1f} GiB" if self.memory else ""
        return f"{cards}{self.threads} CPU{'s' if self.threads != 1 else ''}{memory}"


@dataclass(frozen=True, slots=True)
class Node:
    """A machine of the cluster, and what it has in all."""

    id: str
    name: str
    room: Need


@dataclass(frozen=True, slots=True)
class Group:
    """The tasks of one run, as one part of what a cluster does."""

    name: str
    """Of the data set; unique; empty where there is one run alone."""
    tasks: tuple[Task, ...]
    need: Need = Need()
    """Of each of its cells that a worker does."""
    base: str = ""
    """What its workers load: those with one base go on with each other's."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One task in the schedule."""

    name: str
    """Unique in the schedule: the group's name, a blank, and the task's."""
    group: str
    task: Task
    needs: frozenset[str]
    after: frozenset[str]
    need: Need
    base: str
    here: bool
    """The driver does it."""
    part: tuple[int, int] | None = None
    """(which, of how many), where it is a part of the task; counted from 0."""
    share: float = 1.0
    """Of the time that the task takes."""

    @property
    def total(self) -> int | None:
        """How much there is to do, as the task counts it; None where it is not known before it starts."""
        return None if self.part else self.task.total

    @property
    def title(self) -> str:
        """As a person sees it."""
        part = f", part {self.part[0] + 1} of {self.part[1]}" if self.part else ""
        return f"{self.group + ': ' if self.group else ''}{self.task.title}{part}"


def cells_of(groups: Sequence[Group], nodes: Sequence[Node] = ()) -> list[Cell]:
    """The pending cells of all groups, each after those of its own group that it waits for.

    A task that can be done in parts is, where `nodes` have room for more workers than there are such tasks.

    Tasks that leave nothing on disk and are not wanted for themselves (loading the model, opening the index) are no
    cells: whoever does a cell does those in its own process. What such a task needs, the cell needs.
    """
    found: list[Cell] = []
    lefts = [pending(g.tasks) for g in groups]
    partable = sum(1 for g, left in zip(groups, lefts, strict=True) for t in g.tasks if t.part and t.name in left)
    for group, left in zip(groups, lefts, strict=True):
        workers = sum(group.need.times(n.room) for n in nodes)
        by_name = {t.name: t for t in group.tasks}
        gate = [t.name for t in group.tasks if t.kind == "check" and t.name in left]
        for task in group.tasks:
            if task.name not in left or in_process(task):
                continue
            needs = {n for n in _through(task.needs, by_name) if n in left}
            needs |= set(gate) - {task.name}
            after = {n for n in _through((*task.needs, *task.after), by_name) if n in left} - needs
            cell = Cell(
                named(group.name, task.name), group.name, task, _all(group.name, needs), _all(group.name, after),
                group.need, group.base, task.kind in HERE or not group.base,
            )  # fmt: skip
            found += _in_parts(cell, parts_of(task, workers, partable))
    return found


def parts_of(task: Task, workers: int, tasks: int) -> int:
    """Into how many parts a task goes of so many that can be parted, so that each worker has one to do."""
    if not task.part:
        return 1
    return max(1, min(-(-workers // tasks), (task.total or 0) // LEAST_PART))


def _in_parts(cell: Cell, count: int) -> list[Cell]:
    """The cell, after so many of its parts."""
    if count < 2:
        return [cell]
    parts = [replace(cell, name=f"{cell.name} {i + 1}/{count}", part=(i, count), share=1 / count) for i in range(count)]
    return [*parts, replace(cell, needs=cell.needs | {p.name for p in parts}, share=0.0)]


def in_process(task: Task) -> bool:
    """Whether a task is done by each process that does one which needs it."""
    return task.done is None and not task.wanted


def prelude(task: Task, tasks: Mapping[str, Task]) -> list[str]:
    """The tasks that are no cells and that a process does before this one, in their order."""
    found: dict[str, None] = {}
    for name in task.needs:
        if in_process(tasks[name]):
            found |= dict.fromkeys([*prelude(tasks[name], tasks), name])
    return list(found)


def named(group: str, task: str) -> str:
    """A task's name in the schedule."""
    return f"{group} {task}".strip()


def _through(names: Sequence[str], by_name: dict[str, Task]) -> set[str]:
    """The names, with those of tasks that are no cells replaced by what these need."""
    found: set[str] = set()
    for name in names:
        if in_process(by_name[name]):
            found |= _through(by_name[name].needs, by_name)
        else:
            found.add(name)
    return found


def _all(group: str, names: set[str]) -> frozenset[str]:
    return frozenset(named(group, n) for n in names)
