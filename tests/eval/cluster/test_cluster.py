"""Runs over real Ray workers: two nodes on this machine, with the results of a run in one process."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.component

EMBEDDER = "all-minilm-l6-v2"


@pytest.fixture(scope="module")
def token() -> Iterator[None]:
    """Ray asks for a token, as it has to where others reach it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", "0123456789abcdef" * 4)
        patch.setenv("RAY_worker_niceness", "0")  # else other work on the machine keeps the workers from their turn
        yield


@pytest.fixture(scope="module")
def cluster(token: None) -> Iterator[Any]:
    """Ray with a head that holds no worker, and two nodes of one CPU each."""
    from eval.cluster.ray_backend import quiet_ray

    quiet_ray()
    from ray.cluster_utils import Cluster

    found = Cluster(initialize_head=True, head_node_args={
        "num_cpus": 0, "include_dashboard": False, "object_store_memory": 80 * 2**20,
    })  # fmt: skip
    for _ in range(2):
        add_node(found)
    try:
        yield found
    finally:
        found.shutdown()


def add_node(cluster: Any) -> Any:
    return cluster.add_node(num_cpus=1, object_store_memory=80 * 2**20)


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory, harbours: Callable[[str], dict[str, str]]) -> list[Path]:
    folder = tmp_path_factory.mktemp("sets")
    found = []
    for name, depth in (("harbours", 0), ("quays", 7)):
        for path, text in harbours(name).items():
            file = folder / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace("berths", "cranes") if depth else text, encoding="utf-8")
        found.append(folder / name)
    return found


@pytest.fixture(scope="module")
def plans(sets: list[Path], tiny_model: Path) -> Callable[..., list[Any]]:
    from eval.pipeline.plan import plan_run

    return lambda out, seeds=2: [
        plan_run(s, model=str(tiny_model), embedder=EMBEDDER, seeds=seeds, out=out / s.name) for s in sets
    ]


