"""Where a served model is, as named on the command line or in dataset.yaml; checked before anything is sent."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from eval.config import DatasetConfig, Endpoint
from eval.errors import UserError
from eval.files import file_digest, fingerprint
from eval.judge.settings import DEFAULT_KEY_ENV, is_loopback
from eval.model.arithmetic import Arithmetic
from eval.strategies import ADAPTERS

GENERATOR = "endpoint"
SERVED = Arithmetic("endpoint", "served", "served", "served")
"""What a server computes in is its own; that it is the same server is checked by what it says of itself."""


def is_address(model: str) -> bool:
    """Whether `--model` names a server rather than a model on this machine."""
    return model.startswith(("http://", "https://"))


def named_endpoint(
    model: str,
    *,
    name: str | None = None,
    adapters: Mapping[str, str | None] | None = None,
    tokenizer: str | None = None,
    key_env: str | None = None,
    concurrency: int | None = None,
    max_requests: int | None = None,
    max_cost: float | None = None,
    tokens_in_per_million: float | None = None,
    tokens_out_per_million: float | None = None,
) -> Endpoint:
    """The endpoint of `--model URL` or `--model URL#NAME` and the flags beside it; raises UserError."""
    url, _, after = model.partition("#")
    served = name or after
    if not served:
        raise UserError(f"--model {model}: names a server but no model there; add --model-name NAME")
    given = {k: v for k, v in (adapters or {}).items() if v}
    found = Endpoint(
        url=url, model=served, adapters=given, tokenizer=tokenizer, key_env=key_env, concurrency=concurrency,
        max_requests=max_requests, max_cost=max_cost, tokens_in_per_million=tokens_in_per_million,
        tokens_out_per_million=tokens_out_per_million,
    )  # fmt: skip
    check_endpoint(found, "--model")
    return found


def check_endpoint(endpoint: Endpoint, where: str) -> None:
    """Raise UserError that names what is wrong with an address, an adapter or a key; `where` says who named it."""
    for url in (endpoint.url, *(at(endpoint, a)[0] for a in endpoint.adapters)):
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UserError(
                f"{where} {url}: not an http:// or https:// address; write one like http://localhost:8000/v1"
            )
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise UserError(f"{where} {url}: no user, query or fragment belongs in the address; keys go by key_env")
    if endpoint.max_cost is not None and None in (endpoint.tokens_in_per_million, endpoint.tokens_out_per_million):
        raise UserError(
            f"{where}: max_cost counts by the token; give tokens_in_per_million and tokens_out_per_million, by "
            "the file of --prices or beside endpoint.max_cost"
        )
    for name in endpoint.adapters:
        if name not in ADAPTERS:
            raise UserError(f"{where}: key 'endpoint.adapters': no adapter '{name}'; known: {', '.join(ADAPTERS)}")
    if endpoint.key_env and not os.environ.get(endpoint.key_env, "").strip():
        raise UserError(f"{where}: the environment variable {endpoint.key_env} is not set; export the key")


def with_endpoint(settings: DatasetConfig, endpoint: Endpoint | None) -> DatasetConfig:
    """The settings with replies made by this endpoint, or by none."""
    name = settings.generation.generator
    name = GENERATOR if endpoint else "local" if name == GENERATOR else name
    generation = settings.generation.model_copy(update={"generator": name})
    return settings.model_copy(update={"endpoint": endpoint, "generation": generation})


def at(endpoint: Endpoint, adapter: str | None) -> tuple[str, str]:
    """(address, name there) of the base, or of an adapter, which may be served elsewhere."""
    if adapter is None:
        return endpoint.url, endpoint.model
    name = endpoint.adapters[adapter]
    url, _, own = name.partition("#")
    return (url, own) if is_address(name) and own else (endpoint.url, name)


def api_key(endpoint: Endpoint, url: str) -> str:
    """The key, read at the last moment and kept nowhere; empty when there is none.

    Over plain HTTP to another machine, and to another server than the endpoint's own, only a key that was named goes.
    """
    own = urlsplit(url).netloc == urlsplit(endpoint.url).netloc
    if endpoint.key_env is None and not is_loopback(url) and (urlsplit(url).scheme == "http" or not own):
        return ""
    return os.environ.get(endpoint.key_env or DEFAULT_KEY_ENV, "").strip()


def notice(endpoint: Endpoint, *, passages: bool) -> str:
    """One line on what leaves the machine, and for where; empty when nothing does."""
    hosts = dict.fromkeys(at(endpoint, a)[0] for a in (None, *endpoint.adapters))
    away = [str(urlsplit(u).hostname) for u in hosts if not is_loopback(u)]
    if not away:
        return ""
    what = "the instruction, questions, worked examples" + (" and passages of the corpus" if passages else "")
    return f"endpoint: {what} are sent to {', '.join(dict.fromkeys(away))}, and nowhere else"


def served_fingerprint(endpoint: Endpoint, tokenizer: str) -> str:
    """A name of the base behind the address; `tokenizer` is the fingerprint of the local one, or empty."""
    return fingerprint("served", endpoint.url.rstrip("/"), endpoint.model, tokenizer)


def adapter_fingerprint(endpoint: Endpoint, adapter: str) -> str:
    """A name of a served adapter."""
    url, name = at(endpoint, adapter)
    if (folder := Path(name)).is_dir():  # loaded from here: its weights are what it is
        name = fingerprint(*(file_digest(f) for f in sorted(folder.glob("adapter_*"))))
    return fingerprint("served adapter", url.rstrip("/"), name)[:16]
