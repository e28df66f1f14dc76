"""The `evaluate` command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from eval.arms.modes import MODES
from eval.config import DEFAULT_EMBEDDER, DEFAULT_MODEL
from eval.errors import UserError
from eval.terminal.cluster_options import ClusterOption
from eval.terminal.command_line import PARTIAL, guarded, one_document, print_json
from eval.terminal.command_options import (
    DtypeOption,
    JsonOption,
    LanguageOption,
    PluginOption,
    QuietOption,
    TemplateOption,
    VersionOption,
    template_arguments,
)
from eval.terminal.endpoint_options import (
    ConcurrencyOption,
    FtModelOption,
    HybridModelOption,
    KeyOption,
    MaxRequestsOption,
    ModelNameOption,
    TokenizerOption,
    endpoint_of,
)
from eval.terminal.models_command import compare_models, several_models

if TYPE_CHECKING:
    from eval.cluster.cluster_address import Address
    from eval.pipeline.plan import Plan
    from eval.pipeline.tasks import Options
    from eval.terminal.result import Result

app = typer.Typer(pretty_exceptions_enable=False)

MEASUREMENT, JUDGE = "Measurement", "Judge (an OpenAI-compatible endpoint; none is asked by default)"

ModelOption = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="Base model: a Hugging Face id, a local folder, or an address; repeat it to compare several. Default: "
        "the data set's endpoint, else "
        f"{DEFAULT_MODEL}.",
    ),
]
ModelsOption = Annotated[
    Path | None, typer.Option("--models", metavar="FILE", help="Compare the models of this file (docs/endpoints.md).")
]
EmbedderOption = Annotated[
    str, typer.Option("--embedder", metavar="EMBEDDER", help="Embedder: a Hugging Face id or a local folder.")
]
LimitOption = Annotated[
    int | None, typer.Option("--limit", metavar="N", min=1, help="Answer this many test questions only.")
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Run folder; default runs/<data set name>.")
]

DatasetsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="DATASET", help="Data set folders, or names below datasets/; default: the bundled one."),
]
ModesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--mode",
        metavar="MODE",
        help=f"Run this mode and the base control; repeatable. {', '.join(MODES)}. Default: all.",
    ),
]
CheckOption = Annotated[
    bool,
    typer.Option("--check", metavar="", help="Only look for leaks, wrong labels and too little data; train nothing."),
]
AskOption = Annotated[
    bool,
    typer.Option(
        "--ask", metavar="", help="With --check: also try the embedder on the corpus, and ask the base what it knows."
    ),
]
SeedOption = Annotated[
    int,
    typer.Option(
        "--seed", metavar="N", help="Of training, worked examples and intervals.", rich_help_panel=MEASUREMENT
    ),
]
SeedsOption = Annotated[
    int,
    typer.Option(
        "--seeds", metavar="N", min=1, help="Train the adapters so often, to measure what the seed changes.",
        rich_help_panel=MEASUREMENT,
    ),
]  # fmt: skip
LooksOption = Annotated[
    int | None,
    typer.Option(
        "--looks", metavar="K", min=1, max=20,
        help="Ask for the verdict so often in all, on growing data: all looks share the error of one.",
        rich_help_panel=MEASUREMENT,
    ),
]  # fmt: skip
SpendingOption = Annotated[
    Literal["pocock", "obrien-fleming"],
    typer.Option(
        "--spending", metavar="NAME",
        help="How looks share it: pocock, evenly; obrien-fleming, nearly all at the last.",
        rich_help_panel=MEASUREMENT,
    ),
]  # fmt: skip
NoRetentionOption = Annotated[
    bool,
    typer.Option(
        "--no-retention",
        metavar="",
        help="Do not measure what tuning made the model forget.",
        rich_help_panel=MEASUREMENT,
    ),
]
PricesOption = Annotated[
    Path | None,
    typer.Option(
        "--prices",
        metavar="FILE",
        help="Price file in the form of eval/prices.yaml, the default.",
        rich_help_panel=MEASUREMENT,
    ),
]
JudgeOption = Annotated[
    str | None, typer.Option("--judge", metavar="URL", help="Ask a judge at this address.", rich_help_panel=JUDGE)
]
JudgeModelOption = Annotated[
    str | None, typer.Option("--judge-model", metavar="NAME", help="The judge's name there.", rich_help_panel=JUDGE)
]
JudgeKeyOption = Annotated[
    str | None,
    typer.Option(
        "--judge-key-env",
        metavar="NAME",
        help="Variable that holds the API key; default OPENAI_API_KEY.",
        rich_help_panel=JUDGE,
    ),
]
JudgeRepeatsOption = Annotated[
    int,
    typer.Option("--judge-repeats", metavar="N", min=1, help="2 or more: measure its noise.", rich_help_panel=JUDGE),
]
JudgeLimitOption = Annotated[
    int | None,
    typer.Option(
        "--judge-limit", metavar="N", min=1, help="Judge this many questions in each mode.", rich_help_panel=JUDGE
    ),
]
JudgeTimeoutOption = Annotated[
    float,
    typer.Option("--judge-timeout", metavar="SECONDS", min=0.1, help="Seconds for one call.", rich_help_panel=JUDGE),
]


@app.command()
def evaluate(
    datasets: DatasetsArgument = None,
    mode: ModesOption = None,
    model: ModelOption = None,
    models: ModelsOption = None,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
    limit: LimitOption = None,
    dtype: DtypeOption = "auto",
    chat_template_kwargs: TemplateOption = None,
    plugin: PluginOption = None,
    out: OutOption = None,
    check: CheckOption = False,
    ask: AskOption = False,
    seed: SeedOption = 0,
    seeds: SeedsOption = 1,
    looks: LooksOption = None,
    spending: SpendingOption = "pocock",
    no_retention: NoRetentionOption = False,
    prices: PricesOption = None,
    language: LanguageOption = "en",
    quiet: QuietOption = False,
    json: JsonOption = False,
    judge: JudgeOption = None,
    judge_model: JudgeModelOption = None,
    judge_key_env: JudgeKeyOption = None,
    judge_repeats: JudgeRepeatsOption = 1,
    judge_limit: JudgeLimitOption = None,
    judge_timeout: JudgeTimeoutOption = 60.0,
    model_name: ModelNameOption = None,
    ft_model: FtModelOption = None,
    hybrid_model: HybridModelOption = None,
    tokenizer: TokenizerOption = None,
    model_key_env: KeyOption = None,
    concurrency: ConcurrencyOption = None,
    max_requests: MaxRequestsOption = None,
    cluster: ClusterOption = None,
    version: VersionOption = False,
) -> None:
    """Compare a better prompt, retrieval, fine-tuning and both on a data set, and say which to use."""
    from eval.data.dataset import resolve_dataset
    from eval.judge.settings import check_settings
    from eval.plugins import load_plugins
    from eval.terminal.progress import set_quiet

    set_quiet(quiet)
    address = _cluster(cluster, one_model=not several_models(model or [], models), check=check)
    plugins = load_plugins(plugin or [])
    settings = check_settings(
        judge, judge_model, key_env=judge_key_env, repeats=judge_repeats, limit=judge_limit, timeout=judge_timeout
    )
    template = template_arguments(chat_template_kwargs)
    several = several_models(model or [], models)
    one = model[0] if model and not several else None
    endpoint = endpoint_of(
        one, name=model_name, ft=ft_model, hybrid=hybrid_model, tokenizer=tokenizer, key_env=model_key_env,
        concurrency=concurrency, max_requests=max_requests,
    )  # fmt: skip
    for name in mode or []:
        if name not in MODES:
            raise UserError(f"--mode {name}: no such mode; known: {', '.join(MODES)}")
    paths = [resolve_dataset(name) for name in datasets] if datasets else [resolve_dataset(None)]
    if out and len(paths) > 1:
        raise UserError("--out names one run folder; drop it when several data sets are given")
    if check:
        from eval.data.gates.check_command import check_datasets

        check_datasets(
            paths, model=one or DEFAULT_MODEL, embedder=embedder, dtype=dtype, template=template, seed=seed,
            limit=limit, out=out, json=json, ask=ask,
        )  # fmt: skip
        return
    if ask:
        raise UserError("--ask goes with --check; a run asks the base anyway")
    from eval.pipeline.plan import plan_run
    from eval.pipeline.tasks import Options

    options = Options(not no_retention, settings, prices, language)
    if several:
        if len(paths) > 1:
            raise UserError("several models are compared on one data set; name one")
        plan_one = partial(
            plan_run, paths[0], embedder=embedder, seed=seed, seeds=seeds, limit=limit, dtype=dtype, template=template,
            plugins=plugins, looks=looks, spending=spending,
        )  # fmt: skip
        compare_models(several, plan_one, mode or [], options, out, json=json)
        return
    plans = [
        plan_run(
            p, model=one, embedder=embedder, seed=seed, seeds=seeds, limit=limit, dtype=dtype, template=template,
            plugins=plugins, out=out, endpoint=endpoint, looks=looks, spending=spending,
        )
        for p in paths
    ]  # fmt: skip
    _check_distinct([p.folder for p in plans])
    if address:
        _run_on(address, plans, mode or [], options, json=json)
    else:
        _run(plans, mode or [], options, json=json)


def _cluster(named: str | None, *, one_model: bool, check: bool) -> Address | None:
    """The cluster that is named; raises UserError where it is none, or where there is nothing to spread."""
    if named is None:
        return None
    from eval.cluster.cluster_address import parse_address

    if check or not one_model:
        raise UserError(f"--cluster goes with a run of one model; drop {'--check' if check else '--cluster'}")
    return parse_address(named)


def _run(plans: Sequence[Plan], modes: Sequence[str], options: Options, *, json: bool) -> None:
    """Run each plan and print its result; of several also the portfolio."""
    from eval.api import run_plan
    from eval.terminal.result import result
    from eval.terminal.result_view import show
    from reports.language.language import speaking

    results = []
    for plan in plans:
        with one_document(json):
            run = run_plan(plan, modes, options)
        results.append(result(run.decision, run.config, run.folder))
        if not json:
            with speaking(options.report_language):
                show(results[-1])
    _end(results, json=json)


def _end(results: Sequence[Result], *, json: bool) -> None:
    """Print what stands at the end: JSON, or of several results a table and the portfolio."""
    from eval.terminal.result_view import as_json, show_all

    if len(results) > 1:
        from reports.pages.portfolio import write_portfolio

        portfolio = write_portfolio([r.folder for r in results])
    if json:
        documents = [as_json(r) for r in results]
        print_json(documents if len(documents) > 1 else documents[0])
    elif len(results) > 1:
        show_all(results)
        typer.echo(f"portfolio: {portfolio}")


def _run_on(address: Address, plans: Sequence[Plan], modes: Sequence[str], options: Options, *, json: bool) -> None:
    """Run all plans over a cluster and print the results that there are; exit code 3 where some are not."""
    from eval.api import Run
    from eval.cluster.cluster_run import evaluate_on
    from eval.terminal.cells_view import cells_json, show_failed
    from eval.terminal.result import result
    from eval.terminal.result_view import as_json, show

    with one_document(json):
        outcome = evaluate_on(address, plans, modes, options)
    runs = [Run(p.folder) for p in plans if outcome.whole(p.config.dataset.name)]
    results = [result(r.decision, r.config, r.folder) for r in runs]
    if json:
        print_json({"results": [as_json(r) for r in results], "cells": cells_json(outcome)})
    else:
        for found in results:
            show(found)
        _end(results, json=False)
        show_failed(outcome)
    if len(results) < len(plans):
        raise typer.Exit(PARTIAL)


def _check_distinct(folders: list[Path]) -> None:
    for folder in folders:
        if folders.count(folder) > 1:
            raise UserError(f"{folder}: two data sets would write there; give them different names in dataset.yaml")


def main() -> None:
    """Run the command; a UserError is one line and exit code 2."""
    sys.exit(guarded(app))


if __name__ == "__main__":
    main()
