"""What a server says of itself, asked once: kind, version, models, context, and what of prompts it can be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from eval.errors import UserError
from eval.model.endpoint.http_client import Client, Failure
from eval.registry import Registry

PROBE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """One server as it was when it was asked."""

    kind: str = "unknown"
    version: str = ""
    models: tuple[str, ...] = ()
    context: int | None = None
    """Tokens of prompt and reply together; None: it does not say."""
    adapters: Mapping[str, int] = field(default_factory=dict)
    """llama.cpp: LoRA file -> its number, which requests choose by."""
    tokenizes: bool = False
    """It tells how it cuts a text into tokens."""
    template: str = ""
    """Its chat template, where it shows that."""
    ends: Mapping[str, str] = field(default_factory=dict)
    """Model -> the date on which the provider shuts it down."""

    def record(self) -> dict[str, Any]:
        """As it is kept; the template by its length alone."""
        return asdict(self) | {"template": len(self.template), "models": list(self.models)}

    @property
    def identity(self) -> list[str]:
        """What replies may depend on."""
        return [self.kind, self.version, str(self.context)]

    def words(self) -> str:
        """As it is said in messages."""
        return f"{self.kind} {self.version}".strip()


Ask = Callable[[str], Any]
"""The JSON at an address below the root of the server; None where there is none."""
Look = Callable[[Ask], "Server | None"]
KINDS: Registry[Look] = Registry("kind of server")


def kind(name: str) -> Callable[[Look], Look]:
    """Register how a kind of server is known, and what it says of itself."""

    def register(look: Look) -> Look:
        KINDS.add(name, look)
        return look

    return register


@kind("llama.cpp")
def _llama_cpp(ask: Ask) -> Server | None:
    said = ask("/props")
    if not isinstance(said, dict) or "default_generation_settings" not in said:
        return None
    loras = ask("/lora-adapters")
    return Server(
        "llama.cpp", str(said.get("build_info", "")), context=_count(said["default_generation_settings"].get("n_ctx")),
        adapters={str(x["path"]): int(x["id"]) for x in loras} if isinstance(loras, list) else {}, tokenizes=True,
        template=str(said.get("chat_template", "")),
    )  # fmt: skip


@kind("vllm")
def _vllm(ask: Ask) -> Server | None:
    said = ask("/version")
    return Server("vllm", str(said["version"]), tokenizes=True) if _holds(said, "version") else None


@kind("ollama")
def _ollama(ask: Ask) -> Server | None:
    said = ask("/api/version")
    return Server("ollama", str(said["version"])) if _holds(said, "version") else None


@kind("sglang")
def _sglang(ask: Ask) -> Server | None:
    said = ask("/get_server_info")
    if not _holds(said, "version"):
        return None
    return Server("sglang", str(said["version"]), context=_count(said.get("context_length")))


@kind("rag-or-finetune")
def _own(ask: Ask) -> Server | None:
    said = ask("/v1/server")
    if not _holds(said, "version") or said.get("kind") != "rag-or-finetune":
        return None
    return Server("rag-or-finetune", str(said["version"]), context=_count(said.get("context")), tokenizes=True)


def probe(client: Client) -> Server:
    """Ask a server what it is; raises UserError where nothing answers, or the key is refused."""

    def ask(address: str) -> Any:
        try:
            return client.get(client.root + address, timeout=PROBE_SECONDS)
        except Failure as failure:
            if failure.kind in ("refused", "timeout"):
                raise UserError(f"{client.url}: {failure}; start the server, or correct the address") from None
            return None

    found = next((server for look in KINDS.values() if (server := look(ask))), Server())
    listed = _models(client)
    contexts = [_count(m.get("max_model_len")) for m in listed]
    ends = {str(m.get("id")): str(m["shutdown_date"]) for m in listed if m.get("shutdown_date")}
    context = found.context or next((c for c in contexts if c), None)
    return replace(found, models=tuple(str(m.get("id")) for m in listed), ends=ends, context=context)


def check_name(server: Server, name: str, url: str) -> None:
    """Raise UserError where the server lists its models, and this is none of them; llama.cpp answers to any name."""
    if server.kind == "llama.cpp" or not server.models or name in server.models:
        return
    if server.kind == "ollama" and f"{name}:latest" in server.models:
        return
    shown = ", ".join(server.models[:8]) + (", ..." if len(server.models) > 8 else "")
    raise UserError(f"{url}: serves no model '{name}'; it has: {shown}")


def lora_choice(server: Server, name: str, *, base: bool, url: str) -> list[dict[str, float]] | None:
    """llama.cpp's `lora` field: all adapters off for the base, one on for an adapter; None where it is not needed."""
    if not server.adapters:
        return None
    if base:
        return [{"id": number, "scale": 0.0} for number in server.adapters.values()]
    chosen = [n for path, n in server.adapters.items() if name in _names_of(path, n)]
    if len(chosen) != 1:
        raise UserError(f"{url}: has no LoRA adapter '{name}'; it has: {', '.join(server.adapters)}")
    return [{"id": n, "scale": float(n == chosen[0])} for n in server.adapters.values()]


def tokens_of(client: Client, server: Server, model: str, text: str) -> list[int] | None:
    """How the server cuts a text into tokens, nothing put before it; None where it does not tell."""
    if not server.tokenizes:
        return None
    body = {"content": text, "prompt": text, "model": model, "add_special": False, "add_special_tokens": False,
            "parse_special": True}  # fmt: skip
    try:
        said = client.post(client.root + "/tokenize", body, timeout=PROBE_SECONDS)
        return [int(t) for t in said["tokens"]]
    except (Failure, LookupError, TypeError, ValueError):
        return None


def _names_of(path: str, number: int) -> Iterator[str]:
    file = path.replace("\\", "/").rpartition("/")[2]
    yield from (path, file, file.removesuffix(".gguf"), f"lora:{number}")


def _models(client: Client) -> list[dict[str, Any]]:
    try:
        said = client.get(client.url + "/models", timeout=PROBE_SECONDS)
    except Failure as failure:
        if failure.status in (401, 403):
            raise UserError(f"{client.url}: {failure}; name the variable that holds it by --model-key-env") from None
        return []
    data = said.get("data") if isinstance(said, dict) else None
    return [m for m in data if isinstance(m, dict)] if isinstance(data, list) else []


def _holds(said: Any, key: str) -> bool:
    return isinstance(said, dict) and isinstance(said.get(key), str)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
