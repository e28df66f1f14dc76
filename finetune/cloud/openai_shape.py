"""Providers that speak OpenAI's fine-tuning API: /files, /fine_tuning/jobs, /models."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from eval.model.endpoint.http_client import Failure
from finetune.cloud.cloud_http import CloudHttp
from finetune.cloud.provider import PROVIDERS, Estimate, Facts, Job, Limits, Order, Provider, ProviderKind, State

STATES: dict[str, State] = {
    "validating_files": "preparing", "queued": "queued", "running": "running", "paused": "queued",
    "succeeded": "succeeded", "failed": "failed", "cancelled": "cancelled",
}  # fmt: skip
KEY = "rof_key"
"""In a job's metadata: what finds it again."""
PAGE = 100


class OpenAIShape:
    """One provider of this shape."""

    def __init__(self, facts: Facts, url: str, key: str) -> None:
        self.facts, self.url = facts, url
        self._http = CloudHttp(url, key)

    def limits(self) -> Limits:
        """The bases that are listed; OpenAI takes 10 rows at least."""
        listed = self._http.get("/models").get("data", [])
        return Limits(least_rows=10, most_bytes=512 << 20, bases=tuple(str(m.get("id")) for m in listed))

    def upload(self, order: Order) -> str:
        """The id of the file, sent unless one of this name and size is there."""
        for file in self._listed("/files", purpose="fine-tune"):
            if file.get("filename") == order.file_name and file.get("bytes") == len(order.rows):
                return str(file["id"])
        sent = self._http.send_file("/files", order.file_name, order.rows, {"purpose": "fine-tune"})
        return str(sent["id"])

    def estimate(self, order: Order, file: str | None) -> Estimate:
        """Nothing: this shape has no call for it."""
        return Estimate(None, source="the provider's API tells no price")

    def create(self, order: Order, file: str) -> Job:
        """Start the job, with the key in its metadata and in its suffix."""
        parameters = {"n_epochs": order.epochs, **order.hyperparameters}
        body = {
            "model": order.base, "training_file": file, "suffix": order.suffix, "seed": order.seed,
            "metadata": {KEY: order.key},
            "method": {"type": "supervised", "supervised": {"hyperparameters": parameters}},
        }  # fmt: skip
        return _job(self._http.post("/fine_tuning/jobs", body, {"Idempotency-Key": order.key}))

    def find(self, order: Order) -> Job | None:
        """The job with this key, the latest first; one that failed or was cancelled does not count."""
        for found in self._listed("/fine_tuning/jobs", **{f"metadata[{KEY}]": order.key}):
            own = (found.get("metadata") or {}).get(KEY) == order.key
            named = order.suffix in (found.get("user_provided_suffix"), found.get("suffix"))
            if (own or named) and (job := _job(found)).state not in ("failed", "cancelled"):
                return job
        return None

    def poll(self, job: str) -> Job:
        """The job as it is now."""
        return _job(self._http.get(f"/fine_tuning/jobs/{job}"))

    def cancel(self, job: str) -> Job:
        """End it."""
        return _job(self._http.post(f"/fine_tuning/jobs/{job}/cancel", {}))

    def remove(self, file: str) -> None:
        """Delete the file; one that is gone is no fault."""
        self._http.delete_if_there(f"/files/{file}")

    def _listed(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """All pages of a list; a provider that does not know the query gives more, which the caller looks through."""
        after: dict[str, str] = {}
        while True:
            page = self._http.get(path, limit=PAGE, **query, **after)
            rows = page.get("data") or []
            yield from rows
            if not page.get("has_more") or not rows or after.get("after") == str(rows[-1].get("id")):
                return
            after = {"after": str(rows[-1].get("id"))}


def _job(said: Any) -> Job:
    if not isinstance(said, dict) or not said.get("id"):
        raise Failure("broken", "the answer is no job", True)
    error = said.get("error") or {}
    return Job(
        str(said["id"]), STATES.get(str(said.get("status")), "running"), str(said.get("fine_tuned_model") or ""),
        said.get("trained_tokens"), str(error.get("message") or ""), int(said.get("created_at") or 0),
    )  # fmt: skip


def _make(facts: Facts, url: str, key: str) -> Provider:
    return OpenAIShape(facts, url, key)


READ = "read 2026-11-27"
PROVIDERS.add(
    "openai",
    ProviderKind(
        Facts("https://api.openai.com/v1", "OPENAI_API_KEY", "per-token", False,
              f"developers.openai.com/api/docs/deprecations, {READ}", date(2027, 1, 6),
              retention="https://platform.openai.com/docs/guides/your-data"), _make),
)  # fmt: skip
PROVIDERS.add(
    "azure",
    ProviderKind(
        Facts("", "AZURE_OPENAI_API_KEY", "per-hour", False,
              f"MicrosoftDocs/azure-ai-docs of 2026-07-07, {READ}; for GPT-4o", date(2027, 4, 1)), _make),
)  # fmt: skip
PROVIDERS.add(
    "nebius",
    ProviderKind(
        Facts("https://api.tokenfactory.nebius.com/v1", "NEBIUS_API_KEY", "per-token", True,
              f"docs.tokenfactory.nebius.com, {READ}"), _make),
)  # fmt: skip
PROVIDERS.add(
    "openai-compatible",
    ProviderKind(Facts("", "OPENAI_API_KEY", "per-token", False, "as you know it"), _make),
)  # fmt: skip
