"""Fireworks' fine-tuning API: data sets and jobs under names that the client chooses, so that none is made twice."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from eval.errors import UserError
from eval.model.endpoint.http_client import Failure
from finetune.cloud.cloud_http import CloudHttp
from finetune.cloud.provider import (
    PROVIDERS,
    Estimate,
    Facts,
    Job,
    Limits,
    Order,
    PaidEndpoint,
    Provider,
    ProviderKind,
    State,
)

STATES: dict[str, State] = {
    "CREATING": "preparing", "VALIDATING": "preparing", "CREATING_INPUT_DATASET": "preparing", "PENDING": "queued",
    "RE_QUEUEING": "queued", "PAUSED": "queued", "RUNNING": "running", "IDLE": "running", "CANCELLING": "running",
    "WRITING_RESULTS": "finishing", "COMPLETED": "succeeded", "EARLY_STOPPED": "succeeded", "FAILED": "failed",
    "EXPIRED": "failed", "CANCELLED": "cancelled", "DELETING": "cancelled", "DELETING_CLEANING_UP": "cancelled",
}  # fmt: skip
JOBS = "/supervisedFineTuningJobs"
MOST_JOBS = 8
"""Of one order, one after the other, where those before failed: each has a name of its own."""
READ_SECONDS, POLL_SECONDS = 600.0, 2.0


class Fireworks:
    """The seven verbs in Fireworks' shape; the address ends with the account."""

    def __init__(self, facts: Facts, url: str, key: str) -> None:
        if "/accounts/" not in url:
            raise UserError("fireworks: --url names the account, as in https://api.fireworks.ai/v1/accounts/ACCOUNT")
        self.facts, self.url = facts, url
        self._http = CloudHttp(url, key)
        self._account = urlsplit(url).path.split("/accounts/")[1].strip("/")

    def limits(self) -> Limits:
        """Three rows at least; bases are named, not listed."""
        return Limits(least_rows=3)

    def upload(self, order: Order) -> str:
        """The name of the data set, which is the order's own; what is there already is not sent again."""
        name = order.suffix
        known = self._there(f"/datasets/{name}")
        if known is None:
            made = {"displayName": order.file_name, "format": "CHAT", "userUploaded": {},
                    "exampleCount": str(order.rows.count(b"\n"))}  # fmt: skip
            try:
                self._http.post("/datasets", {"datasetId": name, "dataset": made})
            except Failure as failure:
                if failure.status != 409:
                    raise
        if known is None or known.get("state") != "READY":
            self._http.send_file(f"/datasets/{name}:upload", order.file_name, order.rows, {})
            self._http.post(f"/datasets/{name}:validateUpload", {})
            self._read(name)
        return name

    def estimate(self, order: Order, file: str | None) -> Estimate:
        """Nothing: the price stands on the job, once there is one."""
        return Estimate(None, source="the provider tells the price on the job alone")

    def create(self, order: Order, file: str) -> Job:
        """Start the job under the first name of this order that is free."""
        for name in _names(order):
            found = self._there(f"{JOBS}/{name}")
            if found is not None and _job(found).state in ("failed", "cancelled"):
                continue
            if found is not None:
                return _job(found)
            body = {
                "dataset": f"accounts/{self._account}/datasets/{file}", "baseModel": order.base, "epochs": order.epochs,
                "displayName": order.suffix, "outputModel": f"accounts/{self._account}/models/{name}",
                "evalAutoCarveout": False, **order.hyperparameters,
            }  # fmt: skip
            return _job(self._http.post(f"{JOBS}?supervisedFineTuningJobId={name}", body))
        raise UserError(f"fireworks: {MOST_JOBS} jobs of this order have failed; see why in your account")

    def find(self, order: Order) -> Job | None:
        """The job under one of this order's names; one that failed or was cancelled does not count."""
        for name in _names(order):
            found = self._there(f"{JOBS}/{name}")
            if found is None:
                return None
            if (job := _job(found)).state not in ("failed", "cancelled"):
                return job
        return None

    def poll(self, job: str) -> Job:
        """The job as it is now."""
        return _job(self._http.get(f"{JOBS}/{job}"))

    def endpoints(self, models: Sequence[str]) -> list[PaidEndpoint]:
        """The account's deployments of these models, or of a base that has them loaded."""
        loaded: dict[str, set[str]] = {}
        for one in self._listed("deployedModels"):
            loaded.setdefault(str(one.get("deployment")), set()).add(str(one.get("model")))
        found = []
        for one in self._listed("deployments"):
            name, held = str(one.get("name")), loaded.get(str(one.get("name")), set())
            answers = held | {str(one.get("baseModel"))}
            if answers & set(models) and one.get("state") not in ("DELETING", "DELETED"):
                shared = bool(held - set(models))
                found.append(
                    PaidEndpoint(name.rpartition("/")[2], min(answers & set(models)), str(one.get("state")), shared)
                )
        return found

    def tear_down(self, endpoint: str) -> None:
        """Delete one, with what is loaded on it; one that is gone is no fault."""
        self._http.delete_if_there(f"/deployments/{endpoint}?ignoreChecks=true")

    def _listed(self, what: str) -> Iterator[dict[str, Any]]:
        token: dict[str, str] = {}
        while True:
            page = self._http.get(f"/{what}", pageSize=200, **token)
            yield from page.get(what) or []
            if not page.get("nextPageToken"):
                return
            token = {"pageToken": str(page["nextPageToken"])}

    def cancel(self, job: str) -> Job:
        """End it."""
        self._http.post(f"{JOBS}/{job}:cancel", {})
        return self.poll(job)

    def remove(self, file: str) -> None:
        """Delete the data set; one that is gone is no fault."""
        self._http.delete_if_there(f"/datasets/{file}")

    def _there(self, path: str) -> dict[str, Any] | None:
        """What stands at a path; None only where the provider says that nothing does."""
        try:
            return dict(self._http.get(path))
        except Failure as failure:
            if failure.status == 404:
                return None
            raise

    def _read(self, name: str) -> None:
        until = time.monotonic() + READ_SECONDS
        while (said := self._http.get(f"/datasets/{name}")).get("state") != "READY":
            if (said.get("status") or {}).get("code") not in (None, "OK"):
                raise UserError(f"fireworks: does not take the rows: {str(said['status'].get('message'))[:300]}")
            if time.monotonic() > until:
                raise Failure("timeout", f"the rows were not read within {READ_SECONDS:g} s", True)
            time.sleep(POLL_SECONDS)


