"""A sweep over learning rates, judged on the held-back groups: Optuna proposes, whole trainings answer.

Every trial is a training as any other, kept under its own fingerprint, so that an interrupted sweep goes on where it
was, and the best trial's adapter is the run's adapter. sweep.json in the run folder holds the table and the choice.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.errors import UserError, need
from eval.files import write_json
from eval.pipeline.swept_rates import SWEEP, read_sweep
from eval.strategies import Adapter
from eval.terminal.command_line import print_table
from finetune.adapter import read_training
from finetune.data.training_rows import training_rows
from finetune.training.divergence import Diverged
from finetune.training.train_adapter import train_adapter

if TYPE_CHECKING:
    from eval.arms.resources import Resources
    from eval.pipeline.plan import Plan

FIRST = (1.0, 3.0, 1 / 3)
"""Of the data set's rate: the trials that come before Optuna's own."""
RANGE = 30.0
"""The sweep looks between the data set's rate divided and multiplied by this."""


def sweep(resources: Resources, name: Adapter, trials: int, planned: Callable[[dict[str, float]], Plan]) -> Path:
    """Train an adapter at `trials` learning rates, keep the one of the lowest held-out loss, and return its folder.

    `planned` gives the run with other rates. Raises UserError without Optuna, or without held-back rows.
    """
    need("optuna", why="--sweep")
    from finetune.training.distributed import world

    here = world()
    if not here.from_main(lambda: bool(training_rows(resources, name)[1])):
        raise UserError(
            f"{resources.dataset.path}: --sweep is judged on held-back rows and there are none; add a dev.jsonl, or 20 "
            "rows or more to train.jsonl"
        )
    there = set((resources.run / "adapters").glob(f"{name}-*"))
    table: list[dict[str, Any]] = []

    def trial(rate: float) -> float | None:
        plan = planned({name: rate})
        seeded = resources.with_seed(plan.config, plan.identity)
        try:
            folder = train_adapter(seeded, name)
        except Diverged as error:
            table.append({"learning_rate": rate, "held_out_loss": None, "reason": str(error), "folder": None})
            return None
        known = here.from_main(lambda: read_training(folder))
        loss = float(dict(map(tuple, known["validation"]))[known["best_step"]])
        table.append({"learning_rate": rate, "held_out_loss": loss, "steps": known["best_step"],
                      "seconds": known["seconds"], "folder": folder.name})  # fmt: skip
        return loss

    _propose(resources.config.finetune.learning_rate or 0.0, resources.run_config.seed, trials, trial)
    done = [t for t in table if t["held_out_loss"] is not None]
    if not done:
        raise UserError(f"{resources.dataset.path}: training diverged at every rate of the sweep; lower learning_rate")
    best = min(done, key=lambda t: (t["held_out_loss"], t["learning_rate"]))
    if here.main:
        _show(name, table, best)
        kept = {resources.run / "adapters" / best["folder"], *there}
        _remove_others(resources.run / "adapters", name, kept)
        key = planned({name: 0.0}).identity.recipe(name)
        chosen = {"of": key, "learning_rate": best["learning_rate"], "trials": table}
        write_json(resources.run / SWEEP, read_sweep(resources.run) | {name: chosen})
    return resources.run / "adapters" / str(best["folder"])


def _propose(start: float, seed: int, trials: int, answer: Callable[[float], float | None]) -> None:
    """Ask `answer` at so many rates: the start, thrice and a third of it, then where Optuna's TPE looks next."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(n_startup_trials=len(FIRST), seed=seed))
    for factor in FIRST:
        study.enqueue_trial({"learning_rate": start * factor})
    for _ in range(trials):
        asked = study.ask()
        rate = float(f"{asked.suggest_float('learning_rate', start / RANGE, start * RANGE, log=True):.3g}")
        loss = answer(rate)
        study.tell(asked, loss, state=optuna.trial.TrialState.FAIL if loss is None else None)


def _show(name: str, table: list[dict[str, Any]], best: dict[str, Any]) -> None:
    rows = [
        [f"{t['learning_rate']:.3g}" + (" *" if t is best else ""),
         "diverged" if t["held_out_loss"] is None else f"{t['held_out_loss']:.4f}",
         str(t.get("steps", "")), f"{t['seconds']:.0f}" if "seconds" in t else ""]
        for t in sorted(table, key=lambda t: t["learning_rate"])
    ]  # fmt: skip
    print_table(([f"learning rate of {name}", "held-out loss", "steps", "seconds"], rows))


def _remove_others(adapters: Path, name: str, kept: set[Path]) -> None:
    for folder in [*adapters.glob(f"{name}-*"), *adapters.glob(f".{name}-*.checkpoint")]:
        if folder not in kept:
            shutil.rmtree(folder) if folder.is_dir() else folder.unlink()
