"""Workers as Ray actors: the one place that imports Ray. Core only, one actor a card."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from eval.cluster.backend import Ended, Order, Progress
from eval.cluster.cell_worker import CellWorker
from eval.cluster.cells import Need, Node
from eval.cluster.cluster_address import loopback
from eval.cluster.connecting import RayLog, check_answers, not_joined
from eval.errors import need as need_package

OBJECT_STORE = 80 * 2**20
"""Bytes of Ray's own store on a machine that is started here: paths and digests alone pass through it."""
BOOK_SECONDS = 3.0
"""How long a place on a node is waited for; Ray gives one that is free within a tenth of a second."""
LOOK_SECONDS = 0.05
"""How often it is asked for meanwhile."""
NODE_LABEL = "ray.io/node-id"
"""The label that Ray gives to every node."""
SWITCHES = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS": "0",
    "RAY_SCHEDULER_EVENTS": "0",
}
"""Environment variables that are set before Ray is imported: no usage statistics, no notices on the terminal."""
NICENESS = ("RAY_worker_niceness", "0")
"""Of the workers on a machine where Ray is started here, beside the command's own: they are its work. Ray's is 15, with
which they stand still as long as anything else wants the processor."""


def quiet_ray() -> Any:
    """Ray, imported so that it reports nothing home; raises UserError where it is not installed."""
    need_package("ray", why="--cluster")
    os.environ.update(SWITCHES)
    import ray

    return ray


