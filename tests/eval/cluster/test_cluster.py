"""Runs over real Ray workers: two nodes on this machine, with the results of a run in one process."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
        patch.setenv("RAY_worker_niceness", "0")  # else other tests beside these keep the workers from their turn
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


def add_node(cluster: Any, **more: Any) -> Any:
    return cluster.add_node(num_cpus=1, object_store_memory=80 * 2**20, **more)


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


@contextmanager
def one_thread() -> Iterator[None]:
    """Inside, torch computes in one thread, as a worker of one CPU does."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def alone(plans: Callable[..., list[Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of runs in this process, with as many threads as a worker has."""
    from eval.pipeline.tasks import Options
    from eval.run import evaluate

    folder = tmp_path_factory.mktemp("alone")
    with one_thread():
        for plan in plans(folder):
            evaluate(plan, [], Options(retention=False))
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


TRIES = 4
"""Runs of cells so short that the node whose workers start first can have done them all."""


def test_two_nodes_give_the_predictions_scores_and_decisions_of_one_process(
    cluster: Any, plans: Callable[..., list[Any]], alone: Path, tmp_path: Path
) -> None:
    for attempt in range(TRIES):
        out = tmp_path / str(attempt)
        outcome = over(cluster, plans(out))
        assert not outcome.failed() and set(outcome.states.values()) == {"done"}
        if len({outcome.places[c] for c in outcome.states if "answer" in c}) == 2:
            break
    else:
        pytest.fail(f"in {TRIES} runs one node answered everything before the other had started")
    for name in ("harbours", "quays"):
        here, there = results(alone / name), results(out / name)
        assert len(there) == 7 + 2 + 3 and here.keys() == there.keys()
        assert [k for k in here if here[k] != there[k]] == []
        assert "process" in (out / name / "logs" / "answer-rag.log").read_text(encoding="utf-8")
    again = over(cluster, plans(out))  # nothing is left to do
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
    from eval.pipeline.tasks import Options
    from eval.run import evaluate

    folder = tmp_path_factory.mktemp("slow") / "slow"
    with one_thread():
        evaluate(slow_plan(folder), ["base", "ft"], Options(retention=False))
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


