"""One order to a provider, from consent to the served name: interrupted anywhere, it goes on, and there is one job."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from eval.errors import UserError
from eval.model.endpoint.http_client import Failure
from eval.model.endpoint.patience import patiently
from eval.terminal.progress import say
from finetune.cloud.cloud_plan import CloudPlan, refuse_cost
from finetune.cloud.ledger import Ledger
from finetune.cloud.provider import ENDED, Job, Limits, Provider

T = TypeVar("T")

SETTLE_SECONDS = 30.0
"""Waited before a job that may be on its way is looked for a second time."""
POLL_SECONDS, LONGEST_POLL_SECONDS = 5.0, 60.0


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the user agreed to."""

    name: str
    """The data set's name, as it was typed."""
    max_cost: float | None = None
    cost_unknown: bool = False
    keep_file: bool = False


def send(plan: CloudPlan, provider: Provider, ledger: Ledger, allowed: Allowed) -> Job:
    """Have the order trained; returns the job that succeeded. Raises UserError for anything else, with what to do."""
    key = plan.order.key
    if allowed.name != plan.data:
        raise UserError(f"'{allowed.name}' is not the data set's name, which is '{plan.data}': nothing was sent")
    _check(plan, _asked(provider.limits))
    if ledger.outcome(key, "consent") is None:
        ledger.done(key, "consent", typed=allowed.name, to=plan.url, rows=plan.rows.rows,
                    bytes=len(plan.order.rows), digest=hashlib.sha256(plan.order.rows).hexdigest())  # fmt: skip
    job = _known_job(plan, provider, ledger) or _new_job(plan, provider, ledger, allowed)
    job = _wait(provider, ledger, key, job)
    if not allowed.keep_file:
        _remove(provider, ledger, key)
    if job.state != "succeeded":
        raise UserError(f"{plan.provider}: job {job.id} {job.state}{': ' + job.message if job.message else ''}")
    return job


def _check(plan: CloudPlan, limits: Limits) -> None:
    rows = plan.rows.rows
    if limits.bases and plan.order.base not in limits.bases:
        raise UserError(
            f"{plan.provider}: lists no model '{plan.order.base}', so the base cannot be compared with what is tuned "
            f"from it; it has: {', '.join(limits.bases[:8])}: nothing was sent"
        )
    if limits.least_rows and rows < limits.least_rows:
        raise UserError(f"{plan.provider}: takes {limits.least_rows} rows at least, and there are {rows}")
    if limits.most_rows and rows > limits.most_rows:
        raise UserError(f"{plan.provider}: takes {limits.most_rows} rows at most, and there are {rows}")
    if limits.most_bytes and len(plan.order.rows) > limits.most_bytes:
        raise UserError(f"{plan.provider}: takes files of {limits.most_bytes:,} bytes at most")


def _known_job(plan: CloudPlan, provider: Provider, ledger: Ledger) -> Job | None:
    """The order's job, by the ledger or by the provider's word; None only where the provider says that there is none.

    After a creation of which nobody here knows the end it is looked for twice: it may still be on its way.
    """
    key = plan.order.key
    if known := ledger.outcome(key, "create"):
        job = _asked(lambda: provider.poll(str(known["job"])))
        if job.state not in ("failed", "cancelled"):
            return job
        say(f"job {job.id} {job.state}: making another one")
        return None
    for last in (not ledger.unanswered(key, "create"), True):
        if found := _asked(lambda: provider.find(plan.order)):
            say(f"job {found.id} is there already: going on with it")
            ledger.done(key, "create", job=found.id, adopted=True)
            return found
        if last:
            return None
        time.sleep(SETTLE_SECONDS)
    return None


def _new_job(plan: CloudPlan, provider: Provider, ledger: Ledger, allowed: Allowed) -> Job:
    order = plan.order
    refuse_cost(plan, plan.cost(), most=allowed.max_cost, unknown=allowed.cost_unknown or provider.facts.estimates)
    if (kept := ledger.outcome(order.key, "upload")) and not ledger.outcome(order.key, "remove"):
        file = str(kept["file"])
    else:
        ledger.intend(order.key, "upload", file_name=order.file_name, bytes=len(order.rows), to=plan.url)
        file = _asked(lambda: provider.upload(order))
        ledger.done(order.key, "upload", file=file)
    estimate = plan.cost(_asked(lambda: provider.estimate(order, file)))
    refuse_cost(plan, estimate, most=allowed.max_cost, unknown=allowed.cost_unknown)
    ledger.intend(order.key, "create", base=order.base, file=file, money=estimate.money, currency=estimate.currency,
                  source=estimate.source, dated=estimate.dated)  # fmt: skip
    try:
        job = provider.create(order, file)
    except Failure as failure:
        if failure.kind == "client":
            ledger.done(order.key, "refused", status=failure.status)
            raise UserError(f"{plan.provider}: refuses the job ({failure}){_said(failure)}") from None
        say(f"{plan.provider}: {failure}; looking whether the job was made")
        found = _known_job(plan, provider, ledger)
        if found is None:
            raise UserError(f"{plan.provider}: {failure}, and no job was made; the same command tries again") from None
        return found
    ledger.done(order.key, "create", job=job.id)
    return job


def _wait(provider: Provider, ledger: Ledger, key: str, job: Job) -> Job:
    pause, state = POLL_SECONDS, ""
    while True:
        if job.state != state:
            state = job.state
            say(f"job {job.id}: {state}")
            if job.state in ENDED:
                ledger.done(key, "end", job=job.id, state=job.state, served=job.served, tokens=job.trained_tokens)
                return job
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_POLL_SECONDS)
        job = _asked(lambda: provider.poll(job.id))  # noqa: B023 - called at once


def _remove(provider: Provider, ledger: Ledger, key: str) -> None:
    kept = ledger.outcome(key, "upload")
    if kept and not ledger.outcome(key, "remove"):
        ledger.intend(key, "remove", file=kept["file"])
        _asked(lambda: provider.remove(str(kept["file"])))
        ledger.done(key, "remove", file=kept["file"])


def _asked(call: Callable[[], T]) -> T:
    """The answer to what may be asked any number of times; raises UserError where there is none."""
    try:
        found: T = patiently(call)
    except Failure as failure:
        raise UserError(
            f"the provider does not answer ({failure}){_said(failure)}; what was done is kept, and the same command "
            "goes on from there"
        ) from None
    return found


def _said(failure: Failure) -> str:
    """What the provider says is wrong, where it says so in the form of the API."""
    body: Any = failure.body
    error = body.get("error") if isinstance(body, dict) else None
    message = error.get("message") if isinstance(error, dict) else None
    return f": {str(message)[:300]}" if message and failure.status in (400, 404, 409, 422) else ""
