"""A cluster whose workers are threads of this process: two nodes, and faults on request."""

from __future__ import annotations

import errno
import queue
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from eval.cluster.backend import Ended, Order, Progress
from eval.cluster.cells import Need, Node, prelude
from eval.pipeline.graph import Skipped, Task


class ThreadBackend:
    def __init__(self, tasks: Sequence[Task], threads: int = 2) -> None:
        self.tasks = {t.name: t for t in tasks}
        self.there = [Node("a", "node a", Need(0, threads)), Node("b", "node b", Need(0, threads))]
        self.started: list[tuple[str, str]] = []
        self.begun: list[tuple[str, str]] = []
        self._inbox: dict[str, queue.Queue[Order | None]] = {}
        self._ended: queue.Queue[Ended] = queue.Queue()
        self._once, self._prepared = threading.Lock(), set[str]()

    def order(self, group: str, task: Task) -> Order:
        return Order(f"{group} {task.name}".strip(), task.name, "", (), {}, "", False, f"{task.name}.log")

    def nodes(self) -> list[Node]:
        return self.there

    def start(self, worker: str, node: str, need: Need) -> None:
        self.started.append((worker, node))
        self._inbox[worker] = queue.Queue()
        threading.Thread(target=self._work, args=(worker,), daemon=True).start()

    def begin(self, worker: str, order: Order) -> None:
        self.begun.append((worker, order.cell))
        self._inbox[worker].put(order)

    def wait(self, seconds: float) -> list[Ended]:
        try:
            return [self._ended.get(timeout=min(seconds, 0.05) or 0.001)]
        except queue.Empty:
            return []

    def progress(self) -> Mapping[str, Progress]:
        return {}

    def stop(self, workers: Sequence[str], *, gently: float = 0.0) -> None:
        for worker in workers:
            self._inbox[worker].put(None)

    def close(self) -> None:
        self.stop(list(self._inbox))

    def _work(self, worker: str) -> None:
        while order := self._inbox[worker].get():
            self._ended.put(Ended(worker, **self._did(order)))

    def _did(self, order: Order) -> dict[str, Any]:
        task = self.tasks[order.task]
        try:
            with self._once:  # these workers are one process
                for name in prelude(task, self.tasks):
                    if name not in self._prepared:
                        self.tasks[name].run()
                        self._prepared.add(name)
            if order.part and task.part:
                task.part(*order.part)
            else:
                task.run()
        except Skipped as reason:
            return {"ending": "skipped", "message": str(reason)}
        except OSError as error:
            return {"ending": "full" if error.errno == errno.ENOSPC else "failed", "message": str(error)}
        except Exception as error:
            return {"ending": "failed", "message": str(error), "error": error}
        return {"ending": "done"}
