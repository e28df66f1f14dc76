"""`report RUN...`: write the pages of finished runs again, from their files alone, and what is made of several."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from eval.errors import UserError
from eval.terminal.command_line import guarded
from eval.terminal.command_options import Language, LanguageOption, VersionOption

app = typer.Typer(pretty_exceptions_enable=False)


Runs = Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders that evaluate wrote.")]
Label = Annotated[
    bool, typer.Option("--label", help="Serve a page on this machine to mark replies of one run right or wrong.")
]
Annotator = Annotated[str, typer.Option("--annotator", help="Who marks, with --label.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Of the page; default: a free one.")]
Prices = Annotated[
    Path | None, typer.Option("--prices", help="Price file in the form of eval/prices.yaml, the default.")
]
Compare = Annotated[
    bool, typer.Option("--compare", help="Say what changed from the first run to the second, of one data set.")
]
Export = Annotated[
    Path | None,
    typer.Option("--export", metavar="DIR", help="Write JSON, CSV, SVG, a decision record and model-index there."),
]
Store = Annotated[
    str | None, typer.Option("--mlflow", metavar="URI", help="Log each run to this MLflow store, a path or an address.")
]
SendRows = Annotated[
    bool, typer.Option("--send-rows", help="With --mlflow to another machine: questions and replies, too.")
]
Pdf = Annotated[bool, typer.Option("--pdf", help="Print each page to a PDF beside it, by the Chromium that is here.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="The page of several runs; default: beside them, or in the second."),
]


@app.command()
def report(
    runs: Runs,
    label: Label = False,
    annotator: Annotator = "annotator",
    port: Port = 0,
    prices: Prices = None,
    compare: Compare = False,
    export: Export = None,
    mlflow: Store = None,
    send_rows: SendRows = False,
    pdf: Pdf = False,
    out: Out = None,
    language: LanguageOption = "en",
    version: VersionOption = False,
) -> None:
    """Write report.html and report.md into each run folder, a portfolio page of several runs, and print where."""
    _check(runs, label=label, compare=compare, export=export, mlflow=mlflow, send_rows=send_rows, out=out)
    if label:
        from reports.pages.labeling import label as serve

        serve(runs[0], annotator, port, typer.echo)
        return
    if compare:
        from reports.pages.comparison import write_comparison

        typer.echo(write_comparison(runs[0], runs[1], out, language))
        return
    for run in runs:
        _write_pages(run, prices, language, pdf=pdf)
        if export:
            _write_exports(run, export if len(runs) == 1 else export / run.resolve().name, language, pdf=pdf)
        if mlflow:
            from reports.exports.mlflow_run import log_run

            typer.echo(log_run(run, mlflow, rows=send_rows))
    if len(runs) > 1:
        from reports.pages.portfolio import write_portfolio

        typer.echo(write_portfolio(runs, out, language))


def _write_pages(run: Path, prices: Path | None, language: Language, *, pdf: bool) -> None:
    """Analyse a run again, write its two pages, and print where they are."""
    from eval.analysis.analyse import analyse
    from eval.verdict.decide import write_decision
    from reports.pages.page import write_report
    from reports.run_folder import read_run

    found = read_run(run)  # says what is missing or damaged
    if not found.decision.next:
        write_decision(run)  # it was decided before verdicts said what is good enough, and what to do next
    analyse(run, prices)
    page = write_report(run, language)
    typer.echo(page)
    typer.echo(page.with_suffix(".md"))
    if pdf:
        from reports.pages.pdf import write_pdf

        typer.echo(write_pdf(page))


def _write_exports(run: Path, folder: Path, language: Language, *, pdf: bool) -> None:
    from reports.exports.formats import export

    for path in export(run, folder, language):
        typer.echo(path)
    if pdf:
        from reports.pages.pdf import write_pdf

        typer.echo(write_pdf(folder / "decision-record.html"))


def _check(
    runs: list[Path], *, label: bool, compare: bool, export: Path | None, mlflow: str | None, send_rows: bool,
    out: Path | None,
) -> None:  # fmt: skip
    """Raise UserError for options that do not go together, before anything is written."""
    names = [run.resolve().name for run in runs]
    if label and len(runs) > 1:
        raise UserError("--label marks the replies of one run; name one run folder")
    if compare and len(runs) != 2:
        raise UserError(f"--compare takes two runs, before and after; {len(runs)} given")
    if compare and (export or mlflow):
        raise UserError("--compare writes its own page; run --export and --mlflow without it")
    if out and len(runs) == 1:
        raise UserError("--out names the page of several runs; one run's page lies in its folder")
    if send_rows and not mlflow:
        raise UserError("--send-rows goes with --mlflow URI, which is missing")
    if export and len(set(names)) < len(names):
        raise UserError(
            "--export writes a folder for each run, and two runs here have one name; export them one by one"
        )


def main() -> None:
    """Run the command; a UserError is one line and exit code 2."""
    sys.exit(guarded(app))


if __name__ == "__main__":
    main()
