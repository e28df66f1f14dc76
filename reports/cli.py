"""`report RUN...`: write the pages of finished runs again, from their files alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eval.errors import UserError

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders that evaluate wrote.")],
) -> None:
    """Write report.html and report.md into each run folder, and print where they are."""
    from reports.page import write_report

    for run in runs:
        page = write_report(run)
        typer.echo(page)
        typer.echo(page.with_suffix(".md"))


def main() -> None:
    """Run the command; what the user can mend is one line on stderr and exit code 2."""
    try:
        app()
    except UserError as error:
        typer.echo(f"error: {error}", err=True)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
