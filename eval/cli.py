"""The `evaluate` command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.config import DEFAULT_EMBEDDER, DEFAULT_MODEL
from eval.errors import UserError
from eval.modes import MODES
from eval.terminal import guarded

if TYPE_CHECKING:
    from eval.records import Decision

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

ModelOption = Annotated[str, typer.Option("--model", help="Base model: a Hugging Face id or a local folder.")]
EmbedderOption = Annotated[str, typer.Option("--embedder", help="Embedder: a Hugging Face id or a local folder.")]

DatasetsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[DATASET]...", help="Data set folders, or names below datasets/; default: the bundled one."
    ),
]
ModesOption = Annotated[
    list[str] | None,
    typer.Option("--mode", help=f"Run this mode and the base control; repeatable. {', '.join(MODES)}. Default: all."),
]
SeedsOption = Annotated[
    int, typer.Option("--seeds", min=1, help="Train the adapters so often, to measure what the seed changes.")
]
PricesOption = Annotated[
    Path | None, typer.Option("--prices", help="Price file in the form of eval/prices.yaml, the default.")
]
NoRetentionOption = Annotated[
    bool, typer.Option("--no-retention", help="Do not measure what tuning made the model forget.")
]
CheckOption = Annotated[
    bool, typer.Option("--check", help="Only look for leaks, wrong labels and too little data; train nothing.")
]
JudgeOption = Annotated[
    str | None, typer.Option("--judge", metavar="URL", help="Ask a judge at this OpenAI-compatible endpoint.")
]
JudgeModelOption = Annotated[str | None, typer.Option("--judge-model", help="The judge's name there.")]
JudgeKeyOption = Annotated[
    str | None, typer.Option("--judge-key-env", help="Variable that holds the API key; default OPENAI_API_KEY.")
]
JudgeRepeatsOption = Annotated[int, typer.Option("--judge-repeats", min=1, help="2 or more: measure its noise.")]
JudgeLimitOption = Annotated[
    int | None, typer.Option("--judge-limit", min=1, help="Judge this many questions in each mode.")
]
JudgeTimeoutOption = Annotated[float, typer.Option("--judge-timeout", min=0.1, help="Seconds for one call.")]


@app.command()
def evaluate(
    datasets: DatasetsArgument = None,
    mode: ModesOption = None,
    model: ModelOption = DEFAULT_MODEL,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Answer this many test questions only.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of training, worked examples and intervals.")] = 0,
    seeds: SeedsOption = 1,
    out: Annotated[Path | None, typer.Option("--out", help="Run folder; default runs/<data set name>.")] = None,
    prices: PricesOption = None,
    no_retention: NoRetentionOption = False,
    check: CheckOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress, only the result.")] = False,
    judge: JudgeOption = None,
    judge_model: JudgeModelOption = None,
    judge_key_env: JudgeKeyOption = None,
    judge_repeats: JudgeRepeatsOption = 1,
    judge_limit: JudgeLimitOption = None,
    judge_timeout: JudgeTimeoutOption = 60.0,
) -> None:
    """Compare a better prompt, retrieval, fine-tuning and both on a data set, and say which to use."""
    from eval.dataset import resolve_dataset
    from eval.judge.settings import check_settings
    from eval.progress import set_quiet

    set_quiet(quiet)
    settings = check_settings(
        judge, judge_model, key_env=judge_key_env, repeats=judge_repeats, limit=judge_limit, timeout=judge_timeout
    )
    for name in mode or []:
        if name not in MODES:
            raise UserError(f"--mode {name}: no such mode; known: {', '.join(MODES)}")
    paths = [resolve_dataset(name) for name in datasets] if datasets else [resolve_dataset(None)]
    if out and len(paths) > 1:
        raise UserError("--out names one run folder; drop it when several data sets are given")
    if check:
        from eval.check import check_datasets

        check_datasets(paths, model=model, seed=seed, limit=limit, out=out)
        return
    from eval.plan import plan_run
    from eval.run import Options
    from eval.run import evaluate as run

    plans = [plan_run(p, model=model, embedder=embedder, seed=seed, seeds=seeds, limit=limit, out=out) for p in paths]
    options = Options(retention=not no_retention, judge=settings, prices=prices)
    _check_distinct([p.folder for p in plans])
    decisions = []
    for plan in plans:
        decision = run(plan, mode or [], options)
        decisions.append((plan.folder, decision))
        show(plan.folder, decision)
    if len(decisions) > 1:
        show_strategies(decisions)
        from reports.portfolio import write_portfolio

        typer.echo(f"portfolio: {write_portfolio([folder for folder, _ in decisions])}")


def show(folder: Path, decision: Decision) -> None:
    """Print both axes by mode, the verdict and where the report is."""
    from eval.decide import verdict_sentence
    from eval.terminal import axes_table, print_table

    print_table(axes_table(decision))
    typer.echo(f"\n{decision.dataset}: {verdict_sentence(decision)}")
    typer.echo(f"report: {folder / 'report.html'}")


def show_strategies(decisions: list[tuple[Path, Decision]]) -> None:
    """Print one line for each of several data sets."""
    from eval.terminal import print_table, strategies_table

    print_table(strategies_table(decisions))


def _check_distinct(folders: list[Path]) -> None:
    for folder in folders:
        if folders.count(folder) > 1:
            raise UserError(f"{folder}: two data sets would write there; give them different names in dataset.yaml")


def main() -> None:
    """Run the command; a UserError is one line and exit code 2."""
    sys.exit(guarded(app))


if __name__ == "__main__":
    main()
