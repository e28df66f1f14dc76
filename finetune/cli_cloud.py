"""`finetune cloud`: have an adapter trained by a provider."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from eval.config import DEFAULT_EMBEDDER
from eval.terminal.trainer_options import typed_name
from finetune.cloud.cloud_options import (
    AdapterOption,
    AllowPersonalDataOption,
    BaseOption,
    CancelOption,
    CostUnknownOption,
    DatasetArgument,
    EmbedderOption,
    EndpointsOption,
    FlavorOption,
    ImageOption,
    KeepOption,
    KeyEnvOption,
    MaxCostOption,
    OutOption,
    PricePerMillionOption,
    ProviderArgument,
    SendOption,
    StatusOption,
    TeardownOption,
    TimeoutOption,
    TokenizerOption,
    UrlOption,
    YesSendOption,
)

if TYPE_CHECKING:
    from finetune.cloud.cloud_plan import CloudPlan, Price
    from finetune.cloud.ledger import Ledger
    from finetune.cloud.provider import Provider
    from finetune.cloud.send import Allowed

app = typer.Typer()


@app.command()
def cloud(
    provider: ProviderArgument,
    dataset: DatasetArgument,
    base: BaseOption,
    adapter: AdapterOption = "ft",
    url: UrlOption = None,
    key_env: KeyEnvOption = None,
    tokenizer: TokenizerOption = None,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
    out: OutOption = None,
    price_per_million: PricePerMillionOption = None,
    send: SendOption = False,
    yes_send: YesSendOption = None,
    max_cost: MaxCostOption = None,
    cost_unknown: CostUnknownOption = False,
    allow_personal_data: AllowPersonalDataOption = False,
    keep: KeepOption = False,
    flavor: FlavorOption = None,
    image: ImageOption = None,
    timeout: TimeoutOption = None,
    cancel: CancelOption = False,
    endpoints: EndpointsOption = False,
    teardown: TeardownOption = False,
    status: StatusOption = False,
) -> None:
    """Have an adapter trained by a provider: prints the plan; sends it only with --send and the data set's name."""
    from finetune.cloud.cloud_plan import plan_cloud, refuse
    from finetune.cloud.cloud_run import cancel_job, connected, opened, status_lines
    from finetune.cloud.ledger import Ledger
    from finetune.cloud.send import Allowed

    resources = opened(dataset, base, url, tokenizer=tokenizer, embedder=embedder, out=out)
    ledger = Ledger(resources.run / "cloud.jsonl")
    if status:
        typer.echo("\n".join(status_lines(ledger)) or f"{ledger.file}: no job was made from here")
        return
    jobs = provider == "hf-jobs"
    settings = _job_settings(embedder, flavor=flavor, image=image, timeout=timeout) if jobs else {}
    price = _price(price_per_million)
    plan = plan_cloud(resources, provider, base, adapter, url=url, price=price, hyperparameters=settings)
    if cancel:
        typer.echo(cancel_job(plan, connected(plan, key_env), ledger))
        return
    if endpoints or teardown:
        _show_endpoints(connected(plan, key_env), ledger, teardown=teardown)
        return
    typer.echo("\n".join(plan.lines()))
    if not send:
        typer.echo("nothing was sent; add --send to send it")
        return
    refuse(plan, allow_personal=allow_personal_data)
    typed = typed_name(yes_send, plan.data, plan.url)
    _send(plan, connected(plan, key_env), ledger, Allowed(typed, max_cost, cost_unknown, keep), dataset)


def _job_settings(embedder: str, **named: str | None) -> dict[str, Any]:
    """What a container of our own is given beside the rows."""
    return {key: value for key, value in named.items() if value} | {"embedder": embedder}


def _price(per_million: float | None) -> Price | None:
    """The price that was named, as of today; None where the list of prices counts."""
    from finetune.cloud.cloud_plan import Price

    return None if per_million is None else Price(per_million, "your --price-per-million", date.today().isoformat())


def _show_endpoints(provider: Provider, ledger: Ledger, *, teardown: bool) -> None:
    """Print what is billed by the hour, or what came of ending it."""
    from finetune.cloud.paid_endpoints import lines, paid_endpoints, tear_down

    found = paid_endpoints(provider, ledger)
    for line in tear_down(provider, ledger, found) if teardown and found else lines(found):
        typer.echo(line)


def _send(plan: CloudPlan, provider: Provider, ledger: Ledger, allowed: Allowed, dataset: str) -> None:
    """Send the rows, wait for the adapter, and print how it is compared."""
    from finetune.cloud.cloud_run import bring_home, evaluate_command
    from finetune.cloud.send import send

    job = send(plan, provider, ledger, allowed)
    if folder := bring_home(plan, job):
        typer.echo(folder)
    typer.echo(f"{job.served or job.id}: trained; compare it with its base:\n  {evaluate_command(plan, dataset, job)}")