@pytest.fixture(scope="module")
def alone(plans: Callable[..., list[Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of runs in this process, with as many threads as a worker has."""
    import torch

    from eval.pipeline.tasks import Options
    from eval.run import evaluate

    folder, threads = tmp_path_factory.mktemp("alone"), torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for plan in plans(folder):
            evaluate(plan, [], Options(retention=False))
    finally:
        torch.set_num_threads(threads)
    return folder


def results(run: Path) -> dict[str, Any]:
    """All predictions, scores and the decision of a run, without what the clock says."""
    found: dict[str, Any] = {}
    for file in sorted(run.rglob("predictions/*.jsonl")):
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        found[str(file.relative_to(run))] = [{k: v for k, v in r.items() if k != "seconds"} for r in rows]
    for name in ("scores.jsonl", "decision.json", "comparisons.json"):
        found[name] = (run / name).read_bytes()
    return found


def over(cluster: Any, plans: list[Any]) -> Any:
    from eval.cluster.cluster_address import Address
    from eval.cluster.cluster_run import evaluate_on
    from eval.pipeline.tasks import Options

    return evaluate_on(Address(cluster.address), plans, [], Options(retention=False))


def test_two_nodes_give_the_predictions_scores_and_decisions_of_one_process(
    cluster: Any, plans: Callable[..., list[Any]], alone: Path, tmp_path: Path
) -> None:
    outcome = over(cluster, plans(tmp_path))
    assert not outcome.failed() and set(outcome.states.values()) == {"done"}
    assert len({outcome.places[c] for c in outcome.states if "answer" in c}) == 2  # both nodes took part
    for name in ("harbours", "quays"):
        here, there = results(alone / name), results(tmp_path / name)
        assert len(there) == 7 + 2 + 3 and here.keys() == there.keys()
        assert [k for k in here if here[k] != there[k]] == []
        assert "process" in (tmp_path / name / "logs" / "answer-rag.log").read_text(encoding="utf-8")
    again = over(cluster, plans(tmp_path))  # nothing is left to do
    assert {c.partition(" ")[2] for c in again.states} == {"check", "score", "decide", "report"}


SLOW = "finetune: {epochs: 8, rank: 4, batch_size: 4}\ngeneration: {max_new_tokens: 700}\n"
"""Long enough to be killed meanwhile: some forty steps of training, and replies of 700 tokens."""


@pytest.fixture(scope="module")
def slow(sets: list[Path]) -> Path:
    folder = sets[0].with_name("slow")
    for file in sets[0].rglob("*"):
        if file.is_file():
            copy = folder / file.relative_to(sets[0])
            copy.parent.mkdir(parents=True, exist_ok=True)
            text = file.read_text(encoding="utf-8")
            if file.name == "dataset.yaml":
                text = text[: text.index("finetune:")].replace("name: harbours", "name: slow") + SLOW
            copy.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def slow_plan(slow: Path, tiny_model: Path) -> Callable[[Path], Any]:
    from eval.pipeline.plan import plan_run

    return lambda out: plan_run(slow, model=str(tiny_model), embedder=EMBEDDER, out=out)


@pytest.fixture(scope="module")
def slow_alone(slow_plan: Callable[[Path], Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch

    from eval.pipeline.tasks import Options
    from eval.run import evaluate

    folder, threads = tmp_path_factory.mktemp("slow") / "slow", torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        evaluate(slow_plan(folder), ["base", "ft"], Options(retention=False))
    finally:
        torch.set_num_threads(threads)
    return folder


def over_slow(cluster: Any, *plans: Any) -> Any:
    from eval.cluster.cluster_address import Address
    from eval.cluster.cluster_run import evaluate_on
    from eval.pipeline.tasks import Options

    return evaluate_on(Address(cluster.address), plans, ["base", "ft"], Options(retention=False))


def worker_of(log: Path, seconds: float = 500.0) -> int:
    """The process that writes a cell's log, once there is one."""
    for _ in range(int(seconds / 0.02)):
        if log.is_file() and (found := re.findall(r"process (\d+)", log.read_text(encoding="utf-8"))):
            return int(found[-1])
        time.sleep(0.02)
    raise AssertionError(f"{log} did not appear")


def kill_node_of(cluster: Any, process: int) -> None:
    """Kill the node that a worker runs on, without a word."""
    import psutil

    raylet = psutil.Process(process).ppid()
    for victim in (process, raylet):
        os.kill(victim, signal.SIGKILL)
    (node,) = [n for n in cluster.worker_nodes if raylet in [p.process.pid for p in n.all_processes["raylet"]]]
    cluster.remove_node(node, allow_graceful=False)


def test_nodes_that_die_during_training_and_answering_change_no_result(
    cluster: Any, slow_plan: Callable[[Path], Any], slow_alone: Path, tmp_path: Path
) -> None:
    killed: list[str] = []
    for _ in range(2):
        add_node(cluster)  # in the place of those that will go

    def kill() -> None:
        for cell, after in (("train-ft", 1.0), ("answer-ft", 0.0)):
            process = worker_of(tmp_path / "run" / "logs" / f"{cell}.log")
            time.sleep(after)
            kill_node_of(cluster, process)
            killed.append(cell)

    killer = threading.Thread(target=kill)
    killer.start()
    outcome = over_slow(cluster, slow_plan(tmp_path / "run"))
    killer.join()
    assert killed == ["train-ft", "answer-ft"] and set(outcome.states.values()) == {"done"}
    for cell in killed:  # each was begun by two processes
        text = (tmp_path / "run" / "logs" / f"{cell}.log").read_text(encoding="utf-8")
        assert len(set(re.findall(r"process (\d+)", text))) == 2
    assert results(tmp_path / "run") == results(slow_alone)


def nodes_of(backend: Any, cluster: Any, seconds: float = 120.0) -> list[str]:
    """The ids of the nodes with room, once Ray has noticed those that were killed: by default after 15 seconds."""
    deadline = time.monotonic() + seconds
    while len(found := [n.id for n in backend.nodes() if n.room.threads]) != len(cluster.worker_nodes):
        assert time.monotonic() < deadline, f"{len(found)} nodes, {len(cluster.worker_nodes)} of them alive"
        time.sleep(0.5)
    return found


def test_what_another_driver_holds_is_not_waited_for_while_there_is_other_room(
    cluster: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    from eval.cluster.backend import Order
    from eval.cluster.cells import Group, Need
    from eval.cluster.cluster_executor import ClusterExecutor
    from eval.cluster.ray_backend import NODE_LABEL, RayBackend
    from eval.pipeline.graph import Task

    class Quick:
        """Ends each cell at once; sent to the workers whole, because it is no module's."""

        def __init__(self, threads: int) -> None:
            pass

        def do(self, order: dict[str, Any]) -> dict[str, Any]:
            return {"ending": "done"}

        def progress(self) -> dict[str, Any]:
            return {}

        def stop(self) -> None:
            pass

    backend = RayBackend(address=cluster.address, worker=Quick)
    try:
        from ray.util.placement_group import placement_group, remove_placement_group

        nodes = nodes_of(backend, cluster)
        held = [placement_group([{"CPU": 1}], bundle_label_selector=[{NODE_LABEL: n}]) for n in nodes]
        assert all(group.wait(60) for group in held)
        execute = ClusterExecutor(backend, lambda group, task: Order(task.name, task.name, "", (), {}, "", False, ""))
        remove_placement_group(held.pop())
        tasks = tuple(Task(f"t{i}", "empty", "", lambda: None) for i in range(3))
        outcome = execute.run("", [Group("", tasks, Need(), "a base")])
        names = {n.id: n.name for n in backend.nodes()}
        assert set(outcome.states.values()) == {"done"} and set(outcome.places.values()) == {names[nodes[-1]]}

        taken = placement_group([{"CPU": 1}], bundle_label_selector=[{NODE_LABEL: nodes[-1]}])
        assert taken.wait(60)  # the executor has given back what its worker held
        threading.Timer(8.0, lambda: remove_placement_group(taken)).start()
        assert set(execute.run("", [Group("", tasks, Need(), "a base")]).states.values()) == {"done"}
        assert "all nodes are held by others" in capsys.readouterr().err
        for group in held:
            remove_placement_group(group)
    finally:
        backend.close()


DRIVER = """
import os, sys, time
from eval.cluster.backend import Order
from eval.cluster.cells import Need
from eval.cluster.ray_backend import RayBackend

class Beats:
    def __init__(self, threads): pass
    def do(self, order):
        while True:
            with open(order["log"], "a") as file:
                file.write(str(os.getpid()) + chr(10))
            time.sleep(0.1)
    def progress(self): return {}
    def stop(self): pass

backend = RayBackend(address=sys.argv[1], worker=Beats)
node = next(n for n in backend.nodes() if n.room.threads)
backend.start("w", node.id, Need(0, 1))
backend.begin("w", Order("t", "t", "", (), {}, "", False, sys.argv[2]))
while True:
    backend.wait(1.0)
"""


def test_workers_of_a_driver_that_is_killed_end_and_give_back_their_place(cluster: Any, tmp_path: Path) -> None:
    import psutil

    from eval.cluster.cells import Need
    from eval.cluster.ray_backend import RayBackend

    beats = tmp_path / "beats"
    driver = subprocess.Popen([sys.executable, "-c", DRIVER, cluster.address, str(beats)])
    try:
        until = time.monotonic() + 120
        while not beats.is_file() and time.monotonic() < until:
            time.sleep(0.1)
        worker = int(beats.read_text().split()[0])
    finally:
        driver.kill()
        driver.wait()
    until = time.monotonic() + 60
    while psutil.pid_exists(worker) and time.monotonic() < until:
        time.sleep(0.1)
    written = beats.stat().st_size
    assert not psutil.pid_exists(worker)
    backend = RayBackend(address=cluster.address)
    try:
        for i, node in enumerate(n for n in backend.nodes() if n.room.threads):
            backend.start(f"w{i}", node.id, Need(0, 1))
        until = time.monotonic() + 60
        while len(backend._actors) < 2 and time.monotonic() < until:
            assert backend.wait(0.05) == []  # nobody is turned away
        assert len(backend._actors) == 2 and beats.stat().st_size == written
    finally:
        backend.close()


def test_a_cell_that_no_node_holds_is_refused_before_anything_is_written(
    cluster: Any, slow_plan: Callable[[Path], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eval.cluster import preflight
    from eval.errors import UserError

    monkeypatch.setattr(preflight, "PROCESS", 1e15)
    with pytest.raises(UserError, match=r"slow \S+ takes 1 CPU, 931322.* GiB, and no node has so much"):
        over_slow(cluster, slow_plan(tmp_path / "run"))
    assert not (tmp_path / "run").exists()
