"""What spreading a run costs: the driver's time for a cell, and the schedule's share of the shortest time possible.

    python -m benchmarks.cluster [--cells 300] [--sets 10] [--seeds 3] [--no-ray]

First table: empty cells over two real Ray workers on this machine, one after another on each. Second: the schedule of
`evaluate` itself over workers whose cells take drawn lengths instead of being done, against the larger of two bounds
that no schedule beats: all work divided by the workers, and the longest chain of cells that wait for each other. The
lengths are the speed bench's (training 148 and 29 s, retention 26 each, answering 7 each, indexing 17), times a factor
drawn for each cell between a half and two.
"""

from __future__ import annotations

import argparse
import heapq
import random
import time
from collections.abc import Sequence
from typing import Any

from eval.cluster.backend import Order
from eval.cluster.cells import Cell, Group, Need, Node, cells_of
from eval.cluster.cluster_executor import ClusterExecutor
from eval.cluster.schedule import Begin, Schedule
from eval.pipeline.graph import Task

WORKERS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
LENGTHS = {"check": 0.5, "index": 17.0, "train/ft": 148.0, "train/hybrid": 29.0, "retention": 26.0, "answer": 7.0,
           "score": 1.0, "decide": 2.0, "report": 1.0}  # fmt: skip
QUESTIONS = 200
"""Of a data set; with workers to spare a mode is answered in parts."""
START = 10.0
"""Seconds until a new worker has loaded the model."""


def run_of(seeds: int) -> tuple[Task, ...]:
    """The tasks of one data set with seven modes, as `eval.pipeline.tasks` makes them, with nothing in them."""

    def task(name: str, *needs: str, after: Sequence[str] = ()) -> Task:
        kind = name.partition("/")[0]
        parts = {"total": QUESTIONS, "part": lambda index, count: None} if kind == "answer" else {}
        return Task(name, kind, name, lambda: None, needs, tuple(after), done=lambda: False, **parts)  # type: ignore[arg-type]

    found = [task("check"), task("index", "check")]
    found += [task(f"answer/{m}") for m in ("base", "fewshot")]
    found += [task(f"answer/{m}", "index") for m in ("rag", "rag-fewshot", "oracle")]
    for k in range(seeds):
        found += [task(f"train/ft/{k}"), task(f"answer/ft/{k}", f"train/ft/{k}")]
        found += [task(f"train/hybrid/{k}", "index"), task(f"answer/hybrid/{k}", "index", f"train/hybrid/{k}")]
    found.append(task("retention/base"))
    found += [task(f"retention/{a}", "retention/base", f"train/{a}/0") for a in ("ft", "hybrid")]
    found.append(task("score", "check", after=[t.name for t in found]))
    return (*found, task("decide", "score"), task("report", "decide"))


def lengths(groups: Sequence[Group], draw: random.Random) -> dict[str, float]:
    """Seconds of each task, drawn, by the name of its cell."""
    found = {}
    for cell in cells_of(groups):
        name = cell.task.name
        usual = next(LENGTHS[key] for key in (name[: name.rfind("/")], name, cell.task.kind) if key in LENGTHS)
        found[cell.name] = usual * draw.uniform(0.5, 2.0)
    return found


def nodes_of(workers: int) -> list[Node]:
    """So many machines of one worker each."""
    return [Node(str(i), str(i), Need(1, 1)) for i in range(workers)]


def seconds_of(cells: Sequence[Cell], took: dict[str, float]) -> dict[str, float]:
    """Seconds of each cell; the parts of a task share its time evenly."""
    return {c.name: took[f"{c.group} {c.task.name}".strip()] * c.share for c in cells}


