"""What a provider of fine-tuning can be asked, whatever its API, and which there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, Protocol

from eval.registry import Registry

State = Literal["preparing", "queued", "running", "finishing", "succeeded", "failed", "cancelled"]
ENDED: tuple[State, ...] = ("succeeded", "failed", "cancelled")
WARN_DAYS = 90
"""Before its end of life."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a provider, with the source and the date on which it was read."""

    url: str
    """Empty: the user names it by --url."""
    key_env: str
    serving: Literal["per-token", "per-hour", "none"]
    """How answering by the tuned model is paid."""
    weights_exportable: bool
    source: str
    end_of_life: date | None = None
    """The day after which nothing more is trained."""
    estimates: bool = False
    """Whether it tells the price of a job once it has the file."""
    retention: str = ""
    """Where the provider says how long it keeps what was sent."""
    stores: str = ""
    """Where else than to its address rows go, if anywhere."""
    answers_at: str = ""
    """The address at which models answer, where it is another one."""
    address: str = "https://HOST/v1"
    """What an address looks like, where the user has to name it."""

    def ending(self, today: date) -> str:
        """What is to be said of the end of life; empty where it is far, or none is known."""
        if self.end_of_life is None:
            return ""
        days = (self.end_of_life - today).days
        if days < 0:
            return f"trains no more since {self.end_of_life.isoformat()} ({self.source})"
        near = days < WARN_DAYS
        return f"trains until {self.end_of_life.isoformat()}, {days} days from now ({self.source})" if near else ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a provider takes; None: it does not say."""

    least_rows: int | None = None
    most_rows: int | None = None
    most_bytes: int | None = None
    bases: tuple[str, ...] = ()
    """Models that it lists; empty: it lists none."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a job will cost, by whom that is said, and when."""

    money: float | None
    currency: str = "USD"
    source: str = ""
    dated: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as the provider sees it now."""

    id: str
    state: State
    served: str = ""
    """The name that the tuned model is served under, once there is one."""
    trained_tokens: int | None = None
    message: str = ""
    created: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be trained; the same order has the same key, by which a job is found again."""

    key: str
    base: str
    adapter: str
    file_name: str
    rows: bytes
    """The training file, one JSON object with `messages` a line."""
    epochs: int
    seed: int
    suffix: str
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)


class Provider(Protocol):
    """The seven verbs. Each raises `eval.model.endpoint.http_client.Failure` where there is no answer."""

    facts: Facts
    url: str

    def limits(self) -> Limits:
        """What is taken."""
        ...

    def upload(self, order: Order) -> str:
        """The id of the training file, which is looked for by name before it is sent."""
        ...

    def estimate(self, order: Order, file: str | None) -> Estimate:
        """The price by the provider's word; `file` is None before anything was sent."""
        ...

    def create(self, order: Order, file: str) -> Job:
        """Start a job."""
        ...

    def find(self, order: Order) -> Job | None:
        """The job of this order, should there be one already; None only where the provider answered and has none."""
        ...

    def poll(self, job: str) -> Job:
        """The job as it is now."""
        ...

    def cancel(self, job: str) -> Job:
        """End a job."""
        ...

    def remove(self, file: str) -> None:
        """Delete a training file there."""
        ...


@dataclass(frozen=True, slots=True)
class PaidEndpoint:
    """What answers by a model for as long as it is paid."""

    id: str
    model: str
    state: str
    """As the provider says it."""
    shared: bool = False
    """Whether it also answers by models that are not of this run folder."""


class PaidByTheHour(Protocol):
    """What providers can be asked beside the verbs whose endpoints are billed until they are stopped."""

    def endpoints(self, models: Sequence[str]) -> list[PaidEndpoint]:
        """Those of the account that answer by one of these models, whoever opened them; raises Failure."""
        ...

    def tear_down(self, endpoint: str) -> None:
        """Delete one; one that is gone is no fault. Raises Failure."""
        ...


@dataclass(frozen=True, slots=True)
class ProviderKind:
    """A provider by name: what is known of it, and how it is spoken to."""

    facts: Facts
    make: Callable[[Facts, str, str], Provider]
    """From the facts, the address and the key."""
    pack: Callable[[Any, Any], Any] | None = None
    """From the run's resources and the adapter, what is sent; None: conversations, one a row."""
    fetch: Callable[[Job, str, Path], Path] | None = None
    """Brings the adapter of a finished job from the address into a run folder; None: it is served there."""


PROVIDERS: Registry[ProviderKind] = Registry("provider")