def test_a_node_is_asked_while_others_hold_its_cores_and_as_soon_as_a_card_is_free(
    cluster: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    from eval.cluster.preflight import free_of
    from eval.cluster.ray_backend import NODE_LABEL, RayBackend

    with_card = add_node(cluster, num_gpus=1)  # Ray believes it
    backend = RayBackend(address=cluster.address)
    try:
        from ray.util.placement_group import placement_group, remove_placement_group

        nodes_of(backend, cluster)
        nodes = sorted((n for n in backend.nodes() if n.room.threads), key=lambda n: n.room.cards)
        held = [placement_group([{"CPU": 1} | ({"GPU": 1} if n.room.cards else {})],
                                bundle_label_selector=[{NODE_LABEL: n.id}]) for n in nodes]  # fmt: skip
        assert all(group.wait(60) for group in held)
        assert backend.ask({n.id: 0 for n in nodes[:-1]}, lambda: "here") == ["here"] * (len(nodes) - 1)
        wait_until(lambda: backend.held() == {nodes[-1].id})
        threading.Timer(3.0, lambda: remove_placement_group(held[-1])).start()
        assert free_of(nodes[-1:], backend) == nodes[-1:]
        assert "all cards are held by others; waiting for one" in capsys.readouterr().err
        assert backend.ask({nodes[-1].id: 1}, lambda: os.environ["CUDA_VISIBLE_DEVICES"]) == ["0"]
        for group in held[:-1]:
            remove_placement_group(group)
    finally:
        backend.close()
        cluster.remove_node(with_card)


COMMANDS = """
import json, os, sys
import eval.cli, eval.cluster.cluster_run, eval.pipeline.tasks, ray
from eval.terminal.command_line import guarded

for line in sys.stdin:
    asked = json.loads(line)
    if "wait" in asked:
        print(os.waitstatus_to_exitcode(os.waitpid(asked["wait"], 0)[1]), flush=True)
        continue
    process = os.fork()
    if not process:
        os.chdir(asked["folder"])
        os.environ.update(asked["environment"])
        said = os.open(asked["said"], os.O_WRONLY | os.O_CREAT)
        os.dup2(said, 1), os.dup2(said, 2)
        sys.argv = ["evaluate", *asked["arguments"]]
        sys.exit(guarded(eval.cli.app))
    print(process, flush=True)
"""


class Commands:
    """Whole `evaluate` commands, each a process of its own, forked from one that has the libraries loaded."""

    def __init__(self) -> None:
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
        self.process = subprocess.Popen([sys.executable, "-c", COMMANDS], env=environment, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip

    def start(self, folder: Path, *arguments: object, said: str = "said", **environment: str) -> int:
        return self._ask({"folder": str(folder), "arguments": [str(a) for a in arguments], "environment": environment,
                          "said": str(folder / said)})  # fmt: skip

    def wait(self, process: int) -> int:
        return self._ask({"wait": process})

    def _ask(self, asked: dict[str, Any]) -> int:
        assert self.process.stdin and self.process.stdout
        print(json.dumps(asked), file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())


@pytest.fixture(scope="module")
def commands(token: None) -> Iterator[Commands]:
    found = Commands()
    yield found
    found.process.communicate()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 MiB, on which 64 KiB are free as long as there is a file `ballast`."""
    folder = tmp_path / "work" / "runs" / "quays"
    folder.mkdir(parents=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("only root may mount a file system")
    try:
        (folder / "ballast").write_bytes(bytes((64 << 20) - (64 << 10)))
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def wait_until(true: Callable[[], bool], seconds: float = 300.0) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def gone(process: int) -> bool:
    import psutil

    return not psutil.pid_exists(process) or psutil.Process(process).status() == psutil.STATUS_ZOMBIE


@pytest.fixture(scope="module")
def quays_alone(plans: Callable[..., list[Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    from eval.pipeline.tasks import Options
    from eval.run import evaluate

    folder = tmp_path_factory.mktemp("quays")
    with one_thread():
        evaluate(plans(folder, seeds=1)[1], ["base", "ft"], Options(retention=False))
    return folder / "quays"


def test_what_commands_leave_that_meet_a_full_disk_or_are_killed_the_next_one_ends(
    cluster: Any, commands: Commands, sets: list[Path], slow: Path, slow_alone: Path, quays_alone: Path,
    tiny_model: Path, small_disk: Path, tmp_path: Path,
) -> None:  # fmt: skip
    work, quays = tmp_path / "work", sets[1]
    run, more = work / "runs" / "slow", ("--model", tiny_model, "--embedder", EMBEDDER, "--mode", "ft",
                                         "--no-retention", "--cluster", cluster.address)  # fmt: skip

    full = commands.start(work, quays, *more)
    assert commands.wait(full) == 3
    said = (work / "said").read_text(encoding="utf-8")
    assert "no space is left in runs/quays" in said and "Traceback" not in said
    assert not (small_disk / "decision.json").exists() and not list(small_disk.glob("adapters/ft-*"))
    (small_disk / "ballast").unlink()

    shutil.copytree(
        slow_alone / "predictions", run / "predictions", ignore=lambda _, names: {n for n in names if "ft" in n}
    )
    first = commands.start(work, slow, *more, said="first")
    trainer = worker_of(run / "logs" / "train-ft.log")
    os.kill(trainer, signal.SIGSTOP)  # it comes no further, and holds what it has
    second = commands.start(work, slow, quays, *more, said="second")
    wait_until((small_disk / "report.md").is_file)  # on the other node; and in the other folder it waits for its turn
    assert results(small_disk) == results(quays_alone)
    assert "another command is at work there; waiting" in (work / "second").read_text(encoding="utf-8")
    os.kill(first, signal.SIGKILL)
    os.kill(trainer, signal.SIGCONT)
    assert commands.wait(first) == -signal.SIGKILL

    answerer = worker_of(run / "logs" / "answer-ft.log")
    os.kill(answerer, signal.SIGSTOP)
    os.kill(second, signal.SIGKILL)
    os.kill(answerer, signal.SIGCONT)
    assert commands.wait(second) == -signal.SIGKILL
    wait_until(lambda: gone(trainer) and gone(answerer))
    assert not (run / "decision.json").exists()

    third = commands.start(work, slow, quays, *more, said="third")
    assert commands.wait(third) == 0
    assert results(run) == results(slow_alone) and results(small_disk) == results(quays_alone)


def test_a_cluster_that_cannot_be_joined_is_one_line(
    cluster: Any, commands: Commands, slow: Path, slow_plan: Callable[[Path], Any], tiny_model: Path, tmp_path: Path
) -> None:
    from eval.errors import UserError

    more = ("--model", tiny_model, "--embedder", EMBEDDER, "--out", tmp_path / "run", "--cluster", cluster.address)
    assert commands.wait(commands.start(tmp_path, slow, *more, RAY_AUTH_TOKEN="f" * 64)) == 2
    announced, error = (tmp_path / "said").read_text(encoding="utf-8").splitlines()
    assert announced.startswith("cluster at") and "refused this machine's token" in error

    client = cluster.head_node.get_gcs_client()
    where, space = b"CLUSTER_METADATA", b"cluster"
    known = client.internal_kv_get(where, space)
    other = json.loads(known) | {"ray_version": "2.30.0", "python_version": "3.9.1"}
    client.internal_kv_put(where, json.dumps(other).encode(), True, space)
    try:
        with pytest.raises(UserError, match=r"the cluster has Ray 2\.30\.0 under Python 3\.9\.1, and this machine Ray"):
            over_slow(cluster, slow_plan(tmp_path / "run"))
    finally:
        client.internal_kv_put(where, known, True, space)
    assert not (tmp_path / "run").exists()


def test_a_cell_that_no_node_holds_is_refused_before_anything_is_written(
    cluster: Any, slow_plan: Callable[[Path], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eval.cluster import preflight
    from eval.errors import UserError

    monkeypatch.setattr(preflight, "PROCESS", 1e15)
    with pytest.raises(UserError, match=r"slow \S+ takes 1 CPU, 931322.* GiB, and no node has so much"):
        over_slow(cluster, slow_plan(tmp_path / "run"))
    assert not (tmp_path / "run").exists()
