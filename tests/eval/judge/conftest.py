"""A judge that follows a script, behind real HTTP on loopback; every other address is out of reach."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

Reply = dict[str, Any] | str | bytes | int | float
"""An object: the answer. Text: the message as it stands. Bytes: the whole body. int: a status. float: lateness."""


@dataclass
class Script:
    """What the judge answers, and what it was asked."""

    url: str = ""
    answer: Callable[[str], Reply] = lambda prompt: good(prompt)
    finish: str = "stop"
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    retry_after: str = ""
    error_body: bytes = b'{"error": "sk-secret"}'
    busy: int = 0
    busiest: int = 0


def last_input(prompt: str) -> dict[str, Any]:
    """The object that ragas asks about, out of its prompt."""
    found: dict[str, Any] = json.loads(prompt.rpartition("\ninput: ")[2].rpartition("\nOutput:")[0])
    return found


def good(prompt: str) -> dict[str, Any]:
    """What a judge that reads literally says: a statement is one line, supported where it stands in the context."""
    data = last_input(prompt)
    if "claims" in prompt.split("prompt:")[0].split("Now perform")[0] and "atomicity" in data:
        return {"claims": [data["response"].split("\n")[-1]]}
    if "statements" in data:
        rows = [{"statement": s, "reason": "", "verdict": int(s in data["context"])} for s in data["statements"]]
        return {"statements": rows}
    if "reference" in data or "House style" in str(data.get("user_input")):
        return {"feedback": "", "score": 4}
    if set(data) == {"question", "answer"}:
        return {"statements": re.split(r"(?<=\.)\s+", data["answer"])}
    if set(data) == {"question", "context", "answer"}:
        found = int(data["answer"] in data["context"])
        if "classifications" in prompt:
            return {"classifications": [{"statement": data["answer"], "reason": "", "attributed": found}]}
        return {"reason": "", "verdict": found}
    return {"question": "What is the berths of the harbour?", "noncommittal": 0}


class Handler(BaseHTTPRequestHandler):
    script: Script

    def do_POST(self) -> None:
        script, body = self.script, json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        script.busy += 1
        script.busiest = max(script.busiest, script.busy)
        script.asked.append(body)
        script.headers.append({"path": self.path, **self.headers})
        reply = script.answer(body["messages"][0]["content"])
        if isinstance(reply, float):
            time.sleep(reply)
            reply = good(body["messages"][0]["content"])
        status, data = (reply, script.error_body) if isinstance(reply, int) else (200, self._body(reply))
        script.busy -= 1
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            if script.retry_after:
                self.send_header("Retry-After", script.retry_after)
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            pass  # the client did not wait

    def _body(self, reply: dict[str, Any] | str | bytes | float) -> bytes:
        if isinstance(reply, bytes):
            return reply
        content = json.dumps(reply) if isinstance(reply, dict) else reply
        message = {"message": {"role": "assistant", "content": content}, "finish_reason": self.script.finish}
        return json.dumps({"choices": [message]}).encode()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    """A running scripted judge; connections to any other port or machine fail the test."""
    script = Script()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Scripted", (Handler,), {"script": script}))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    allow_only(monkeypatch, server.server_address[1])
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr("eval.judge.endpoint.BACKOFF_SECONDS", 0.01)
    yield script
    server.shutdown()
    server.server_close()


def allow_only(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """Let this process connect to one loopback port and look up no name."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            assert address[:2] == ("127.0.0.1", port), f"a connection to {address} was tried"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded)
