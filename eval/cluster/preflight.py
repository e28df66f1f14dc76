"""Before a cell is sent: what each node has, and whether all are alike enough that results of one run agree."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.cluster.cells import Need, Node
from eval.errors import UserError, first_line
from eval.terminal.progress import say

if TYPE_CHECKING:
    from eval.cluster.ray_backend import RayBackend
    from eval.pipeline.plan import Plan

MOST_THREADS = 8
"""Of one worker on a CPU; more bring little for the batches here, and further workers bring more."""
PROCESS = 1.0 * 2**30
"""Bytes that Python, torch and the other libraries take in a worker."""
LEAST_DISK = 2**30
"""Bytes that must be free where a node keeps temporary files."""


@dataclass(frozen=True, slots=True)
class Found:
    """What preflight found."""

    nodes: tuple[Node, ...]
    need: Need
    """Of each worker."""
    arithmetic: Mapping[Path, Mapping[str, Any]]
    """Run folder -> in what the nodes compute it."""

    def words(self) -> str:
        """As the heading says it."""
        hold = sum(_held(n.room, self.need) for n in self.nodes)
        return f"{len(self.nodes)} node{'s' if len(self.nodes) != 1 else ''}, {hold} workers"


def inspect(backend: RayBackend, plans: Sequence[Plan], workers: int = 0) -> Found:
    """Ask every node what it has; raises UserError that names the node which does not fit, and what to do there."""
    nodes = backend.nodes()
    with_cards = [n for n in nodes if n.room.cards]
    used = with_cards or nodes
    mark = Path(plans[0].folder).absolute() / f".shared-{uuid.uuid4().hex}"
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    asked = {
        "folder": str(Path.cwd()), "mark": str(mark),
        "models": sorted({p.config.model for p in plans}), "embedders": sorted({p.config.embedder for p in plans}),
        "arithmetic": {
            str(p.folder): (p.config.model, p.config.dataset.finetune.method, p.config.dtype) for p in plans
        },
    }  # fmt: skip
    try:
        facts = {node.name: _asked(backend, node, asked) for node in used}
    finally:
        mark.unlink(missing_ok=True)
    own = facts_here(asked | {"arithmetic": {}})
    for name, fact in facts.items():
        _compare(name, fact, own)
    first_name, first = next(iter(facts.items()))
    for name, fact in facts.items():
        if fact["arithmetic"] != first["arithmetic"]:
            raise UserError(
                f"--cluster: {first_name} and {name} compute differently ({_unlike(first, fact)}), and results of both "
                "are not compared; give the cluster nodes of one kind"
            )
    if len(used) < len(nodes):
        say(f"{len(nodes) - len(used)} nodes have no card and get no work")
    arithmetic = {p.folder: first["arithmetic"][str(p.folder)] for p in plans}
    return Found(tuple(used), worker_need(used, plans, workers), arithmetic)


def worker_need(nodes: Sequence[Node], plans: Sequence[Plan], workers: int = 0) -> Need:
    """What each worker takes: one card with its share of the CPUs, else up to MOST_THREADS CPUs.

    On a CPU also the memory of the largest model's weights at four bytes each and of a process. All workers are alike,
    because a result on a CPU can depend on the number of threads.
    """
    if any(n.room.cards for n in nodes):
        return Need(1, max(1, min(MOST_THREADS, *(n.room.threads // n.room.cards for n in nodes))))
    threads = min(n.room.threads for n in nodes)
    threads = max(1, threads // workers) if workers else max(1, min(MOST_THREADS, threads))
    return Need(0, threads, PROCESS + max(weight_bytes(p.config.model) for p in plans))


def weight_bytes(model: str) -> float:
    """Bytes of a model's weights at four each, from the sizes of its files, which hold two."""
    from eval.model.model_files import locate_model

    return 2.0 * sum(f.stat().st_size for f in locate_model(model).glob("*.safetensors"))


