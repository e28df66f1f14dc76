"""The OpenAI-compatible endpoint on this machine: models, chat completions, streaming and not, and completions."""

from __future__ import annotations

import json
import secrets
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from finetune.serve.host_guard import refused
from finetune.serve.local_server import open_server, serve_until_interrupted
from finetune.serve.raw_completions import complete, describe, tokenize
from finetune.serve.request import ApiError, ChatRequest, parse_request
from finetune.serve.run_answers import Desk, Piece, Reply

LONGEST_BODY = 1 << 20
PATIENCE = 60
"""Seconds that a client may leave the line idle; one that never takes its reply would keep all others waiting."""
OWNER = "rag-or-finetune"


def make_server(desk: Desk, host: str, port: int) -> ThreadingHTTPServer:
    """A server that is not yet serving; port 0: a free one. Raises UserError when the address cannot be opened."""
    handler = type("ApiHandler", (_Handler,), {"desk": desk, "host": host, "started": int(time.time())})
    return open_server(handler, host, port)


def serve_api(desk: Desk, host: str, port: int, show: Callable[[str], None]) -> None:
    """Load everything, then answer until interrupted; `show` gets the lines to print."""
    server = make_server(desk, host, port)
    desk.load()
    show(f"answering by {desk.default} unless the request names another model: {', '.join(desk.modes)}; Ctrl-C ends")
    show(f"base URL for any OpenAI client: http://{host}:{server.server_port}/v1 (any API key will do)")
    serve_until_interrupted(server, show)


class _Handler(BaseHTTPRequestHandler):
    desk: Desk
    host: str
    started: int
    protocol_version = "HTTP/1.1"
    server_version = OWNER
    sys_version = ""
    timeout = PATIENCE
    answering: bool
    """The head of this answer has been sent."""

    def do_GET(self) -> None:
        """The list of models, or one of them."""
        self._guarded(self._get)

    def do_POST(self) -> None:
        """A chat completion."""
        self._guarded(self._post)

    def _guarded(self, answer: Callable[[], None]) -> None:
        self.answering = False
        try:
            if reason := refused(self.headers, self.host, self.connection.getsockname()[1]):  # type: ignore[arg-type]
                raise ApiError(403, reason, code="forbidden")
            answer()
        except ApiError as error:
            self.close_connection = True  # the body may not have been read
            self._json(error.status, error.body())
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            self.close_connection = True  # the client has gone
        except Exception:
            traceback.print_exc()
            self.close_connection = True
            if not self.answering:
                self._json(500, ApiError(500, "the server failed; its terminal says how").body())

    def _get(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/v1/models":
            self._json(200, {"object": "list", "data": [self._model(m) for m in self.desk.modes]})
        elif path == "/v1/server":
            self._json(200, describe(self.desk))
        elif (name := path.removeprefix("/v1/models/")) in self.desk.modes:
            self._json(200, self._model(name))
        else:
            raise self._unknown()

    def _post(self) -> None:
        path = self.path.partition("?")[0]
        if path in ("/tokenize", "/v1/completions"):
            body = self._body()
            with self.desk.lock:
                name = f"cmpl-{secrets.token_hex(12)}"
                whole = tokenize(self.desk, body) if path == "/tokenize" else complete(self.desk, body, name)
            self._json(200, whole)
            return
        if path != "/v1/chat/completions":
            raise self._unknown()
        request = parse_request(self._body())
        name = f"chatcmpl-{secrets.token_hex(12)}"
        with self.desk.lock, closing((reply := self.desk.reply(request)).pieces):
            if request.stream:
                self._events(_chunks(reply, request, name))
                return
            whole = _completion(reply, name)
        self._json(200, whole)

    def _body(self) -> Any:
        length = self.headers.get("Content-Length", "")
        if self.headers.get_content_type() != "application/json":  # what a page of another site may not send unasked
            raise ApiError(415, "send the request as application/json")
        if not length.isdecimal():
            raise ApiError(411, "send the length of the request")
        if int(length) > LONGEST_BODY:
            raise ApiError(413, f"the request has more than {LONGEST_BODY} bytes")
        try:
            return json.loads(self.rfile.read(int(length)))
        except ValueError:
            raise ApiError(400, "the body is not valid JSON") from None

    def _unknown(self) -> ApiError:
        return ApiError(
            404, f"{self.command} {self.path}: no such address; there are /v1/models, /v1/chat/completions and "
            "/v1/completions",
            code="unknown_url",
        )  # fmt: skip

    def _model(self, mode: str) -> dict[str, Any]:
        return {"id": mode, "object": "model", "created": self.started, "owned_by": OWNER}

    def _json(self, status: int, value: Any) -> None:
        data = json.dumps(value, ensure_ascii=False).encode("utf-8")
        self._head(status, "application/json; charset=utf-8", {"Content-Length": str(len(data))})
        self.wfile.write(data)

    def _events(self, chunks: Iterator[dict[str, Any]]) -> None:
        """Server-sent events in chunked transfer, so that the connection can be kept."""
        self._head(200, "text/event-stream; charset=utf-8", {"Transfer-Encoding": "chunked"})
        for chunk in chunks:
            self._event(json.dumps(chunk, ensure_ascii=False))
        self._event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, text: str) -> None:
        data = f"data: {text}\n\n".encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _head(self, status: int, kind: str, further: dict[str, str]) -> None:
        self.answering = True
        self.send_response(status)
        for name, value in {
            "Content-Type": kind, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **further
        }.items():  # fmt: skip
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Nothing: questions are private."""


def _head_of(reply: Reply, name: str, kind: str) -> dict[str, Any]:
    return {"id": name, "object": kind, "created": int(time.time()), "model": reply.mode}


def _completion(reply: Reply, name: str) -> dict[str, Any]:
    pieces = list(reply.pieces)
    message = {"role": "assistant", "content": "".join(p.text for p in pieces), "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": pieces[-1].finish, "logprobs": None}
    return _head_of(reply, name, "chat.completion") | {
        "choices": [choice], "usage": _usage(pieces[-1]), **_sources(reply),
    }  # fmt: skip


def _chunks(reply: Reply, request: ChatRequest, name: str) -> Iterator[dict[str, Any]]:
    head = _head_of(reply, name, "chat.completion.chunk")
    silent = {"usage": None} if request.usage else {}

    def chunk(delta: dict[str, str], finish: str | None = None) -> dict[str, Any]:
        return head | {"choices": [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}]} | silent

    yield chunk({"role": "assistant", "content": ""}) | _sources(reply)
    for piece in reply.pieces:
        if piece.text:
            yield chunk({"content": piece.text})
        if piece.finish:
            yield chunk({}, piece.finish)
            if request.usage:
                yield head | {"choices": [], "usage": _usage(piece)}


def _usage(last: Piece) -> dict[str, Any]:
    return {
        "prompt_tokens": last.tokens_in, "completion_tokens": last.tokens_out,
        "total_tokens": last.tokens_in + last.tokens_out,
        "completion_tokens_details": {"reasoning_tokens": last.thinking_tokens},
    }  # fmt: skip


def _sources(reply: Reply) -> dict[str, Any]:
    """Beyond OpenAI's fields: the passages that the reply was given, and what of the request was not followed."""
    return {"passages": [asdict(p) for p in reply.passages], "notes": list(reply.notes)}
