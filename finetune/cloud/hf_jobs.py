"""Hugging Face Jobs: our own trainer in a container there, paid by the minute; the adapter comes back by the Hub.

The data set goes to a private repository that the job reads and that is deleted afterwards; the job pushes the adapter
to another private one, from where it is pulled into the run folder. A label finds the job again.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.errors import UserError
from eval.model.endpoint.http_client import Failure
from finetune.cloud.packed_set import packed_set
from finetune.cloud.provider import PROVIDERS, Estimate, Facts, Job, Limits, Order, Provider, ProviderKind, State

if TYPE_CHECKING:
    from huggingface_hub import HfApi, JobInfo

STATES: dict[str, State] = {
    "SCHEDULING": "queued", "RUNNING": "running", "COMPLETED": "succeeded", "ERROR": "failed", "CANCELED": "cancelled",
    "DELETED": "cancelled",
}  # fmt: skip
LABEL = "rof_key"
IMAGE, FLAVOR, TIMEOUT = "python:3.12", "l4x1", "2h"
"""Where a job says nothing else; `hf jobs hardware` lists flavors and what a minute of each costs."""
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
MOUNT = "/data"


class HubJobs:
    """The seven verbs over `huggingface_hub`'s jobs and repositories."""

    def __init__(self, facts: Facts, url: str, key: str) -> None:
        from huggingface_hub import HfApi

        self.facts, self.url, self._key = facts, url, key
        self._api: HfApi = HfApi(endpoint=url, token=key or None, library_name="rag-or-finetune")
        self._name = ""

    @property
    def namespace(self) -> str:
        """Whose token it is; asked once."""
        if not self._name:
            with _as_failure():
                self._name = str(self._api.whoami()["name"])
        return self._name

    def limits(self) -> Limits:
        """Any base that the container can load; the token is tried."""
        _ = self.namespace
        return Limits()

    def upload(self, order: Order) -> str:
        """The private repository with the data set; what is there already is not sent again."""
        repo = f"{self.namespace}/{order.suffix}"
        with _as_failure():
            self._api.create_repo(repo, repo_type="dataset", private=True, exist_ok=True)
            if not self._api.file_exists(repo, order.file_name, repo_type="dataset"):
                self._api.upload_file(
                    path_or_fileobj=order.rows, path_in_repo=order.file_name, repo_id=repo, repo_type="dataset",
                    commit_message="Data set of a training job",
                )  # fmt: skip
        return repo

    def estimate(self, order: Order, file: str | None) -> Estimate:
        """The most that the job can cost: the price of a minute times the minutes after which it is ended."""
        flavor = str(order.hyperparameters.get("flavor", FLAVOR))
        with _as_failure():
            known = {h.name: h for h in self._api.list_jobs_hardware()}
        if flavor not in known:
            raise UserError(f"hf-jobs: has no flavor {flavor}; it has: {', '.join(sorted(known))}")
        price = known[flavor]
        if price.unit_label != "minute":
            return Estimate(None, source=f"{flavor} is paid by the {price.unit_label}")
        minutes = timeout_seconds(order) / 60
        return Estimate(
            price.unit_cost_usd * minutes, "USD", f"{minutes:g} minutes of {flavor}, by the provider's price list"
        )

    def create(self, order: Order, file: str) -> Job:
        """Start the job, with its key as a label; it is ended after its time, and never tried twice."""
        from huggingface_hub import Volume

        given = order.hyperparameters
        with _as_failure():
            made = self._api.run_job(
                image=str(given.get("image", IMAGE)), command=["sh", "-ec", script(order, f"{self.namespace}/")],
                flavor=str(given.get("flavor", FLAVOR)), timeout=timeout_seconds(order), attempts=1,
                labels={LABEL: order.key}, secrets={"HF_TOKEN": self._key}, namespace=self.namespace,
                env={"HF_ENDPOINT": self.url}, volumes=[Volume(type="dataset", source=file, mount_path=MOUNT)],
            )  # fmt: skip
        return self._job(made)

    def find(self, order: Order) -> Job | None:
        """The job with this key; one that failed or was cancelled does not count."""
        with _as_failure():
            found = list(self._api.list_jobs(labels={LABEL: order.key}, namespace=self.namespace))
        for info in found:
            if (info.labels or {}).get(LABEL) == order.key:
                job = self._job(info)
                if job.state not in ("failed", "cancelled"):
                    return job
        return None

    def poll(self, job: str) -> Job:
        """The job as it is now."""
        with _as_failure():
            return self._job(self._api.inspect_job(job_id=job, namespace=self.namespace))

    def cancel(self, job: str) -> Job:
        """End it."""
        with _as_failure():
            self._api.cancel_job(job_id=job, namespace=self.namespace)
        return self.poll(job)

    def remove(self, file: str) -> None:
        """Delete the repository with the data set; one that is gone is no fault."""
        with _as_failure():
            self._api.delete_repo(file, repo_type="dataset", missing_ok=True)

    def _job(self, info: JobInfo) -> Job:
        stage = str(getattr(info.status.stage, "value", info.status.stage)) if info.status else ""
        state = STATES.get(stage, "running")
        served = adapter_repo(self.namespace, (info.labels or {}).get(LABEL, "")) if state == "succeeded" else ""
        return Job(str(info.id), state, served, message=str((info.status and info.status.message) or ""))