def facts_here(asked: dict[str, Any]) -> dict[str, Any]:
    """What this machine has of all that is asked; what is missing is a sentence under `faults`."""
    faults = []
    folder = Path(asked["folder"])
    if not folder.is_dir():
        faults.append(f"{folder} is not there; the folder that the command is run in has to be shared by all nodes")
    else:
        os.chdir(folder)
        if not Path(asked["mark"]).exists():
            faults.append(f"{Path(asked['mark']).parent} is another folder there; the run folders have to be shared")
    free = shutil.disk_usage(os.environ.get("TMPDIR", "/tmp")).free
    if free < LEAST_DISK:
        faults.append(f"{free / 2**20:.0f} MiB are free for temporary files; free {LEAST_DISK / 2**30:.0f} GiB")
    found: dict[str, Any] = {"python": platform.python_version(), "packages": packages(), "code": code(), "models": {}}
    arithmetic = {}
    if not faults:
        for name in asked["models"]:
            try:
                found["models"][name] = _model(name)
            except UserError as error:
                faults.append(first_line(error))
    if not faults:
        arithmetic = {run: _arithmetic(*how) for run, how in asked["arithmetic"].items()}
    return found | {"faults": faults, "arithmetic": arithmetic}


def packages() -> dict[str, str]:
    """The packages that results depend on, with their versions."""
    from eval.model.arithmetic import LIBRARIES
    from rag.index import LIBRARIES as INDEXING

    return {name: metadata.version(name) for name in sorted({*LIBRARIES, *INDEXING, "ray", "numpy"})}


def code() -> str:
    """A digest of our own modules, the tests aside."""
    from eval.files import file_digest, fingerprint

    root = Path(__file__).resolve().parents[2]
    files = sorted(f for p in ("eval", "rag", "finetune") for f in (root / p).rglob("*.py"))
    return fingerprint([(str(f.relative_to(root)), file_digest(f)) for f in files])


def _asked(backend: RayBackend, node: Node, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return dict(backend.ask(node.id, facts_here, asked, cards=1 if node.room.cards else 0))
    except TimeoutError as error:
        raise UserError(f"--cluster: node {node.name}: {error}; is all of it taken by others?") from None
    except Exception as error:  # whatever an unlike environment raises when our modules are imported there
        raise UserError(
            f"--cluster: node {node.name}: {first_line(error)}; install the same packages there (constraints.txt)"
        ) from error


def _compare(name: str, fact: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    for fault in fact["faults"]:
        raise UserError(f"--cluster: node {name}: {fault}")
    if fact["python"].rpartition(".")[0] != own["python"].rpartition(".")[0]:
        raise UserError(f"--cluster: node {name} has Python {fact['python']}, and this machine {own['python']}")
    for package, version in own["packages"].items():
        if (there := fact["packages"].get(package)) != version:
            raise UserError(
                f"--cluster: node {name} has {package} {there or 'not installed'}, and this machine {version}; "
                f"pip install {package}=={version} there"
            )
    if fact["code"] != own["code"]:
        raise UserError(f"--cluster: node {name} has another version of this toolkit; install the same one there")
    for model, digest in own["models"].items():
        if fact["models"].get(model) != digest:
            raise UserError(f"--cluster: node {name} has other files of --model {model}; copy them there from here")


def _model(name: str) -> str:
    from eval.model.model_files import locate_model, model_fingerprint

    return model_fingerprint(locate_model(name))


def _arithmetic(model: str, method: Any, dtype: Any) -> dict[str, Any]:
    from eval.model.arithmetic import arithmetic_here, to_record
    from eval.model.model_files import locate_model

    return to_record(arithmetic_here(locate_model(model), method, dtype))


def _unlike(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    run = next(r for r in one["arithmetic"] if one["arithmetic"][r] != other["arithmetic"][r])
    pairs = ((k, one["arithmetic"][run][k], other["arithmetic"][run][k]) for k in one["arithmetic"][run])
    return ", ".join(f"{k} {a} and {b}" for k, a, b in pairs if a != b)


def _held(room: Need, need: Need) -> int:
    cards = room.cards // need.cards if need.cards else sys.maxsize
    memory = int(room.memory // need.memory) if need.memory else sys.maxsize
    return min(cards, room.threads // max(1, need.threads), memory)