def _names(order: Order) -> list[str]:
    return [order.suffix, *(f"{order.suffix}-{n}" for n in range(2, MOST_JOBS + 1))]


def _job(said: dict[str, Any]) -> Job:
    name = str(said.get("name") or "").rpartition("/")[2]
    if not name:
        raise Failure("broken", "the answer is no job", True)
    state = STATES.get(str(said.get("state")).removeprefix("JOB_STATE_"), "running")
    cost, message = said.get("estimatedCost") or {}, str((said.get("status") or {}).get("message") or "")
    if cost.get("units") is not None or cost.get("nanos"):
        money = float(cost.get("units") or 0) + float(cost.get("nanos") or 0) / 1e9
        message = f"{message} (estimated at {money:.2f} {cost.get('currencyCode', 'USD')})".strip()
    return Job(name, state, str(said.get("outputModel") or "") if state == "succeeded" else "", message=message)


def _make(facts: Facts, url: str, key: str) -> Provider:
    return Fireworks(facts, url, key)


PROVIDERS.add(
    "fireworks",
    ProviderKind(
        Facts("", "FIREWORKS_API_KEY", "per-hour", True, "fireworks-ai SDK 1.2.30, read 2026-11-27",
              answers_at="https://api.fireworks.ai/inference/v1",
              address="https://api.fireworks.ai/v1/accounts/ACCOUNT"), _make),
)  # fmt: skip
