"""Endpoints that cost money by the hour because of what was trained from a run folder: listed, and ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from eval.errors import UserError
from eval.model.endpoint.http_client import Failure
from eval.model.endpoint.patience import patiently

if TYPE_CHECKING:
    from finetune.cloud.ledger import Ledger
    from finetune.cloud.provider import PaidByTheHour, PaidEndpoint, Provider


def paid_endpoints(provider: Provider, ledger: Ledger) -> list[PaidEndpoint]:
    """Those that answer by a model of this run folder; raises UserError where the provider does not say."""
    models = sorted({str(line["served"]) for line in ledger.lines() if line["step"] == "end" and line.get("served")})
    if provider.facts.serving != "per-hour" or not models:
        return []
    if not hasattr(provider, "endpoints"):
        raise UserError(f"{provider.url}: lists its deployments in its own portal alone; look there for {models[0]}")
    try:
        return list(patiently(lambda: cast("PaidByTheHour", provider).endpoints(models)))
    except Failure as failure:
        raise UserError(f"{provider.url}: {failure}; it is not known what runs there: try again") from None


def lines(found: list[PaidEndpoint]) -> Iterator[str]:
    """One line an endpoint."""
    for one in found:
        also = "; it answers by other models too" if one.shared else ""
        yield f"endpoint {one.id}: {one.state}, answers by {one.model}, billed until it is torn down{also}"
    if not found:
        yield "no endpoint is billed by the hour for what was trained from here"


def tear_down(provider: Provider, ledger: Ledger, found: list[PaidEndpoint]) -> Iterator[str]:
    """End them, but for those that others use; one line each. Raises UserError where it is not known what went."""
    for one in found:
        if one.shared:
            yield f"endpoint {one.id}: answers by other models too, so it is left; end it in your account"
            continue
        ledger.intend("endpoint", "teardown", endpoint=one.id, model=one.model)
        try:
            patiently(lambda: cast("PaidByTheHour", provider).tear_down(one.id))  # noqa: B023 - called at once
        except Failure as failure:
            raise UserError(f"endpoint {one.id}: {failure}; it may still be billed: try again") from None
        ledger.done("endpoint", "teardown", endpoint=one.id)
        yield f"endpoint {one.id}: torn down"
