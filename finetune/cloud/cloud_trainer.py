"""The adapters of a comparison from a provider: trained on the rows that are sent, answered beside their base there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from eval.errors import UserError
from eval.terminal.progress import say
from finetune.cloud.cloud_plan import CloudPlan, Price, plan_cloud, refuse
from finetune.cloud.cloud_run import connected, opened
from finetune.cloud.ledger import Ledger
from finetune.cloud.provider import PROVIDERS
from finetune.cloud.send import Allowed, send

if TYPE_CHECKING:
    from eval.config import Endpoint
    from eval.strategies import Adapter


@dataclass(frozen=True, slots=True)
class Terms:
    """What the user said of training by a provider."""

    provider: str
    typed: Callable[[str, str], str]
    """Gives the data set's name as the user types it, once told the name and where rows go."""
    send: bool = False
    max_cost: float | None = None
    """Of all adapters together."""
    cost_unknown: bool = False
    allow_personal: bool = False
    price_per_million: float | None = None


def with_trained(
    endpoint: Endpoint, terms: Terms, dataset: str, adapters: Sequence[Adapter], *, embedder: str, out: Path | None
) -> Endpoint | None:
    """The endpoint with the names under which its provider serves the adapters, trained there unless they are already.

    None: only the plans were shown, because nobody said to send. Raises UserError where the provider serves elsewhere
    than the base answers, so that the modes would not be asked on one model.
    """
    check_place(terms.provider, endpoint.url)
    resources = opened(
        dataset, endpoint.model, endpoint.url, tokenizer=endpoint.tokenizer, embedder=embedder, out=out
    )  # fmt: skip
    price = None
    if terms.price_per_million is not None:
        price = Price(terms.price_per_million, "your --training-price", date.today().isoformat())
    wanted = [a for a in adapters if a not in endpoint.adapters]
    plans = [plan_cloud(resources, terms.provider, endpoint.model, a, url=endpoint.url, price=price) for a in wanted]
    for line in (line for plan in plans for line in plan.lines()):
        say(line)
    if plans and not terms.send:
        say("nothing was sent and nothing is compared; add --send to send it")
        return None
    for plan in plans:
        refuse(plan, allow_personal=terms.allow_personal)
    ledger = Ledger(resources.run / "cloud.jsonl")
    served = dict(endpoint.adapters)
    left = terms.max_cost
    typed = terms.typed(plans[0].data, plans[0].url) if plans and any(_new(p, ledger) for p in plans) else ""
    for plan in plans:
        # What was consented to before is not asked again.
        name = typed or plan.data
        job = send(plan, connected(plan, endpoint.key_env), ledger, Allowed(name, left, terms.cost_unknown))
        served[plan.order.adapter] = job.served
        left = None if left is None else left - _paid(plan, ledger)
    return endpoint.model_copy(update={"adapters": served})


def check_place(provider: str, url: str) -> None:
    """Raise UserError for a provider that does not serve what it trained where the base answers."""
    if provider not in PROVIDERS:
        raise UserError(f"--trainer {provider}: no such provider; known: {', '.join(PROVIDERS)}")
    kind = PROVIDERS[provider]
    if kind.fetch:
        raise UserError(
            f"--trainer {provider}: gives weights and serves none; run `finetune cloud {provider}`, then evaluate with "
            "--model BASE, which uses them"
        )
    if kind.facts.serving != "per-token":
        raise UserError(
            f"--trainer {provider}: answers by a tuned model only from an endpoint that is paid by the hour; run "
            f"`finetune cloud {provider}`, open it, and name it by --ft-model and --hybrid-model"
        )
    place = (kind.facts.answers_at or kind.facts.url).rstrip("/")
    if place and place != url.rstrip("/"):
        raise UserError(f"--trainer {provider}: serves at {place}, and --model names {url}; all modes need one base")


def _new(plan: CloudPlan, ledger: Ledger) -> bool:
    """Whether nobody has consented to this order yet."""
    return ledger.outcome(plan.order.key, "consent") is None


def _paid(plan: CloudPlan, ledger: Ledger) -> float:
    """The most that the order was expected to cost."""
    known = [line["money"] for line in ledger.lines(plan.order.key) if line.get("money") is not None]
    return float(known[-1]) if known else 0.0
