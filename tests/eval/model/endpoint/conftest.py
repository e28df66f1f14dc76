"""A server on loopback that answers by rule, logs what it was sent, and misbehaves as a test tells it to."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

Fault = Callable[[Any, dict[str, Any]], bool]
"""Given the handler and the body, answers wrongly and returns True, or leaves the request to the server."""


@dataclass
class Scripted:
    """What the server does and has seen; `faults` are asked in turn, each request anew."""

    models: tuple[str, ...] = ("base", "tuned")
    completions: bool = False
    cut_at: int | None = None
    more: int = 0
    """Tokens that its own template puts around every prompt beside the usual ones."""
    faults: list[Fault] = field(default_factory=list)
    seen: list[dict[str, Any]] = field(default_factory=list)
    adapter_is_base: bool = False
    most: int = 0
    running: int = 0
    lock: Any = field(default_factory=threading.Lock)
    url: str = ""
    stop: Callable[[], None] = lambda: None

    def reply(self, body: dict[str, Any]) -> str:
        """Another text for each prompt and model, always the same."""
        name = "base" if self.adapter_is_base else body["model"]
        digest = hashlib.sha256(f"{name}{json.dumps(prompt_of(body))}".encode()).hexdigest()
        return json.dumps({"answer": f"{int(digest[:2], 16)}", "source": "arvik.md"})

    def tokens(self, body: dict[str, Any]) -> tuple[int, int]:
        """(of the prompt, of the reply), by its own count."""
        return min(count(body) + self.more, self.cut_at or 10**9), len(self.reply(body)) + 1

    def asked(self) -> list[str]:
        """The last turn of every prompt that was answered or refused."""
        return [json.dumps(prompt_of(body)) for body in self.seen]


def prompt_of(body: dict[str, Any]) -> Any:
    return body["messages"] if "messages" in body else body["prompt"]


def count(body: dict[str, Any]) -> int:
    """A token for every byte, and four for every turn, as the tests' tokenizer and template have it."""
    if isinstance(body.get("prompt"), list):
        return len(body["prompt"])
    return sum(len(m["content"].encode()) + len(m["role"]) + 4 for m in body.get("messages", ())) + 11


def once(fault: Fault, times: int = 1) -> Fault:
    """The fault so many times only."""
    left = [times]

    def limited(handler: Any, body: dict[str, Any]) -> bool:
        if left[0] <= 0:
            return False
        left[0] -= 1
        return fault(handler, body)

    return limited


def status(code: int, message: str = "", **headers: str) -> Fault:
    """An error with this code."""

    def fault(handler: Any, body: dict[str, Any]) -> bool:
        handler.say(code, {"error": {"message": message}}, {k.replace("_", "-"): v for k, v in headers.items()})
        return True

    return fault


def altered(change: Callable[[dict[str, Any]], Any]) -> Fault:
    """The right answer, changed."""

    def fault(handler: Any, body: dict[str, Any]) -> bool:
        answer = handler.right(body)
        handler.say(200, change(answer) or answer)
        return True

    return fault


def raw(data: bytes, *, length: int | None = None, pause: float = 0.0) -> Fault:
    """These bytes in place of an answer, one at a time with a pause."""

    def fault(handler: Any, body: dict[str, Any]) -> bool:
        handler.send_response(200)
        handler.send_header("Content-Length", str(length or len(data)))
        handler.end_headers()
        for byte in data:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(pause)
        handler.close_connection = True
        return True

    return fault


class _Handler(BaseHTTPRequestHandler):
    script: Scripted
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/v1/models":
            self.say(200, {"data": [{"id": m} for m in self.script.models]})
        else:
            self.say(404, {"error": "none"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        script = self.script
        if self.path.endswith("/completions") and "prompt" in body and not script.completions:
            self.say(404, {"error": "none"})
            return
        if self.path not in ("/v1/completions", "/v1/chat/completions"):
            self.say(404, {"error": "none"})
            return
        with script.lock:
            script.seen.append(body)
            script.running += 1
            script.most = max(script.most, script.running)
        try:
            if not any(fault(self, body) for fault in list(script.faults)):
                self.say(200, self.right(body))
        except (BrokenPipeError, ConnectionResetError):
            pass
        finally:
            with script.lock:
                script.running -= 1

    def right(self, body: dict[str, Any]) -> dict[str, Any]:
        text = self.script.reply(body)
        read, written = self.script.tokens(body)
        choice = {"index": 0, "finish_reason": "stop", "text": text}
        if "messages" in body:
            choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        return {"choices": [choice], "usage": {"prompt_tokens": read, "completion_tokens": written}}

    def say(self, code: int, value: Any, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(value).encode()
        self.send_response(code)
        for name, text in {"Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def fault() -> Any:
    """How a server can misbehave."""
    return SimpleNamespace(once=once, status=status, altered=altered, raw=raw)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    """The server, listening on a free port; faults are waited for a hundredth as long."""
    from eval.model.endpoint import patience

    monkeypatch.setattr(patience, "BACKOFF_SECONDS", 0.005)
    script = Scripted()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"script": script}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}/v1"

    def stop() -> None:
        server.shutdown()
        server.server_close()

    script.stop = stop
    yield script
    stop()
