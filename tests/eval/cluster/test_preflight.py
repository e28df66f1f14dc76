"""What is asked of nodes, and what is said of those that do not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eval.cluster import preflight
from eval.cluster.cells import Need, Node
from eval.cluster.preflight import facts_here, worker_need
from eval.errors import UserError

GIB = 2.0**30


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mark").touch()
    return {"folder": str(tmp_path), "mark": str(tmp_path / "mark"), "models": [], "arithmetic": {}}


def test_a_node_that_sees_another_folder_or_no_such_model_says_so(asked: dict[str, Any]) -> None:
    assert facts_here(asked)["faults"] == []
    (fault,) = facts_here(asked | {"folder": "/nowhere/at/all"})["faults"]
    assert "/nowhere/at/all is not there" in fault and "shared by all nodes" in fault
    (fault,) = facts_here(asked | {"mark": str(Path(asked["folder"]) / "other")})["faults"]
    assert "another folder" in fault
    (fault,) = facts_here(asked | {"models": ["/no/model/here"]})["faults"]
    assert "/no/model/here" in fault


def test_a_full_disk_is_seen_before_work_is_sent(asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda _: SimpleNamespace(free=2**20))
    assert "1 MiB are free" in facts_here(asked)["faults"][0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f["packages"].update(torch="1.0"), r"node n has torch 1\.0, and this machine .*pip install torch=="),
        (lambda f: f["packages"].pop("ray"), "node n has ray not installed"),
        (lambda f: f.update(python="3.9.1"), r"node n has Python 3\.9\.1"),
        (lambda f: f.update(code="other"), "node n has another version of this toolkit"),
        (lambda f: f.update(models={"m": "2"}), "node n has other files of --model m"),
        (lambda f: f.update(faults=["no room"]), "node n: no room"),
    ],
)
def test_a_node_that_differs_is_named_with_the_fix(
    asked: dict[str, Any], change: Callable[[dict[str, Any]], Any], said: str
) -> None:
    own = facts_here(asked) | {"models": {"m": "1"}}
    there = own | {"packages": dict(own["packages"])}
    preflight._compare("n", there, own)
    change(there)
    with pytest.raises(UserError, match=said):
        preflight._compare("n", there, own)


def test_nodes_that_compute_differently_are_not_mixed() -> None:
    one = {"arithmetic": {"run": {"device": "cuda", "dtype": "bfloat16"}}}
    other = {"arithmetic": {"run": {"device": "cpu", "dtype": "bfloat16"}}}
    with pytest.raises(UserError, match=r"node n computes otherwise than the others \(device cpu and cuda\)"):
        preflight._compare_arithmetic("n", other, one)


def test_what_a_worker_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    plans: list[Any] = [SimpleNamespace(config=SimpleNamespace(model="m"))]
    monkeypatch.setattr(preflight, "weight_bytes", lambda _: 16 * GIB)
    cards = [Node("a", "a", Need(4, 32)), Node("b", "b", Need(8, 32))]
    assert worker_need(cards, plans, 80 * GIB) == Need(1, 4)
    assert worker_need(cards, plans, 16 * GIB) == Need(2, 8)  # 16 / (0.7 x 16): two cards hold it
    assert worker_need([Node("a", "a", Need(0, 64))], plans) == Need(0, 8, 33 * GIB)
    assert worker_need([Node("a", "a", Need(0, 6))], plans, workers=4).threads == 1
    assert worker_need([Node("a", "a", Need(0, 8))], plans, workers=2).threads == 4


def test_a_node_that_leaves_while_it_is_asked_gets_no_work(capsys: pytest.CaptureFixture[str]) -> None:
    nodes = [Node(name, f"name-{name}", Need(threads=2)) for name in ("a", "b")]
    gone = ConnectionError("has left the cluster")
    both = SimpleNamespace(ask=lambda *_: [gone, {"python": "3"}])
    assert preflight._asked(both, nodes, {}) == [(nodes[1], {"python": "3"})]  # type: ignore[arg-type]
    assert "node name-a has left the cluster; it gets no work" in capsys.readouterr().err
    with pytest.raises(UserError, match="every node has left"):
        preflight._asked(SimpleNamespace(ask=lambda *_: [gone, gone]), nodes, {})  # type: ignore[arg-type]
