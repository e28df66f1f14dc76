"""One data set from its folder to the verdict: every task of the run, in this process or by another executor."""

from __future__ import annotations

from collections.abc import Sequence

from eval.analysis.economics import read_prices
from eval.pipeline.graph import Executor
from eval.pipeline.local import run_here
from eval.pipeline.mixed_results import pulled, settled
from eval.pipeline.plan import Plan
from eval.pipeline.selection import left_to_ask, modes_for
from eval.pipeline.tasks import PLAIN, Options, Work, heading
from eval.retention.benchmark import Battery, find_battery, read_battery
from eval.terminal.progress import say
from eval.verdict.decide import read_decision
from eval.verdict.decision import Decision

__all__ = ["Options", "evaluate"]


def evaluate(
    plan: Plan, modes: Sequence[str], options: Options = PLAIN, execute: Executor = run_here
) -> Decision:  # fmt: skip
    """Answer in every mode that has no current predictions, score, decide and write the report."""
    work = begin(plan, modes, options)
    try:
        execute(heading(work.plan, work.modes), work.tasks())
    finally:
        work.close()
    for line in left_to_ask(plan.dataset, modes):
        say(line)
    return read_decision(plan.folder)


def begin(plan: Plan, modes: Sequence[str], options: Options = PLAIN) -> Work:
    """The work of a run, settled with what its folder holds; nothing is written, nothing loaded."""
    read_prices(options.prices)  # like all that can be wrong, before anything is written
    wanted = modes_for(plan.dataset, modes, plan.config.dataset.endpoint)
    battery = battery_of(plan, options)
    plan = settled(plan, wanted, battery)
    for line in (*plan.notes, *pulled(plan, wanted)):
        say(line)
    return Work(plan, wanted, options, battery)


def battery_of(plan: Plan, options: Options) -> Battery | None:
    """What retention is measured on; None where it is not measured."""
    if not options.retention:
        return None
    return read_battery(find_battery(plan.config.dataset.retention.battery, plan.dataset.path))