def adapter_repo(namespace: str, key: str) -> str:
    """Where the adapter of an order is pushed to."""
    return f"{namespace}/rof-{key[:12]}-adapter"


def timeout_seconds(order: Order) -> int:
    """After how long the job is ended; raises UserError for what is no time."""
    text = str(order.hyperparameters.get("timeout", TIMEOUT))
    if not (found := re.fullmatch(r"(\d+)([smhd])", text)) or not int(found[1]):
        raise UserError(f"--timeout {text}: not a time; write it as 90m or 2h")
    return int(found[1]) * SECONDS[found[2]]


def script(order: Order, owner: str) -> str:
    """What the container runs: the same version of this toolkit, on the data set that was sent."""
    given = {k: shlex.quote(str(v)) for k, v in order.hyperparameters.items()}
    base, repo = shlex.quote(order.base), adapter_repo(owner.rstrip("/"), order.key)
    return "\n".join((
        f"python -m pip install -q rag-or-finetune=={metadata.version('rag-or-finetune')}",
        f"python -m zipfile -e {MOUNT}/{order.file_name} /tmp/set",
        f"finetune train /tmp/set --adapter {order.adapter} --model {base} --embedder {given['embedder']} "
        f"--seed {order.seed} --out /tmp/run",
        f"finetune push /tmp/run {repo} --adapter {order.adapter}",
    ))  # fmt: skip


@contextmanager
def _as_failure() -> Iterator[None]:
    """Turn what the client raises into a Failure, as other providers' answers are."""
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    from finetune.hub.hub_client import transport_error

    try:
        yield
    except OfflineModeIsEnabled:
        raise UserError("hf-jobs: HF_HUB_OFFLINE is set; unset it") from None
    except HfHubHTTPError as error:
        status = error.response.status_code
        kind = "busy" if status == 429 else "server" if status >= 500 else "client"
        hint = ": the token is refused; it needs the right to write, and to run jobs" if status in (401, 403) else ""
        raise Failure(kind, f"HTTP {status}{hint}", kind != "client", status=status) from None
    except (transport_error(), ConnectionError) as error:
        kind = "timeout" if "Timeout" in type(error).__name__ else "broken"
        raise Failure(kind, "no connection, or no answer in time", passing=True) from None


def fetch(job: Job, url: str, run: Path) -> Path:
    """Bring the adapter of a finished job into the run folder, where `evaluate` finds it."""
    from finetune.hub.pull import pull

    return pull(job.served, run=run, endpoint=url)


def _make(facts: Facts, url: str, key: str) -> Provider:
    return HubJobs(facts, url, key)


def _packed(resources: Any, adapter: Any) -> Any:
    return packed_set(resources, adapter)


PROVIDERS.add(
    "hf-jobs",
    ProviderKind(
        Facts("https://huggingface.co", "HF_TOKEN", "none", True, "huggingface_hub 2.4.0, read 2026-11-28",
              estimates=True, retention="https://huggingface.co/docs/hub/jobs"), _make, _packed, fetch),
)  # fmt: skip
