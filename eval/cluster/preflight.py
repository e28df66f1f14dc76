"""Before a cell is sent: what each node has, and whether all are alike enough that results of one run agree."""

from __future__ import annotations

import math
import os
import platform
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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
CARD_SHARE = 0.7
"""Of a card's memory that weights may take, so that gradients, or keys and values, fit beside them."""
WAIT_SECONDS = 2.0
"""How often it is looked for a free card where all are held."""
LEAST_DISK = 2**30
"""Bytes that must be free where a node keeps temporary files."""


@dataclass(frozen=True, slots=True)
class Found:
    """What preflight found."""

    nodes: tuple[Node, ...]
    need: Need
    """Of each worker."""
    facts: Mapping[str, Any]
    """Of the first node, to which all others are alike."""
    asked: Mapping[str, Any]

    def words(self) -> str:
        """As the heading says it."""
        hold = sum(self.need.times(n.room) for n in self.nodes)
        return f"{len(self.nodes)} node{'s' if len(self.nodes) != 1 else ''}, {hold} workers"

    def arithmetic(self, plan: Plan) -> Mapping[str, Any]:
        """In what the nodes compute a run."""
        return dict(self.facts["arithmetic"][str(plan.folder)])

    def takes(self, backend: RayBackend, node: Node) -> bool | None:
        """Whether a node that has joined since may take part; one that may not is named, with the reason.

        None: others hold all its cards now, so that it cannot be asked yet.
        """
        known = node.id in {n.id for n in self.nodes}
        if known or bool(node.room.cards) != bool(self.need.cards) or not node.room.threads:
            return known
        if node.room.cards and node.id in backend.held():
            return None
        try:
            with _marked(self.asked):
                ((_, fact),) = _asked(backend, [node], self.asked)
            _compare(node.name, fact, self.facts)
            _compare_arithmetic(node.name, fact, self.facts)
        except UserError as error:
            say(f"warning: {error}; it gets no work")
            return False
        return True


def inspect(backend: RayBackend, plans: Sequence[Plan], workers: int = 0) -> Found:
    """Ask every node what it has; raises UserError that names the node which does not fit, and what to do there."""
    nodes = [n for n in backend.nodes() if n.room.threads]
    used = [n for n in nodes if n.room.cards] or nodes
    if not used:
        raise UserError("--cluster: no node has a CPU to give; see `ray status`")
    asked = {
        "folder": str(Path.cwd()), "mark": str(plans[0].folder.absolute() / f".shared-{uuid.uuid4().hex}"),
        "models": sorted({p.config.model for p in plans}),
        "arithmetic": {
            str(p.folder): (p.config.model, p.config.dataset.finetune.method, p.config.dtype) for p in plans
        },
    }  # fmt: skip
    with _marked(asked):
        facts = _asked(backend, free_of(used, backend), asked)
        own = facts_here(asked | {"arithmetic": {}})
    first = facts[0][1]
    for node, fact in facts:
        _compare(node.name, fact, own)
        _compare_arithmetic(node.name, fact, first)
    if len(used) < len(nodes):
        say(f"{len(nodes) - len(used)} nodes have no card and get no work")
    used = [node for node, _ in facts]
    return Found(tuple(used), worker_need(used, plans, first["card_memory"], workers), first, asked)


def free_of(nodes: Sequence[Node], backend: RayBackend) -> list[Node]:
    """The nodes that can be asked now; waits until one can. A question takes a card where there are some."""
    waited = False
    while not (free := [n for n in nodes if not n.room.cards or n.id not in backend.held()]):
        if not waited:
            say("--cluster: all cards are held by others; waiting for one")
        waited = True
        time.sleep(WAIT_SECONDS)
    return free


@contextmanager
def _marked(asked: Mapping[str, Any]) -> Iterator[None]:
    """Inside, there is a file in the run folder by which a node can tell that it sees the same folder."""
    mark = Path(asked["mark"])
    new = not mark.parent.exists()
    try:
        mark.parent.mkdir(parents=True, exist_ok=True)
        try:
            mark.touch()
            yield
        finally:
            mark.unlink(missing_ok=True)
            if new:
                mark.parent.rmdir()
    except OSError as error:
        if error.filename not in (str(mark), str(mark.parent)):
            raise
        raise UserError(f"{mark.parent}: {(error.strerror or '').lower()}; the run is written there") from None


def worker_need(nodes: Sequence[Node], plans: Sequence[Plan], card: float = 0.0, workers: int = 0) -> Need:
    """What each worker takes: as many cards as hold the weights, else up to MOST_THREADS CPUs and the memory for them.

    `card` is the memory of one in bytes. All workers are alike, because a result on a CPU can depend on the number of
    threads.
    """
    weights = max(weight_bytes(p.config.model) for p in plans)
    with_cards = [n for n in nodes if n.room.cards]
    if with_cards:
        cards = max(1, math.ceil(weights / (CARD_SHARE * card))) if card else 1
        threads = min(cards * n.room.threads // n.room.cards for n in with_cards)
        return Need(cards, max(1, min(MOST_THREADS, threads)))
    threads = min(n.room.threads for n in nodes)
    threads = threads // workers if workers else min(MOST_THREADS, threads)
    return Need(0, max(1, threads), PROCESS + 2 * weights)


def weight_bytes(model: str) -> float:
    """Bytes of a model's weights as they lie on disk: mostly two each; float32, as on a CPU, takes twice that."""
    from eval.model.model_files import locate_model

    return float(sum(f.stat().st_size for f in locate_model(model).glob("*.safetensors")))


def facts_here(asked: Mapping[str, Any]) -> dict[str, Any]:
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
    return found | {"faults": faults, "arithmetic": arithmetic, "card_memory": card_memory()}


def card_memory() -> float:
    """Bytes of the first card that this process sees; 0 where it sees none."""
    if not os.environ.get("CUDA_VISIBLE_DEVICES"):
        return 0.0
    import torch

    return float(torch.cuda.get_device_properties(0).total_memory) if torch.cuda.is_available() else 0.0


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


def _asked(backend: RayBackend, nodes: Sequence[Node], asked: Mapping[str, Any]) -> list[tuple[Node, dict[str, Any]]]:
    """(node, facts) of each node that is still there; raises UserError where one does not answer, and of none."""
    found = []
    for node, said in zip(
        nodes, backend.ask({n.id: min(1, n.room.cards) for n in nodes}, facts_here, asked), strict=True
    ):
        if isinstance(said, ConnectionError):
            say(f"warning: --cluster: node {node.name} {said}; it gets no work")
            continue
        if isinstance(said, TimeoutError):
            raise UserError(f"--cluster: node {node.name}: {said}; is all of it taken by others?")
        if isinstance(said, Exception):
            raise UserError(
                f"--cluster: node {node.name}: {first_line(said)}; install the same packages there (constraints.txt)"
            )
        found.append((node, dict(said)))
    if not found:
        raise UserError("--cluster: every node has left the cluster; see `ray status`")
    return found


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


def _compare_arithmetic(name: str, fact: Mapping[str, Any], first: Mapping[str, Any]) -> None:
    if fact["arithmetic"] != first["arithmetic"]:
        raise UserError(
            f"--cluster: node {name} computes otherwise than the others ({_unlike(fact, first)}), and results of both "
            "are not compared; give the cluster nodes of one kind"
        )


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