def simulate(groups: Sequence[Group], took: dict[str, float], workers: int) -> float:
    """Seconds until all cells have ended on so many workers of one machine each; the driver does its own meanwhile."""
    cells = cells_of(groups, nodes_of(workers))
    length, schedule = seconds_of(cells, took), Schedule.of(cells)
    schedule.has(nodes_of(workers))
    now, driver = 0.0, 0.0
    ends: list[tuple[float, str]] = []
    begun: set[str] = set()
    while not schedule.over:
        for move in schedule.moves():
            if isinstance(move, Begin):
                first = 0.0 if move.seat.id in begun else START
                begun.add(move.seat.id)
                heapq.heappush(ends, (now + first + length[move.cell.name], move.cell.name))
        for cell in schedule.ready():
            if cell.here:
                driver = max(now, driver) + length[cell.name]
                schedule.states[cell.name] = "running"
                heapq.heappush(ends, (driver, cell.name))
        now, name = heapq.heappop(ends)
        schedule.ended(name, "done")
    return now


def bound(groups: Sequence[Group], took: dict[str, float], workers: int) -> float:
    """Seconds that no schedule of these cells beats; loading the model on the way to the first cell counts."""
    cells = cells_of(groups, nodes_of(workers))
    length, until = seconds_of(cells, took), dict[str, float]()
    for cell in cells:
        until[cell.name] = length[cell.name] + max((until[n] for n in cell.needs | cell.after), default=0.0)
    return START + max(max(until.values()), sum(length[c.name] for c in cells if not c.here) / workers)


def shares(sets: int, seeds: int, seed: int = 0) -> list[tuple[int, float, float]]:
    """(workers, seconds, share of the bound) for each number of workers."""
    draw = random.Random(seed)
    groups = [Group(f"set{i}", run_of(seeds), Need(1, 1), "a model") for i in range(sets)]
    took = lengths(groups, draw)
    found = []
    for workers in WORKERS:
        seconds = simulate(groups, took, workers)
        found.append((workers, seconds, bound(groups, took, workers) / seconds))
    return found


class EmptyWorker:
    """Ends each cell at once."""

    def __init__(self, threads: int) -> None:
        """As `CellWorker`."""

    def do(self, order: dict[str, Any]) -> dict[str, Any]:
        """Nothing."""
        return {"ending": "done"}

    def progress(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    def stop(self) -> None:
        """Nothing."""


def overhead(cells: int) -> tuple[float, float]:
    """(seconds until Ray is up, seconds a cell) of so many empty cells over two workers."""
    from eval.cluster.ray_backend import RayBackend
    from eval.terminal.progress import set_quiet

    set_quiet(True)
    start = time.perf_counter()
    backend = RayBackend(address=None, workers=2, worker=EmptyWorker)
    try:
        execute = ClusterExecutor(backend, lambda group, task: Order(task.name, task.name, "", (), {}, "", False, ""))
        some = [Task(f"warm{i}", "empty", "", lambda: None) for i in range(2)]
        execute.run("", [Group("", tuple(some), Need(), "a model")])
        up = time.perf_counter()
        tasks = [Task(f"cell{i}", "empty", "", lambda: None) for i in range(cells)]
        execute.run("", [Group("", tuple(tasks), Need(), "a model")])
        return up - start, (time.perf_counter() - up) / cells
    finally:
        backend.close()


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=300)
    parser.add_argument("--sets", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--no-ray", action="store_true")
    given = parser.parse_args()
    if not given.no_ray:
        up, each = overhead(given.cells)
        print(
            f"Ray is up and two workers have begun after {up:.1f} s; {1000 * each:.1f} ms a cell ({given.cells} cells)"
        )
    count = sum(not c.here for c in cells_of([Group("", run_of(given.seeds), Need(1, 1), "a model")]))
    print(f"{given.sets} data sets, {given.seeds} seeds: {given.sets * count} cells for workers")
    print(f"{'workers':>8}{'seconds':>10}{'share of the shortest':>24}")
    for workers, seconds, share in shares(given.sets, given.seeds):
        print(f"{workers:>8}{seconds:>10.0f}{share:>24.3f}")


if __name__ == "__main__":
    main()
