"""What `finetune cloud` does around an order: opens the data set, speaks to the provider, tells how things stand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from eval.config import Endpoint
from eval.errors import UserError
from eval.model.endpoint.http_client import Failure
from eval.pipeline.plan import plan_run
from finetune.cloud import fireworks_shape as _fireworks  # noqa: F401 - registers its provider
from finetune.cloud import hf_jobs as _hf_jobs  # noqa: F401 - registers its provider
from finetune.cloud import openai_shape as _openai_shape  # noqa: F401 - registers its providers
from finetune.cloud import together_shape as _together  # noqa: F401 - registers its provider
from finetune.cloud.cloud_plan import CloudPlan
from finetune.cloud.ledger import Ledger
from finetune.cloud.provider import PROVIDERS, Job, Provider

if TYPE_CHECKING:
    from eval.arms.resources import Resources


def opened(
    dataset: str, base: str, url: str | None, *, tokenizer: str | None, embedder: str, out: Path | None
) -> Resources:
    """The data set as training sees it; nothing is written, and no model is loaded."""
    from eval.arms.resources import Resources
    from eval.data.dataset import resolve_dataset

    endpoint = Endpoint(url=url or "https://provider.invalid/v1", model=base, tokenizer=tokenizer)
    plan = plan_run(resolve_dataset(dataset), model=None, embedder=embedder, out=out, endpoint=endpoint)
    return Resources(plan.dataset, plan.config, plan.identity, plan.folder)


def connected(plan: CloudPlan, key_env: str | None) -> Provider:
    """The provider, with the key from the environment; raises UserError where there is none."""
    from eval.judge.settings import is_loopback

    kind = PROVIDERS[plan.provider]
    name = key_env or kind.facts.key_env
    key = os.environ.get(name, "").strip()
    if not key and not is_loopback(plan.url):
        raise UserError(f"{plan.provider}: the variable {name} is not set; export the key: nothing was sent")
    return kind.make(kind.facts, plan.url, key)


def cancel_job(plan: CloudPlan, provider: Provider, ledger: Ledger) -> str:
    """End the order's job; one line on what came of it."""
    try:
        known = ledger.outcome(plan.order.key, "create")
        job = provider.poll(str(known["job"])) if known else provider.find(plan.order)
        if job is None:
            return f"{plan.provider}: has no job of this order"
        ledger.intend(plan.order.key, "cancel", job=job.id)
        job = provider.cancel(job.id)
    except Failure as failure:
        raise UserError(f"{plan.provider}: {failure}; it is not known whether the job goes on: try again") from None
    ledger.done(plan.order.key, "cancel", job=job.id, state=job.state)
    return f"job {job.id}: {job.state}"


def status_lines(ledger: Ledger) -> list[str]:
    """One line a job that was made from this run folder, and what may still cost money."""
    lines = []
    for key in dict.fromkeys(str(line["key"]) for line in ledger.lines() if line["step"] != "teardown"):
        made, end, intent = (ledger.outcome(key, step) for step in ("create", "end", "consent"))
        if made is None:
            lines.append(f"{key}: no job{' yet' if intent else ''}")
            continue
        state = f"{end['state']}, served as {end['served']}" if end else "not known to have ended: it may cost money"
        file = "" if ledger.outcome(key, "remove") else "; the training file is still there"
        lines.append(f"{key}: job {made['job']}: {state}{file}")
    return lines


def bring_home(plan: CloudPlan, job: Job) -> Path | None:
    """The adapter's folder, where the provider gives the weights rather than serving them; None: it serves them."""
    fetch = PROVIDERS[plan.provider].fetch
    return fetch(job, plan.url, plan.folder) if fetch else None


def evaluate_command(plan: CloudPlan, dataset: str, job: Job) -> str:
    """How to compare what was trained with its base: all modes on the same server, or all here."""
    if PROVIDERS[plan.provider].fetch:
        return f"evaluate {dataset} --model {plan.order.base} --out {plan.folder}"
    return (
        f"evaluate {dataset} --model {plan.facts.answers_at or plan.url} --model-name {plan.order.base} "
        f"--{plan.order.adapter}-model {job.served}"
    )
