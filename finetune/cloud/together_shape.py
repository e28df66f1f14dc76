"""Together's fine-tuning API: /files with an upload elsewhere, /fine-tunes, and a price before the job."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from typing import Any

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
    "pending": "preparing", "queued": "queued", "running": "running", "compressing": "finishing",
    "uploading": "finishing", "cancel_requested": "running", "cancelled": "cancelled", "error": "failed",
    "completed": "succeeded",
}  # fmt: skip
READ_SECONDS, POLL_SECONDS = 600.0, 2.0
"""That a file may take to be read there, and between two looks."""
METHOD = {"method": "sft", "train_on_inputs": False}
"""The loss is of the reply alone, as in training here."""


class Together:
    """The seven verbs in Together's shape."""

    def __init__(self, facts: Facts, url: str, key: str) -> None:
        self.facts, self.url = facts, url
        self._http = CloudHttp(url, key)

    def limits(self) -> Limits:
        """The models that are listed, as a bare list there."""
        listed = self._http.get("/models")
        rows = listed.get("data", []) if isinstance(listed, dict) else listed
        return Limits(bases=tuple(str(m.get("id")) for m in rows))

    def upload(self, order: Order) -> str:
        """The id of the file, once it is read there; sent unless one of this name and size is there."""
        for file in self._http.get("/files").get("data", []):
            if file.get("filename") == order.file_name and file.get("bytes") == len(order.rows):
                return self._read(str(file["id"]))
        fields = {"purpose": "fine-tune", "file_name": order.file_name, "file_type": "jsonl",
                  "checksum": hashlib.sha256(order.rows).hexdigest()}  # fmt: skip
        headers = self._http.redirected("/files", fields)
        place, file = headers.get("location", ""), headers.get("x-together-file-id", "")
        if not place or not file:
            raise Failure("broken", "the answer names no place for the file", True)
        self._http.put_file(place, order.rows)
        self._http.post(f"/files/{file}/preprocess", {})
        return self._read(file)

    def estimate(self, order: Order, file: str | None) -> Estimate:
        """The price by the provider's own count, once the file is there."""
        if file is None:
            return Estimate(None, source="the provider tells the price once it has the file")
        body = {"training_file": file, "model": order.base, "n_epochs": order.epochs, "training_method": METHOD}
        said = self._http.post("/fine-tunes/estimate-price", body)
        if not said.get("estimation_available"):
            return Estimate(None, source=f"the provider makes no estimate ({said.get('unavailable_reason')})")
        if said.get("allowed_to_proceed") is False:
            raise UserError(f"together: the account's limit of {said.get('user_limit')} USD does not allow this job")
        money = said.get("estimated_total_price")
        return Estimate(None if money is None else float(money), source="the provider's estimate",
                        dated=time.strftime("%Y-%m-%d"))  # fmt: skip

    def create(self, order: Order, file: str) -> Job:
        """Start the job; its suffix is what finds it again."""
        body = {
            "model": order.base, "training_file": file, "n_epochs": order.epochs, "suffix": order.suffix,
            "random_seed": order.seed, "training_method": METHOD, **order.hyperparameters,
        }  # fmt: skip
        return _job(self._http.post("/fine-tunes", body))

    def find(self, order: Order) -> Job | None:
        """The job whose model's name ends as this order's; one that failed or was cancelled does not count."""
        for found in self._http.get("/fine-tunes").get("data", []):
            named = order.suffix in (found.get("suffix") or "") or order.suffix in (
                found.get("model_output_name") or ""
            )
            if named and (job := _job(found)).state not in ("failed", "cancelled"):
                return job
        return None

    def poll(self, job: str) -> Job:
        """The job as it is now."""
        return _job(self._http.get(f"/fine-tunes/{job}"))

    def endpoints(self, models: Sequence[str]) -> list[PaidEndpoint]:
        """The account's dedicated endpoints of these models, those that are stopped left out."""
        listed = self._http.get("/endpoints", type="dedicated", mine="true").get("data", [])
        return [
            PaidEndpoint(str(e["id"]), str(e.get("model")), str(e.get("state")))
            for e in listed if e.get("model") in models and e.get("state") != "STOPPED"
        ]  # fmt: skip

    def tear_down(self, endpoint: str) -> None:
        """Delete one; one that is gone is no fault."""
        self._http.delete_if_there(f"/endpoints/{endpoint}")

    def cancel(self, job: str) -> Job:
        """End it."""
        return _job(self._http.post(f"/fine-tunes/{job}/cancel", {}))

    def remove(self, file: str) -> None:
        """Delete the file; one that is gone is no fault."""
        self._http.delete_if_there(f"/files/{file}")

    def _read(self, file: str) -> str:
        until = time.monotonic() + READ_SECONDS
        while True:
            said = self._http.get(f"/files/{file}")
            state = said.get("processing_status") or "PENDING"
            if state == "COMPLETED":
                return file
            if state in ("FAILED", "INVALID_FORMAT"):
                why = (said.get("validation_report") or {}).get("error") or state
                raise UserError(f"together: does not take the training file: {str(why)[:300]}")
            if time.monotonic() > until:
                raise Failure("timeout", f"the file was not read within {READ_SECONDS:g} s", True)
            time.sleep(POLL_SECONDS)


def _job(said: Any) -> Job:
    if not isinstance(said, dict) or not said.get("id"):
        raise Failure("broken", "the answer is no job", True)
    state = STATES.get(str(said.get("status")), "running")
    served = str(said.get("model_output_name") or "") if state == "succeeded" else ""
    return Job(str(said["id"]), state, served, said.get("token_count"))


def _make(facts: Facts, url: str, key: str) -> Provider:
    return Together(facts, url, key)


PROVIDERS.add(
    "together",
    ProviderKind(
        Facts("https://api.together.xyz/v1", "TOGETHER_API_KEY", "per-hour", True,
              "together SDK 3.1.1, read 2026-11-27", estimates=True,
              stores="the storage that Together names for the file when it is uploaded"), _make),
)  # fmt: skip
