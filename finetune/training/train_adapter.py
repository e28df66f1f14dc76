"""Training one adapter of a run: its rows checked, its curves kept, its folder written whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.analysis.training_health import Health
from eval.model.arithmetic import to_record
from eval.model.memory import peak_megabytes, reset_peak
from eval.strategies import Adapter
from eval.terminal.progress import say
from finetune.adapter import is_complete, read_failure, write_failure
from finetune.data.replay_rows import replay_rows
from finetune.data.row import Row
from finetune.data.training_rows import training_rows
from finetune.training.check_rows import refuse_faults
from finetune.training.divergence import Diverged
from finetune.training.health import diverged, judge
from finetune.training.local_trainer import TRAINERS
from finetune.training.requirements import expect_training
from finetune.training.trainer import TrainerKind
from finetune.training.training_state import Progress, Watchers, train_settings
from reports.wording.health_sentence import health_sentence

if TYPE_CHECKING:
    from eval.arms.resources import Resources


def train_adapter(resources: Resources, name: Adapter) -> Path:
    """Train an adapter into the run folder unless it is there; returns its folder.

    Under `accelerate launch` all processes call this; the first one reads, checks and writes for all.
    """
    from finetune.training.distributed import world

    folder, here = resources.adapter_folder(name), world()
    if here.from_main(lambda: is_complete(folder)):
        return folder
    if failure := here.from_main(lambda: read_failure(folder)):
        raise Diverged(failure["message"])
    rows, held_back = here.from_main(lambda: _checked_rows(resources, name))
    checkpoint = folder.with_name(f".{folder.name}.checkpoint")
    reset_peak()
    settings, trainer = train_settings(resources.run_config, name), trainer_kind(resources).make(resources)
    try:
        with _watchers(resources, name, folder) as watchers:
            progress = trainer.fit(name, rows, held_back, settings, checkpoint, watchers)
    except Diverged as error:
        trainer.drop(name)
        if here.main:
            write_failure(folder, str(error), diverged(name, str(error), settings, error.progress))
            checkpoint.unlink(missing_ok=True)
        raise
    if here.main:
        health = judge(name, rows, settings, progress)
        if health.remedy:
            say(f"warning: {health_sentence(health)}")
        manifest = _manifest(resources, name, trainer.made_on(), progress, health, len(rows), len(held_back))
        trainer.save(name, folder, manifest, progress.history)
        checkpoint.unlink(missing_ok=True)
    here.from_main(lambda: None)  # the others wait until the folder is there
    return folder


def trainer_kind(resources: Resources) -> TrainerKind:
    """What trains the adapters of a data set."""
    return TRAINERS[resources.config.finetune.trainer]


def check_adapter(resources: Resources, name: Adapter) -> None:
    """Raise UserError when an adapter that has yet to be trained would learn from wrong rows, or fits no memory.

    Says how long training will take, unless the base is loaded already.
    """
    if not is_complete(resources.adapter_folder(name)):
        refuse_faults(resources, name)
        if not resources.loaded and trainer_kind(resources).loads:
            expect_training(resources, name)


def _checked_rows(resources: Resources, name: Adapter) -> tuple[list[Row], list[Row]]:
    check_adapter(resources, name)
    rows, held_back = training_rows(resources, name)
    return rows + replay_rows(resources, sum(r.kind == "reply" for r in rows)), held_back


@contextmanager
def _watchers(resources: Resources, name: Adapter, folder: Path) -> Iterator[Watchers]:
    """Who looks on while the adapter is trained, as dataset.yaml wants."""
    from finetune.training.distributed import world
    from finetune.training.tracking import Trackers

    finetune = resources.config.finetune
    settings = finetune.identity() | {"learning_rate": resources.run_config.learning_rate(name)}
    trackers = Trackers(finetune.report_to if world().main else (), folder.name, resources.run / "trackers", settings)
    try:
        yield Watchers(_retention(resources, name) if finetune.watch_retention else None, trackers.log)
    finally:
        trackers.close()


def _retention(resources: Resources, name: Adapter) -> Callable[[], float]:
    from eval.retention.benchmark import find_battery, read_battery
    from eval.retention.forgetting import share_right
    from eval.retention.weights import LoadedWeights

    battery = read_battery(find_battery(resources.config.retention.battery, resources.dataset.path))
    return lambda: share_right(LoadedWeights(resources.base, name), battery)


def _manifest(
    resources: Resources, name: Adapter, made_on: dict[str, Any], progress: Progress, health: Health, rows: int,
    held_back: int,
) -> dict[str, Any]:  # fmt: skip
    finetune = resources.config.finetune
    return {
        "fingerprint": resources.identity.adapter(name),
        "recipe": resources.identity.recipe(name),
        "parts": dict(resources.identity.training[name]),
        "made_on": to_record(resources.identity.arithmetic),
        "base": resources.identity.files,
        "base_model": resources.run_config.model,
        **made_on,
        "prompt": resources.identity.prompt,
        "data": resources.dataset.config.name,
        "settings": finetune.model_dump() | {"learning_rate": resources.run_config.learning_rate(name)},
        "seed": resources.run_config.seed,
        "rows": rows,
        "held_back": held_back,
        "steps": progress.step,
        "best_step": progress.kept,
        "health": asdict(health),
        "seconds": round(progress.seconds, 3),
        "work": round(progress.work, 3),
        "tokens": progress.tokens,
        "peak_memory_mb": peak_megabytes(),
        "losses": progress.losses,
        "validation": progress.validation,
    }
