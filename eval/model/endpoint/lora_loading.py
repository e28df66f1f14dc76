"""An adapter folder put on a server that takes adapters while it runs: vLLM's and SGLang's own addresses for that.

vLLM has to be started with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True. Both read the folder themselves, so
it has to lie at the same path for them. That the adapter is really used is checked afterwards, by its replies: vLLM
answers "Success" for one whose tensors it does not know.
"""

from __future__ import annotations

import atexit
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.errors import UserError
from eval.files import file_digest, fingerprint
from eval.model.endpoint.http_client import Failure

if TYPE_CHECKING:
    from eval.model.endpoint.http_client import Client
    from eval.model.endpoint.server import Server

LOAD = {"vllm": "/v1/load_lora_adapter", "sglang": "/load_lora_adapter"}
UNLOAD = {"vllm": "/v1/unload_lora_adapter", "sglang": "/unload_lora_adapter"}
CONFIG, WEIGHTS = "adapter_config.json", ("adapter_model.safetensors", "adapter_model.bin")
HINTS = {
    "vllm": "start vLLM with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True, and --max-lora-rank as high as "
    "the adapter's rank",
    "sglang": "start SGLang with --enable-lora, and --max-lora-rank as high as the adapter's rank",
}


def is_adapter_folder(name: str) -> bool:
    """Whether a name is that of a folder here with an adapter's settings, rather than a name on a server."""
    return (Path(name) / CONFIG).is_file()


def adapter_name(folder: Path) -> str:
    """The name under which a server gets the adapter: of its files, so that another one is never taken for it."""
    weights = next((folder / w for w in WEIGHTS if (folder / w).is_file()), None)
    if weights is None:
        raise UserError(f"{folder}: has {CONFIG} and no weights; name a finished adapter folder")
    return f"rof-{fingerprint(file_digest(folder / CONFIG), file_digest(weights))[:12]}"


def load_adapter(client: Client, server: Server, folder: Path) -> str:
    """Have the server load the adapter, unless it has; returns its name there. It is let go when the program ends.

    Raises UserError where the server takes no adapters, or does not list this one afterwards.
    """
    name = adapter_name(folder)
    if server.kind not in LOAD:
        raise UserError(
            f"{client.url}: {server.words()} loads no adapter folder while it runs, only {' and '.join(LOAD)} do; "
            f"start the server with {folder}, and name what it calls it"
        )
    if name in _listed(client):
        return name
    try:
        _ask(client, LOAD[server.kind], {"lora_name": name, "lora_path": str(folder.resolve())})
    except Failure as failure:
        raise UserError(f"{client.url}: does not load {folder} ({failure}); {HINTS[server.kind]}") from None
    if name not in _listed(client):
        raise UserError(f"{client.url}: said that it loaded {folder}, and does not list '{name}'")
    atexit.register(unload_adapter, client, server, name)
    return name


def unload_adapter(client: Client, server: Server, name: str) -> None:
    """Have the server let an adapter go; a server that has gone itself is no fault."""
    with contextlib.suppress(Failure):
        _ask(client, UNLOAD[server.kind], {"lora_name": name})


def _ask(client: Client, address: str, body: dict[str, str]) -> None:
    """Send it; vLLM answers in words, which are no JSON."""
    try:
        client.post(client.root + address, body)
    except Failure as failure:
        if failure.kind != "broken":
            raise


def _listed(client: Client) -> set[str]:
    said: Any = client.get(client.url + "/models")
    return {str(m.get("id")) for m in said.get("data", [])} if isinstance(said, dict) else set()
