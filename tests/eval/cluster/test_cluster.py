"""Runs over real Ray workers: two nodes on this machine, with the results of a run in one process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.component

EMBEDDER = "all-minilm-l6-v2"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
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