class RayBackend:
    """A connection to one Ray cluster, and the workers that were started over it."""

    def __init__(
        self, *, address: str | None, workers: int = 0, cards: int = 0, worker: type = CellWorker
    ) -> None:  # fmt: skip
        """Connect to `address`, or with None start Ray on this machine for so many workers or cards."""
        self.ray = quiet_ray()
        self._worker = worker
        self._actors: dict[str, Any] = {}
        self._places: dict[str, Any] = {}
        """Worker -> its placement group, which holds what the worker takes."""
        self._booked: dict[str, tuple[float, Need]] = {}
        """Worker that has no place yet -> since when it waits for one, and what it takes."""
        self._orders: dict[str, Order] = {}
        self._pending: dict[Any, str] = {}
        self._watch: dict[Any, str] = {}
        self._heard: dict[str, Progress] = {}
        self._connect(address, workers, cards)

    def _connect(self, address: str | None, workers: int, cards: int) -> None:
        """Join the cluster or start Ray; raises UserError where that is not possible."""
        common = {"include_dashboard": None if address else False, "log_to_driver": False, "logging_level": "ERROR"}
        wanted: dict[str, Any]
        if address:  # Ray takes the loopback address to be this node's
            host = self.ray.util.get_node_ip_address() if loopback(address) else address.rpartition(":")[0]
            check_answers(address, host)
            wanted = {"address": address}
        else:
            os.environ.setdefault(*NICENESS)
            threads = workers * max(1, (os.cpu_count() or 1) // workers)
            # Not the cluster that this machine may belong to.
            wanted = {"address": "local", "num_cpus": threads, "num_gpus": cards, "object_store_memory": OBJECT_STORE}
        try:
            with RayLog() as log:
                self.ray.init(**wanted, **common)
        except Exception as error:  # Ray raises bare exceptions here
            self.ray.shutdown()
            raise not_joined(address, error, log.text) from error

    def nodes(self) -> list[Node]:
        """The nodes that are alive; Ray's address of one is its name."""
        return [
            Node(
                n["NodeID"], n["NodeName"],
                Need(int(n["Resources"].get("GPU", 0)), int(n["Resources"].get("CPU", 0)),
                     float(n["Resources"].get("memory", 0.0))),
            )
            for n in self.ray.nodes()
            if n["Alive"]
        ]  # fmt: skip

    def ask(self, nodes: Mapping[str, int], question: Any, *given: Any, seconds: float = 120.0) -> list[Any]:
        """What a function says on each node, all at once; `nodes` has the cards that it takes there, by node.

        Of a node that says nothing within that time a TimeoutError, of one that has left a ConnectionError, else what
        the function raised there.
        """
        from ray.exceptions import LocalRayletDiedError, NodeDiedError, TaskUnschedulableError

        left = (TaskUnschedulableError, NodeDiedError, LocalRayletDiedError)
        far = self.ray.remote(question)
        asked = [
            far.options(num_cpus=0, num_gpus=cards, max_retries=0, scheduling_strategy=self._on(n)).remote(*given)
            for n, cards in nodes.items()
        ]
        said, _ = self.ray.wait(asked, num_returns=len(asked), timeout=seconds)
        found: list[Any] = []
        for ref in asked:
            try:
                found.append(self.ray.get(ref) if ref in said else TimeoutError(f"no answer within {seconds:.0f} s"))
            except left:
                found.append(ConnectionError("has left the cluster"))
            except Exception as error:  # whatever an unlike environment raises when our modules are imported there
                found.append(error)
        return found

    def held(self) -> set[str]:
        """See `Backend`; as far as Ray knows, which lags by about a second."""
        from ray._private.state import available_resources_per_node

        free = available_resources_per_node()
        return {n.id for n in self.nodes() if n.room.cards and free.get(n.id, {}).get("GPU", 0.0) < 1.0}

    def start(self, worker: str, node: str, need: Need) -> None:
        """Book a place on the node by a placement group, which is had whole or not at all, and ends with this process.

        Ray has no other way to ask for room and be told that there is none: an actor that does not fit waits for ever.
        """
        from ray.util.placement_group import placement_group

        takes = {"CPU": need.threads, "GPU": need.cards, "memory": need.memory}
        self._places[worker] = placement_group(
            [{k: v for k, v in takes.items() if v}], bundle_label_selector=[{NODE_LABEL: node}]
        )
        self._booked[worker] = time.monotonic(), need

    def begin(self, worker: str, order: Order) -> None:
        """See `Backend`; a worker that has no place yet begins when it has one."""
        self._heard.pop(worker, None)
        if worker in self._actors:
            self._pending[self._actors[worker].do.remote(asdict(order))] = worker
        else:
            self._orders[worker] = order

    def wait(self, seconds: float) -> list[Ended]:
        """See `Backend`."""
        crowded = self._seat()
        if crowded:
            return crowded
        if self._booked:
            seconds = min(seconds, LOOK_SECONDS)
        if not self._pending:
            time.sleep(seconds)
            return []
        ready, _ = self.ray.wait(list(self._pending), num_returns=1, timeout=seconds)
        return [self._ended(ref) for ref in ready]

    def _seat(self) -> list[Ended]:
        """Start the workers that have got a place; returns those that got none in time."""
        crowded = []
        for worker, (since, need) in list(self._booked.items()):
            if self._has_place(worker):
                del self._booked[worker]
                self._actors[worker] = self._actor(worker, need)
                if order := self._orders.pop(worker, None):
                    self.begin(worker, order)
            elif time.monotonic() - since > BOOK_SECONDS:
                self._give_back(worker)
                crowded.append(Ended(worker, "crowded"))
        return crowded

    def _has_place(self, worker: str) -> bool:
        from ray.util.placement_group import placement_group_table

        return bool(placement_group_table(self._places[worker])["state"] == "CREATED")

    def _give_back(self, worker: str) -> None:
        """Let a worker's place go."""
        from ray.util.placement_group import remove_placement_group

        self._booked.pop(worker, None)
        self._orders.pop(worker, None)
        if (place := self._places.pop(worker, None)) is not None:
            remove_placement_group(place)

    def _actor(self, worker: str, need: Need) -> Any:
        """One actor that stays until it is stopped, and is not started again by Ray: that is for the schedule to do."""
        from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

        return self._actor_class().options(
            num_cpus=need.threads, num_gpus=need.cards, memory=need.memory or None, max_restarts=0,
            scheduling_strategy=PlacementGroupSchedulingStrategy(self._places[worker], 0),
        ).remote(need.threads)  # fmt: skip

    def progress(self) -> Mapping[str, Progress]:
        """Asks every busy worker, and takes what has come; nobody is waited for."""
        busy, asked = set(self._pending.values()), set(self._watch.values())
        for worker in busy - asked:
            self._watch[self._actors[worker].progress.remote()] = worker
        if self._watch:
            ready, _ = self.ray.wait(list(self._watch), num_returns=len(self._watch), timeout=0)
            for ref in ready:
                worker = self._watch.pop(ref)
                with suppress(self.ray.exceptions.RayError):
                    self._heard[worker] = Progress(**self.ray.get(ref))
        return {w: p for w, p in self._heard.items() if w in busy}

    def stop(self, workers: Sequence[str], *, gently: float = 0.0) -> None:
        """See `Backend`."""
        there = [w for w in workers if w in self._actors]
        running = [ref for ref, w in self._pending.items() if w in there]
        if gently and running:
            asked = [self._actors[w].stop.remote() for w in there]
            self.ray.wait(asked, num_returns=len(asked), timeout=gently)
            self.ray.wait(running, num_returns=len(running), timeout=gently)
        for worker in there:
            self.ray.kill(self._actors.pop(worker), no_restart=True)
        for worker in workers:
            self._give_back(worker)
        self._pending = {ref: w for ref, w in self._pending.items() if w in self._actors}
        self._watch = {ref: w for ref, w in self._watch.items() if w in self._actors}

    def close(self) -> None:
        """End all workers and the connection, and Ray itself where it was started here."""
        self.stop(list(self._places))
        self.ray.shutdown()

    def _ended(self, ref: Any) -> Ended:
        worker = self._pending.pop(ref)
        try:
            return Ended(worker, **self.ray.get(ref))
        except self.ray.exceptions.RayActorError as error:
            self._actors.pop(worker, None)
            self._give_back(worker)
            return Ended(worker, "lost", str(error).strip().splitlines()[0])
        except self.ray.exceptions.RayError as error:  # what the worker could not put into words
            return Ended(worker, "failed", f"{type(error).__name__}: {str(error).strip().splitlines()[-1]}")

    def _on(self, node: str) -> Any:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        return NodeAffinitySchedulingStrategy(node, soft=False)

    def _actor_class(self) -> Any:
        """Cells run in one thread, always the same one; another one answers how far they are."""
        worker, groups = self._worker, {"do": "work", "progress": "watch", "stop": "watch"}
        methods = {n: self.ray.method(concurrency_group=g)(getattr(worker, n)) for n, g in groups.items()}
        return self.ray.remote(concurrency_groups={"work": 1, "watch": 1})(type("Seated", (worker,), methods))
