"""The `finetune` command."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.config import DEFAULT_EMBEDDER, DEFAULT_MODEL
from eval.errors import UserError
from eval.terminal import guarded

if TYPE_CHECKING:
    from eval.modes import Adapter
    from eval.setup import Setup

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)

ADAPTERS: tuple[Adapter, ...] = ("ft", "hybrid")


@app.callback()
def finetune() -> None:
    """Train adapters on a data set."""


DatasetArgument = Annotated[str, typer.Argument(help="Data set folder, or a name below datasets/.")]
AdapterOption = Annotated[
    list[str] | None,
    typer.Option("--adapter", help="ft (closed-book) or hybrid (with passages); repeatable. Default: both."),
]
ModelOption = Annotated[str, typer.Option("--model", help="Base model: a Hugging Face id or a local folder.")]
EmbedderOption = Annotated[str, typer.Option("--embedder", help="Embedder: a Hugging Face id or a local folder.")]
SeedOption = Annotated[
    int, typer.Option("--seed", help="Of the adapter's start, the order of rows and what is held back.")
]
OutOption = Annotated[Path | None, typer.Option("--out", help="Run folder; default runs/<data set name>.")]


@app.command()
def check(
    dataset: DatasetArgument,
    adapter: AdapterOption = None,
    model: ModelOption = DEFAULT_MODEL,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
    seed: SeedOption = 0,
    out: OutOption = None,
) -> None:
    """Look at the training rows, and say what training would take, before any training."""
    from eval.run import locked
    from finetune.check import check_training

    setup, names = _setup(dataset, adapter, model, embedder, seed, out)
    if "hybrid" not in names:
        check_training(setup, names)
        return
    with locked(setup.run):  # the index is built there, and kept
        check_training(setup, names)


@app.command()
def train(
    dataset: DatasetArgument,
    adapter: AdapterOption = None,
    model: ModelOption = DEFAULT_MODEL,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
    seed: SeedOption = 0,
    out: OutOption = None,
    sweep: Annotated[
        int | None,
        typer.Option("--sweep", min=2, help="Try so many learning rates; use the best on held-back rows."),
    ] = None,
) -> None:
    """Train the adapters into the run folder, where `evaluate` finds them."""
    from eval.run import locked
    from finetune.world import world

    main_process = world().main  # others, where `accelerate launch` started some, neither lock nor speak
    setup, names = _setup(dataset, adapter, model, embedder, seed, out)
    with locked(setup.run) if main_process else nullcontext():
        for name in names:
            folder = _sweep(setup, name, sweep) if sweep else setup.train_adapter(name)
            if main_process:
                typer.echo(folder)


def _sweep(setup: Setup, name: Adapter, trials: int) -> Path:
    from eval.plan import Plan, plan_run
    from finetune.sweep import sweep

    config = setup.run_config

    def planned(rates: dict[str, float]) -> Plan:
        return plan_run(
            setup.dataset.path, model=config.model, embedder=config.embedder, seed=config.seed, out=setup.run,
            learning_rates=config.learning_rates | rates,
        )  # fmt: skip

    return sweep(setup, name, trials, planned)


def _setup(
    dataset: str, adapter: list[str] | None, model: str, embedder: str, seed: int, out: Path | None
) -> tuple[Setup, list[Adapter]]:
    """The run's parts and the adapters that are meant; raises UserError for what cannot be."""
    from eval.dataset import check_corpus, resolve_dataset
    from eval.plan import plan_run
    from eval.setup import Setup

    for name in adapter or ():
        if name not in ADAPTERS:
            raise UserError(f"--adapter {name}: no such adapter; known: {', '.join(ADAPTERS)}")
    plan = plan_run(resolve_dataset(dataset), model=model, embedder=embedder, seed=seed, out=out)
    if "hybrid" in (adapter or ()) and not plan.dataset.documents:
        raise UserError(f"--adapter hybrid: {plan.dataset.path} has no corpus/ to retrieve from; add documents")
    names = [n for n in ADAPTERS if (not adapter or n in adapter) and (n == "ft" or plan.dataset.documents)]
    check_corpus(plan.dataset)
    return Setup(plan.dataset, plan.config, plan.identity, plan.folder), names


def main() -> None:
    """Run the command; a UserError is one line and exit code 2."""
    sys.exit(guarded(app))


if __name__ == "__main__":
    main()
