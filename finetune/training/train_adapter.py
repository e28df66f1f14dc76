"""Training one adapter of a run: its rows checked, its curves kept, its folder written whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.arms.modes import Adapter
from eval.model.arithmetic import to_record
from eval.model.memory import peak_megabytes, reset_peak
from eval.terminal.progress import say
from finetune.adapter import is_complete, read_failure, save_adapter, write_failure
from finetune.data.replay_rows import replay_rows
from finetune.data.row import Row
from finetune.training.divergence import Diverged
from finetune.training.health import Health, diverged, judge
from finetune.training.training_state import Progress, Watchers, train_settings

if TYPE_CHECKING:
    from eval.arms.resources import Setup


def train_adapter(setup: Setup, name: Adapter) -> Path:
    """Train an adapter into the run folder unless it is there; returns its folder.

    Under `accelerate launch` all processes call this; the first one reads, checks and writes for all.
    """
    from finetune.training.distributed import world
    from finetune.training.train import train

    folder, here = setup.adapter_folder(name), world()
    if here.from_main(lambda: is_complete(folder)):
        return folder
    if failure := here.from_main(lambda: read_failure(folder)):
        raise Diverged(failure["message"])
    rows, held_back = here.from_main(lambda: _checked_rows(setup, name))
    checkpoint = folder.with_name(f".{folder.name}.checkpoint")
    reset_peak()
    settings = train_settings(setup.run_config, name)
    try:
        with _watchers(setup, name, folder) as watchers:
            progress = train(setup.base, name, rows, held_back, settings, checkpoint, watchers)
    except Diverged as error:
        setup.base.drop_adapter(name)
        if here.main:
            write_failure(folder, str(error), diverged(name, str(error), settings, error.progress))
            checkpoint.unlink(missing_ok=True)
        raise
    if here.main:
        health = judge(name, rows, settings, progress)
        if health.fix:
            say(f"warning: {health.line()}")
        manifest = _manifest(setup, name, progress, health, len(rows), len(held_back))
        save_adapter(setup.base, name, folder, manifest, progress.history)
        checkpoint.unlink(missing_ok=True)
    here.from_main(lambda: None)  # the others wait until the folder is there
    return folder


def _checked_rows(setup: Setup, name: Adapter) -> tuple[list[Row], list[Row]]:
    setup.check_adapter(name)
    rows, held_back = setup.training_rows(name)
    return rows + replay_rows(setup, sum(r.kind == "reply" for r in rows)), held_back


@contextmanager
def _watchers(setup: Setup, name: Adapter, folder: Path) -> Iterator[Watchers]:
    """Who looks on while the adapter is trained, as dataset.yaml wants."""
    from finetune.training.distributed import world
    from finetune.training.tracking import Trackers

    finetune = setup.config.finetune
    settings = finetune.identity() | {"learning_rate": setup.run_config.learning_rate(name)}
    trackers = Trackers(finetune.report_to if world().main else (), folder.name, setup.run / "trackers", settings)
    try:
        yield Watchers(_retention(setup, name) if finetune.watch_retention else None, trackers.log)
    finally:
        trackers.close()


def _retention(setup: Setup, name: Adapter) -> Callable[[], float]:
    from eval.retention.forgetting import share_right
    from eval.retention.tasks import find_battery, read_battery

    battery = read_battery(find_battery(setup.config.retention.battery, setup.dataset.path))
    return lambda: share_right(setup.base, name, battery)


def _manifest(
    setup: Setup, name: Adapter, progress: Progress, health: Health, rows: int, held_back: int
) -> dict[str, Any]:
    finetune = setup.config.finetune
    return {
        "fingerprint": setup.identity.adapter(name),
        "recipe": setup.identity.recipe(name),
        "parts": dict(setup.identity.training[name]),
        "made_on": to_record(setup.identity.arithmetic),
        "base": setup.identity.files,
        "base_model": setup.run_config.model,
        "base_weights": setup.base.rung.name,
        "base_weights_reasons": list(setup.base.rung.reasons),
        "prompt": setup.identity.prompt,
        "data": setup.dataset.config.name,
        "settings": finetune.model_dump() | {"learning_rate": setup.run_config.learning_rate(name)},
        "seed": setup.run_config.seed,
        "rows": rows,
        "held_back": held_back,
        "steps": progress.step,
        "best_step": progress.kept,
        "health": asdict(health),
        "seconds": round(progress.seconds, 3),
        "tokens": progress.tokens,
        "peak_memory_mb": peak_megabytes(),
        "losses": progress.losses,
        "validation": progress.validation,
    }
