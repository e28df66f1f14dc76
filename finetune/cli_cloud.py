"""`finetune cloud`: have an adapter trained by a provider."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from eval.config import DEFAULT_EMBEDDER
from eval.errors import UserError

app = typer.Typer()

SENDING = "Sending"
JOBS = "A container of our own (hf-jobs)"


@app.command()
def cloud(
    provider: Annotated[
        str,
        typer.Argument(
            metavar="PROVIDER", help="openai, azure, nebius, together, fireworks, openai-compatible or hf-jobs."
        ),
    ],
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Data set folder, or the name of a bundled one.")],
    base: Annotated[str, typer.Option("--base", metavar="NAME", help="The base, as the provider calls it.")],
    adapter: Annotated[str, typer.Option("--adapter", help="ft or hybrid.")] = "ft",
    url: Annotated[str | None, typer.Option("--url", help="Address, where the provider has none of its own.")] = None,
    key_env: Annotated[str | None, typer.Option("--key-env", metavar="NAME", help="Variable with the API key.")] = None,
    tokenizer: Annotated[
        str | None, typer.Option("--tokenizer", metavar="MODEL", help="A model here with the base's tokenizer.")
    ] = None,
    embedder: Annotated[str, typer.Option("--embedder", help="Finds the passages of hybrid.")] = DEFAULT_EMBEDDER,
    out: Annotated[Path | None, typer.Option(help="Run folder; default runs/<data set name>.")] = None,
    price_per_million: Annotated[
        float | None,
        typer.Option("--price-per-million", min=0, help="Of trained tokens, in USD, as of today."),
    ] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Send it, and wait; without this nothing leaves.", rich_help_panel=SENDING)
    ] = False,
    yes_send: Annotated[
        str | None,
        typer.Option("--yes-send", metavar="NAME", help="The data set's name, typed ahead.", rich_help_panel=SENDING),
    ] = None,
    max_cost: Annotated[
        float | None, typer.Option("--max-cost", min=0, help="Make no job above this.", rich_help_panel=SENDING)
    ] = None,
    cost_unknown: Annotated[
        bool, typer.Option("--cost-unknown", help="Make a job of unknown price.", rich_help_panel=SENDING)
    ] = False,
    allow_personal_data: Annotated[
        bool, typer.Option("--allow-personal-data", help="Send rows that hold some.", rich_help_panel=SENDING)
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the training file with the provider.", rich_help_panel=SENDING)
    ] = False,
    flavor: Annotated[
        str | None, typer.Option("--flavor", help="hf-jobs: the machine; default l4x1.", rich_help_panel=JOBS)
    ] = None,
    image: Annotated[
        str | None, typer.Option("--image", help="hf-jobs: the container; default python:3.12.", rich_help_panel=JOBS)
    ] = None,
    timeout: Annotated[
        str | None, typer.Option("--timeout", help="hf-jobs: ends the job; default 2h.", rich_help_panel=JOBS)
    ] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="End the job.", rich_help_panel=SENDING)] = False,
    endpoints: Annotated[
        bool, typer.Option("--endpoints", help="List what is billed by the hour for it.", rich_help_panel=SENDING)
    ] = False,
    teardown: Annotated[
        bool, typer.Option("--teardown", help="End what is billed by the hour for it.", rich_help_panel=SENDING)
    ] = False,
    status: Annotated[
        bool, typer.Option("--status", help="List this run folder's jobs.", rich_help_panel=SENDING)
    ] = False,
) -> None:
    """Have an adapter trained by a provider: prints the plan; sends it only with --send and the data set's name."""
    from finetune.cloud.cloud_plan import Price, plan_cloud, refuse
    from finetune.cloud.cloud_run import bring_home, cancel_job, connected, evaluate_command, opened, status_lines
    from finetune.cloud.ledger import Ledger
    from finetune.cloud.paid_endpoints import lines as told
    from finetune.cloud.paid_endpoints import paid_endpoints, tear_down
    from finetune.cloud.send import Allowed
    from finetune.cloud.send import send as send_order

    resources = opened(dataset, base, url, tokenizer=tokenizer, embedder=embedder, out=out)
    ledger = Ledger(resources.run / "cloud.jsonl")
    if status:
        typer.echo("\n".join(status_lines(ledger)) or f"{ledger.file}: no job was made from here")
        return
    price = None
    if price_per_million is not None:
        price = Price(price_per_million, "your --price-per-million", date.today().isoformat())
    wanted = {"flavor": flavor, "image": image, "timeout": timeout} if provider == "hf-jobs" else {}
    settings = {k: v for k, v in wanted.items() if v}
    plan = plan_cloud(
        resources, provider, base, adapter, url=url, price=price,
        hyperparameters=settings | ({"embedder": embedder} if wanted else {}),
    )  # fmt: skip
    if cancel:
        typer.echo(cancel_job(plan, connected(plan, key_env), ledger))
        return
    if endpoints or teardown:
        at_provider = connected(plan, key_env)
        found = paid_endpoints(at_provider, ledger)
        for line in tear_down(at_provider, ledger, found) if teardown and found else told(found):
            typer.echo(line)
        return
    typer.echo("\n".join(plan.lines()))
    if not send:
        typer.echo("nothing was sent; add --send to send it")
        return
    refuse(plan, allow_personal=allow_personal_data)
    typed = yes_send if yes_send is not None else _typed(plan.data, plan.url)
    job = send_order(plan, connected(plan, key_env), ledger, Allowed(typed, max_cost, cost_unknown, keep))
    if folder := bring_home(plan, job):
        typer.echo(folder)
    typer.echo(f"{job.served or job.id}: trained; compare it with its base:\n  {evaluate_command(plan, dataset, job)}")


def _typed(name: str, url: str) -> str:
    """What the user types when asked for the data set's name."""
    if not sys.stdin.isatty() or os.environ.get("CI"):
        raise UserError(f"--send: there is no terminal to ask on; add --yes-send {name}: nothing was sent")
    return str(typer.prompt(f"type the data set's name to send its training rows to {url}")).strip()
