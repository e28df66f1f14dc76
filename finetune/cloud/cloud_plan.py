"""What a job would be, before anything is sent: rows, tokens, price, what leaves for where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from eval.errors import UserError
from eval.files import fingerprint
from eval.judge.settings import is_loopback
from eval.strategies import Adapter
from finetune.cloud.chat_rows import ChatRows, chat_rows
from finetune.cloud.provider import PROVIDERS, Estimate, Facts, Order
from finetune.cloud.secret_scan import scan, secrets

if TYPE_CHECKING:
    from eval.arms.resources import Resources


@dataclass(frozen=True, slots=True)
class Price:
    """Of a million trained tokens, as the user knows it; no price of a provider is kept here, because they change."""

    per_million: float
    source: str
    dated: str


@dataclass(frozen=True, slots=True)
class CloudPlan:
    """A job that has not been sent."""

    provider: str
    facts: Facts
    url: str
    order: Order
    rows: ChatRows
    price: Price | None
    found: dict[str, int]
    """What the scan found, by kind."""
    data: str
    folder: Path

    @property
    def tokens(self) -> tuple[int, int]:
        """Trained tokens, at least and at most."""
        low, high = self.rows.tokens
        return low * self.order.epochs, high * self.order.epochs

    def cost(self, estimate: Estimate | None = None) -> Estimate:
        """The provider's own estimate where there is one, else the most that the user's price makes of the tokens."""
        if estimate and estimate.money is not None:
            return estimate
        if self.price is None:
            return Estimate(None, source=(estimate.source if estimate else "no price is known"))
        return Estimate(self.tokens[1] * self.price.per_million / 1e6, source=self.price.source, dated=self.price.dated)

    def lines(self) -> list[str]:
        """The plan as it is printed."""
        low, high = self.tokens
        tokens = f"{high:,}" if low == high else f"about {low:,} to {high:,} (name --tokenizer to count them)"
        cost = self.cost()
        money = f"at most {cost.money or 0.0:.2f} {cost.currency} ({cost.source}, {cost.dated})"
        if cost.money is None and self.facts.estimates:
            money = "the provider says it before a job is made; --max-cost holds it to a limit"
        elif cost.money is None:
            money = "not known; give it by --price-per-million"
        answering = {
            "none": "answering by the tuned model is done here",
        }.get(self.facts.serving, f"answering by the tuned model is paid {self.facts.serving}")
        where = urlsplit(self.url).netloc + (" (this machine)" if is_loopback(self.url) else "")
        found = ", ".join(f"{kind} ({n})" for kind, n in self.found.items()) or "nothing"
        lines = [
            f"train {self.order.adapter} of {self.data} on {self.order.base} at {self.provider}, key {self.order.key}",
            f"rows: {self.rows.rows}; epochs: {self.order.epochs}; trained tokens: {tokens}",
            f"price of training: {money}",
            f"{answering}; its weights can{'' if self.facts.weights_exportable else 'not'} be taken away",
            f"what leaves: {self.order.file_name}, {len(self.order.rows):,} bytes, for {where}: {self.rows.holds}",
            f"scan for secrets and personal data: {found}",
        ]
        if self.facts.stores:
            lines.append(f"rows also go to: {self.facts.stores}")
        if self.facts.serving == "per-hour":
            lines.append("whoever answers by it runs an endpoint there, which is billed until it is stopped")
        if self.rows.left_out:
            lines.append(f"left out: {self.rows.left_out}")
        if ending := self.facts.ending(date.today()):
            lines.append(f"warning: {self.provider} {ending}")
        if self.facts.retention:
            lines.append(f"what the provider keeps, and how long: {self.facts.retention}")
        return lines


def plan_cloud(
    resources: Resources,
    provider: str,
    base: str,
    adapter: Adapter,
    *,
    url: str | None,
    price: Price | None = None,
    hyperparameters: dict[str, Any] | None = None,
) -> CloudPlan:
    """The plan of a job; nothing is sent. Raises UserError for an unknown provider, adapter, or a wrong address."""
    if provider not in PROVIDERS:
        raise UserError(f"{provider}: no such provider; known: {', '.join(PROVIDERS)}")
    kind = PROVIDERS[provider]
    facts = kind.facts
    address = (url or facts.url).rstrip("/")
    if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).hostname:
        raise UserError(f"{provider}: has no address; name it by --url, as in {facts.address}")
    if urlsplit(address).scheme == "http" and not is_loopback(address):
        raise UserError(f"--url {address}: rows would travel unencrypted; name an https:// address")
    rows = (kind.pack or chat_rows)(resources, adapter)
    config, seed = resources.config, resources.run_config.seed
    key = fingerprint(
        "cloud", provider, address, base, adapter, _named(rows.data), config.finetune.epochs, seed,
        hyperparameters or {},
    )[:16]  # fmt: skip
    order = Order(
        key=key, base=base, adapter=adapter, file_name=f"rof-{key}.{'zip' if kind.pack else 'jsonl'}", rows=rows.data,
        epochs=config.finetune.epochs, seed=seed, suffix=f"rof-{key[:12]}", hyperparameters=hyperparameters or {},
    )  # fmt: skip
    return CloudPlan(
        provider, facts, address, order, rows, price, scan(rows.texts), config.name, resources.run
    )  # fmt: skip


def _named(data: bytes) -> str:
    try:
        return fingerprint(data.decode("utf-8"))
    except UnicodeDecodeError:
        return fingerprint(data.hex())


def refuse(plan: CloudPlan, *, allow_personal: bool) -> None:
    """Raise UserError where the rows must not leave as they are."""
    if plan.facts.end_of_life and plan.facts.end_of_life < date.today():
        raise UserError(f"{plan.provider}: {plan.facts.ending(date.today())}; name another provider")
    if kinds := secrets(plan.found):
        raise UserError(f"the training rows hold secrets ({', '.join(kinds)}); take them out: nothing was sent")
    if plan.found and not allow_personal:
        raise UserError(
            f"the training rows hold personal data ({', '.join(plan.found)}); take it out, or pass "
            "--allow-personal-data where you may send it: nothing was sent"
        )


def refuse_cost(plan: CloudPlan, cost: Estimate, *, most: float | None, unknown: bool) -> None:
    """Raise UserError where a job costs more than the user said, or nobody knows what it costs."""
    if cost.money is None and not unknown:
        raise UserError(
            f"{plan.provider}: nobody says what the job costs ({cost.source}); give --price-per-million, or pass "
            "--cost-unknown: no job was made"
        )
    if cost.money is not None and most is not None and cost.money > most:
        raise UserError(
            f"{plan.provider}: the job may cost {cost.money:.2f} {cost.currency}, above --max-cost {most:g}: no job "
            "was made"
        )
