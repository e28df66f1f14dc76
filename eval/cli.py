"""The `evaluate` command."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from eval.config import DEFAULT_EMBEDDER, DEFAULT_MODEL
from eval.errors import UserError
from eval.judge.settings import check_settings
from eval.plugins import load_plugins
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
    MaxCostOption,
    MaxRequestsOption,
    ModelNameOption,
    TokenizerOption,
    endpoint_of,
)
from eval.terminal.evaluate_options import (
    AskOption,
    CheckOption,
    DatasetsArgument,
    EmbedderOption,
    JudgeKeyOption,
    JudgeLimitOption,
    JudgeModelOption,
    JudgeOption,
    JudgeRepeatsOption,
    JudgeTimeoutOption,
    LimitOption,
    LooksOption,
    ModelOption,
    ModelsOption,
    ModesOption,
    NoRetentionOption,
    OutOption,
    PricesOption,
    SeedOption,
    SeedsOption,
    SpendingOption,
)
from eval.terminal.models_command import compare_models, several_models
from eval.terminal.progress import set_quiet
from eval.terminal.trainer_options import (
    CostUnknownOption,
    PersonalOption,
    SendOption,
    TrainerOption,
    TrainingCostOption,
    TrainingPriceOption,
    YesSendOption,
    by_provider,
)

if TYPE_CHECKING:
    from eval.cluster.cluster_address import Address
    from eval.judge.settings import JudgeSettings
    from eval.pipeline.models_file import Compared
    from eval.pipeline.plan import Plan
    from eval.pipeline.tasks import Options
    from eval.terminal.result import Result

app = typer.Typer(pretty_exceptions_enable=False)


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
    max_cost: MaxCostOption = None,
    trainer: TrainerOption = None,
    send: SendOption = False,
    yes_send: YesSendOption = None,
    training_max_cost: TrainingCostOption = None,
    training_price: TrainingPriceOption = None,
    cost_unknown: CostUnknownOption = False,
    allow_personal_data: PersonalOption = False,
    cluster: ClusterOption = None,
    version: VersionOption = False,
) -> None:
    """Compare a better prompt, retrieval, fine-tuning and both on a data set, and say which to use."""
    set_quiet(quiet)
    several = several_models(model or [], models)
    address = _cluster(cluster, one_model=not several, check=check)
    files = load_plugins(plugin or [])
    judged = check_settings(judge, judge_model, key_env=judge_key_env, repeats=judge_repeats, limit=judge_limit,
                            timeout=judge_timeout)  # fmt: skip
    asked: dict[str, Any] = {"embedder": embedder, "seed": seed, "limit": limit, "dtype": dtype,
                             "template": template_arguments(chat_template_kwargs)}  # fmt: skip
    one = model[0] if model and not several else None
    endpoint = endpoint_of(one, name=model_name, ft=ft_model, hybrid=hybrid_model, tokenizer=tokenizer,
                           key_env=model_key_env, concurrency=concurrency, max_requests=max_requests, max_cost=max_cost,
                           prices=prices)  # fmt: skip
    paths = _folders(datasets or [], mode or [], out)
    if trainer:
        endpoint = by_provider(
            trainer, endpoint, paths, mode or [], send=send, yes_send=yes_send, max_cost=training_max_cost,
            price=training_price, cost_unknown=cost_unknown, allow_personal=allow_personal_data, embedder=embedder,
            out=out,
        )  # fmt: skip
        if endpoint is None:
            return
    if check or ask:
        return _check(paths, check=check, model=one or DEFAULT_MODEL, out=out, json=json, ask=ask, **asked)
    settings = asked | {"seeds": seeds, "plugins": files, "looks": looks, "spending": spending}
    options = _options(judged, prices, language, retention=not no_retention)
    if several:
        return _compare(several, paths, mode or [], options, out, settings, json=json)
    plans = _plans(paths, settings | {"model": one, "out": out, "endpoint": endpoint})
    _run(plans, mode or [], options, address, json=json)


def _folders(names: Sequence[str], modes: Sequence[str], out: Path | None) -> list[Path]:
    """The data sets' folders; raises UserError where one is not there, or a mode, or where --out would hold several."""
    from eval.data.dataset import resolve_dataset
    from eval.pipeline.selection import check_modes

    check_modes(modes)
    paths = [resolve_dataset(name) for name in names] if names else [resolve_dataset(None)]
    if out and len(paths) > 1:
        raise UserError("--out names one run folder; drop it when several data sets are given")
    return paths


