"""The `finetune` command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from eval.config import DEFAULT_EMBEDDER, DEFAULT_MODEL
from eval.errors import UserError
from eval.options import JsonOption, QuietOption
from eval.terminal import guarded, one_document, print_json

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)

ADAPTERS = ("ft", "hybrid")


@app.callback()
def finetune() -> None:
    """Train adapters on a data set."""


@app.command()
def train(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Data set folder, or a name below datasets/.")],
    adapter: Annotated[
        list[str] | None,
        typer.Option("--adapter", help="ft (closed-book) or hybrid (with passages); repeatable. Default: both."),
    ] = None,
    model: Annotated[str, typer.Option(help="Base model: a Hugging Face id or a local folder.")] = DEFAULT_MODEL,
    embedder: Annotated[str, typer.Option(help="Embedder: a Hugging Face id or a local folder.")] = DEFAULT_EMBEDDER,
    seed: Annotated[int, typer.Option(help="Of the adapter's start, the order of rows and what is held back.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Run folder; default runs/<data set name>.")] = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Train QLoRA adapters into the run folder, where `evaluate` finds them."""
    from eval.dataset import check_corpus, resolve_dataset
    from eval.plan import plan_run
    from eval.progress import set_quiet, steps
    from eval.run import locked
    from eval.setup import Setup
    from eval.steps import training

    set_quiet(quiet)
    for name in adapter or ():
        if name not in ADAPTERS:
            raise UserError(f"--adapter {name}: no such adapter; known: {', '.join(ADAPTERS)}")
    plan = plan_run(resolve_dataset(dataset), model=model, embedder=embedder, seed=seed, out=out)
    if "hybrid" in (adapter or ()) and not plan.dataset.documents:
        raise UserError(f"--adapter hybrid: {plan.dataset.path} has no corpus/ to retrieve from; add documents")
    names = [n for n in ADAPTERS if (not adapter or n in adapter) and (n == "ft" or plan.dataset.documents)]
    check_corpus(plan.dataset)
    with locked(plan.folder), one_document(json), steps(*training(plan, names)):
        setup = Setup(plan.dataset, plan.config, plan.identity, plan.folder)
        folders = [setup.train_adapter("ft" if name == "ft" else "hybrid") for name in names]
    if json:
        print_json([_told(folder) for folder in folders])
        return
    for folder in folders:
        typer.echo(folder)


def _told(folder: Path) -> dict[str, Any]:
    """What `--json` prints for one adapter."""
    from eval.setup import adapter_cost

    cost = adapter_cost(folder)
    kept = ("data", "base_model", "seed", "rows", "seconds", "tokens", "peak_memory_mb")
    return {"adapter": folder.name.partition("-")[0], "path": str(folder), **{k: cost[k] for k in kept}}


def main() -> None:
    """Run the command; a UserError is one line and exit code 2."""
    sys.exit(guarded(app))


if __name__ == "__main__":
    main()
