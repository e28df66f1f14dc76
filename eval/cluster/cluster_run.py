"""Several data sets over the workers of a cluster: from their plans to their decisions."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from eval.cluster.backend import Order
from eval.cluster.cells import Group
from eval.cluster.cluster_address import Address
from eval.cluster.cluster_executor import ClusterExecutor
from eval.cluster.outcome import Outcome
from eval.cluster.preflight import inspect
from eval.cluster.ray_backend import RayBackend
from eval.errors import UserError
from eval.files import fingerprint
from eval.model.arithmetic import from_record, to_record
from eval.pipeline.graph import Task
from eval.pipeline.plan import Plan
from eval.pipeline.selection import left_to_ask
from eval.pipeline.tasks import Options, Work
from eval.run import begin
from eval.terminal.progress import say

LOGS = "logs"
"""In a run folder: what each cell said, one file a cell."""


def evaluate_on(address: Address, plans: Sequence[Plan], modes: Sequence[str], options: Options) -> Outcome:
    """Evaluate every plan on the workers of a cluster; a cell that fails stops only what needs it.

    Raises UserError, before anything is sent, for a run that cannot be spread, nodes that do not fit it or each other,
    and cells that no node holds.
    """
    for plan in plans:
        if plan.config.dataset.endpoint:
            raise UserError("--cluster: a served model is asked over the network, from one machine; drop --cluster")
    say(address.words())
    backend = RayBackend(address=address.named, workers=address.workers, cards=address.cards)
    with ExitStack() as ending:
        ending.callback(backend.close)
        found = inspect(backend, plans, address.workers)
        works: dict[str, Work] = {}
        groups = []
        for plan in plans:
            work = begin(plan.on(from_record(found.arithmetic(plan))), modes, options)
            ending.callback(work.close)
            name = plan.config.dataset.name
            works[name] = work
            groups.append(Group(name, tuple(work.tasks()), found.need, base_of(work.plan)))
        execute = ClusterExecutor(
            backend, lambda group, task: order(group, task, works[group]), fit=lambda node: found.takes(backend, node)
        )
        outcome = execute.run(f"{len(plans)} data sets on {found.words()}" if len(plans) > 1 else
                           f"{plans[0].config.dataset.name}: on {found.words()}", groups)  # fmt: skip
    if isinstance(outcome.error, UserError) and "done" not in outcome.states.values():
        raise outcome.error  # wrong data in every set: nothing was begun
    for line in dict.fromkeys(line for plan in plans for line in left_to_ask(plan.dataset, modes)):
        say(line)
    return outcome


def order(group: str, task: Task, work: Work) -> Order:
    """What a worker is told of a task of a run."""
    plan = work.plan
    return Order(
        cell=f"{group} {task.name}", task=task.name, run=str(plan.folder), modes=tuple(work.modes),
        arithmetic=to_record(plan.identity.arithmetic), plan=plan.fingerprint(), retention=work.options.retention,
        log=str(log_file(plan.folder, task.name)), folder=str(Path.cwd()),
    )  # fmt: skip


def log_file(run: Path, task: str) -> Path:
    """Where a worker writes what a task says."""
    return run / LOGS / f"{task.replace('/', '-')}.log"


def base_of(plan: Plan) -> str:
    """A name of the base as it is loaded: runs with one such can share it."""
    return fingerprint(plan.identity.model, plan.config.model, plan.config.dataset.finetune.method, plan.config.dtype)