def _check(paths: Sequence[Path], *, check: bool, **settings: Any) -> None:
    """Print what the checks of each data set find; raises UserError where only --ask was given."""
    if not check:
        raise UserError("--ask goes with --check; a run asks the base anyway")
    from eval.data.gates.check_command import check_datasets

    check_datasets(paths, **settings)


def _options(judge: JudgeSettings | None, prices: Path | None, language: str, *, retention: bool) -> Options:
    from eval.pipeline.tasks import Options

    return Options(retention, judge, prices, language)


def _compare(
    models: Sequence[Compared], paths: Sequence[Path], modes: Sequence[str], options: Options, out: Path | None,
    settings: Mapping[str, Any], *, json: bool,
) -> None:  # fmt: skip
    """Run one data set with each model; raises UserError where there are several data sets."""
    from eval.pipeline.plan import plan_run

    if len(paths) > 1:
        raise UserError("several models are compared on one data set; name one")
    compare_models(models, partial(plan_run, paths[0], **settings), modes, options, out, json=json)


def _plans(paths: Sequence[Path], settings: Mapping[str, Any]) -> list[Plan]:
    """The plan of each data set; raises UserError where two would write into one folder."""
    from eval.pipeline.plan import plan_run

    plans = [plan_run(path, **settings) for path in paths]
    folders = [plan.folder for plan in plans]
    for folder in folders:
        if folders.count(folder) > 1:
            raise UserError(f"{folder}: two data sets would write there; give them different names in dataset.yaml")
    return plans


def _cluster(named: str | None, *, one_model: bool, check: bool) -> Address | None:
    """The cluster that is named; raises UserError where it is none, or where there is nothing to spread."""
    if named is None:
        return None
    from eval.cluster.cluster_address import parse_address

    if check or not one_model:
        raise UserError(f"--cluster goes with a run of one model; drop {'--check' if check else '--cluster'}")
    return parse_address(named)


def _run(plans: Sequence[Plan], modes: Sequence[str], options: Options, address: Address | None, *, json: bool) -> None:
    """Run each plan, here or over the cluster at the address, and print the results; of several also the portfolio."""
    if address:
        return _run_on(address, plans, modes, options, json=json)
    from eval.api import run_plan
    from eval.terminal.result import result
    from eval.terminal.result_view import show
    from reports.language.language import in_language

    results = []
    for plan in plans:
        with one_document(json):
            run = run_plan(plan, modes, options)
        results.append(result(run.decision, run.config, run.folder))
        if not json:
            with in_language(options.report_language):
                show(results[-1])
    _end(results, options.report_language, json=json)


def _end(results: Sequence[Result], language: str, *, json: bool) -> None:
    """Print what stands at the end: JSON, or of several results a table and the portfolio."""
    from eval.terminal.result_view import as_json, show_all
    from reports.language.language import in_language

    if len(results) > 1:
        from reports.pages.portfolio import write_portfolio

        portfolio = write_portfolio([r.folder for r in results], language=language)
    if json:
        documents = [as_json(r) for r in results]
        print_json(documents if len(documents) > 1 else documents[0])
    elif len(results) > 1:
        with in_language(language):
            show_all(results)
        typer.echo(f"portfolio: {portfolio}")


def _run_on(address: Address, plans: Sequence[Plan], modes: Sequence[str], options: Options, *, json: bool) -> None:
    """Run all plans over a cluster and print the results that there are; exit code 3 where some are not."""
    from eval.api import Run
    from eval.cluster.cluster_run import evaluate_on
    from eval.terminal.cells_view import cells_json, show_failed
    from eval.terminal.result import result
    from eval.terminal.result_view import as_json, show
    from reports.language.language import in_language

    with one_document(json):
        outcome = evaluate_on(address, plans, modes, options)
    runs = [Run(p.folder) for p in plans if outcome.whole(p.config.dataset.name)]
    results = [result(r.decision, r.config, r.folder) for r in runs]
    if json:
        print_json({"results": [as_json(r) for r in results], "cells": cells_json(outcome)})
    else:
        for found in results:
            with in_language(options.report_language):
                show(found)
        _end(results, options.report_language, json=False)
        show_failed(outcome)
    if len(results) < len(plans):
        raise typer.Exit(PARTIAL)


def main() -> None:
    """Run the command; a UserError is one line and exit code 2."""
    sys.exit(guarded(app))


if __name__ == "__main__":
    main()
