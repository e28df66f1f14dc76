"""The `finetune` command: check, train and sweep adapters; what is done with them afterwards is in `cli_share`."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eval.config import DEFAULT_EMBEDDER, DEFAULT_MODEL, Dtype
from eval.errors import UserError
from eval.strategies import ADAPTERS, Adapter
from eval.terminal.command_line import guarded, one_document, print_json
from eval.terminal.command_options import (
    DtypeOption,
    JsonOption,
    PluginOption,
    QuietOption,
    TemplateOption,
    VersionOption,
    template_arguments,
)
from finetune import cli_cloud, cli_share

if TYPE_CHECKING:
    from eval.arms.resources import Resources
    from eval.pipeline.plan import Plan

app = typer.Typer(pretty_exceptions_enable=False, no_args_is_help=True)


@app.callback()
def finetune(version: VersionOption = False) -> None:
    """Train adapters on a data set, prove them, and take them out of the workshop."""


DatasetArgument = Annotated[str, typer.Argument(metavar="DATASET", help="Data set folder, or a name below datasets/.")]
AdapterOption = Annotated[
    list[str] | None,
    typer.Option(
        "--adapter",
        help=f"{', '.join(f'{a.name} ({a.what})' for a in ADAPTERS.values())}; repeatable. Default: all.",
    ),
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
    dtype: DtypeOption = "auto",
    chat_template_kwargs: TemplateOption = None,
    plugin: PluginOption = None,
    out: OutOption = None,
) -> None:
    """Look at the training rows, and say what training would take, before any training."""
    from eval.pipeline.lock import locked
    from finetune.training.check_rows import check_training

    plan, names = _plan(
        dataset, adapter, model, embedder, seed, dtype, template_arguments(chat_template_kwargs), plugin or [], out
    )  # fmt: skip
    # With passages the index is built in the run folder, and kept.
    with locked(plan.folder) if any(ADAPTERS[n].passages for n in names) else nullcontext():
        check_training(_setup(plan), names)


@app.command()
def train(
    dataset: DatasetArgument,
    adapter: AdapterOption = None,
    model: ModelOption = DEFAULT_MODEL,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
    seed: SeedOption = 0,
    dtype: DtypeOption = "auto",
    chat_template_kwargs: TemplateOption = None,
    plugin: PluginOption = None,
    out: OutOption = None,
    sweep: Annotated[
        int | None,
        typer.Option("--sweep", min=2, help="Try so many learning rates; use the best on held-back rows."),
    ] = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Train the adapters into the run folder, where `evaluate` finds them."""
    from eval.pipeline.local import run_here
    from eval.pipeline.lock import locked
    from eval.pipeline.run_config import write_run_config
    from eval.pipeline.tasks import Work, training_heading
    from eval.terminal.progress import set_quiet
    from finetune.training.distributed import world

    main_process = world().main  # others, where `accelerate launch` started some, neither lock nor speak
    set_quiet(quiet or not main_process)
    plan, names = _plan(
        dataset, adapter, model, embedder, seed, dtype, template_arguments(chat_template_kwargs), plugin or [], out
    )  # fmt: skip
    locking = locked(plan.folder) if main_process else nullcontext()
    work, swept = Work(plan), dict[str, Path]()

    def try_rates(name: Adapter) -> None:
        swept[name] = _sweep(work.resources, name, sweep or 0)

    with locking, one_document(json):
        if main_process and not (plan.folder / "config.yaml").is_file():  # a run that `push` and `merge` can read
            write_run_config(plan.folder / "config.yaml", plan.config)
        run_here(training_heading(plan), work.training(names, try_rates if sweep else None))
    folders = [swept.get(name) or work.resources.adapter_folder(name) for name in names]
    if main_process and json:
        print_json([_report_of(folder) for folder in folders])
    elif main_process:
        for folder in folders:
            typer.echo(folder)


def _report_of(folder: Path) -> dict[str, Any]:
    """What `--json` prints for one adapter."""
    from eval.analysis.costs import adapter_cost

    cost = adapter_cost(folder)
    kept = ("data", "base_model", "seed", "rows", "seconds", "tokens", "peak_memory_mb")
    return {"adapter": folder.name.partition("-")[0], "path": str(folder), **{k: cost[k] for k in kept}}


def _sweep(resources: Resources, name: Adapter, trials: int) -> Path:
    from eval.pipeline.plan import plan_run
    from finetune.training.sweep import sweep

    config = resources.run_config

    def planned(rates: dict[str, float]) -> Plan:
        return plan_run(
            resources.dataset.path, model=config.model, embedder=config.embedder, seed=config.seed, dtype=config.dtype,
            template=config.dataset.chat_template_kwargs, plugins=config.plugins,
            out=resources.run, learning_rates=config.learning_rates | rates,
        )  # fmt: skip

    return sweep(resources, name, trials, planned)


def _plan(
    dataset: str,
    adapter: list[str] | None,
    model: str,
    embedder: str,
    seed: int,
    dtype: Dtype,
    template: dict[str, Any],
    plugins: list[str],
    out: Path | None,
) -> tuple[Plan, list[Adapter]]:
    """The run and the adapters that are meant; raises UserError for what cannot be."""
    from eval.data.dataset import check_corpus, resolve_dataset
    from eval.pipeline.plan import plan_run
    from eval.plugins import load_plugins

    loaded = load_plugins(plugins)
    for name in adapter or ():
        if name not in ADAPTERS:
            raise UserError(f"--adapter {name}: no such adapter; known: {', '.join(ADAPTERS)}")
    plan = plan_run(
        resolve_dataset(dataset),
        model=model,
        embedder=embedder,
        seed=seed,
        dtype=dtype,
        template=template,
        plugins=loaded,
        out=out,
    )
    for name in adapter or ():
        if ADAPTERS[name].passages and not plan.dataset.documents:
            raise UserError(f"--adapter {name}: {plan.dataset.path} has no corpus/ to retrieve from; add documents")
    possible = [a.name for a in ADAPTERS.values() if plan.dataset.documents or not a.passages]
    names = [n for n in possible if not adapter or n in adapter]
    check_corpus(plan.dataset)
    return plan, names


def _setup(plan: Plan) -> Resources:
    from eval.arms.resources import Resources

    return Resources(plan.dataset, plan.config, plan.identity, plan.folder)


app.add_typer(cli_share.app)
app.add_typer(cli_cloud.app)


def main() -> None:
    """Run the command; a UserError is one line and exit code 2."""
    sys.exit(guarded(app))


if __name__ == "__main__":
    main()
