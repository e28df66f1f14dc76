"""The OpenAI-compatible endpoint on this machine: models, chat completions, streaming and not, and completions."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import asdict
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from eval.serving.guards import BodyLimit, FixedHeaders, OwnPagesOnly, Patience
from eval.serving.local_server import LocalServer, serve_until_interrupted
from finetune.serve.model_thread import ModelThread
from finetune.serve.operation import Meters, Operation
from finetune.serve.raw_completions import complete, describe, tokenize
from finetune.serve.request import ApiError, ChatRequest, parse_request
from finetune.serve.run_answers import Desk, Piece, Reply

LONGEST_BODY = 1 << 20
PATIENCE = 60
"""Seconds that a client may leave a part of its reply untaken; one that never takes it would keep all others
waiting."""
OWNER = "rag-or-finetune"
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Server": OWNER}
CODES = {401: "invalid_api_key", 403: "forbidden", 404: "unknown_url", 405: "unknown_url"}

ADDRESSES = frozenset({"/v1/models", "/v1/server", "/v1/chat/completions", "/v1/completions", "/tokenize"})


def make_server(
    desk: Desk, host: str, port: int, *, key: str | None = None, log: Callable[[str], object] | None = None
) -> LocalServer:
    """A server that is not yet serving; port 0: a free one. Raises UserError when the address cannot be opened."""
    return LocalServer(make_app(desk, host, key=key, log=log), host, port)


def serve_api(
    desk: Desk, host: str, port: int, show: Callable[[str], None], *, key: str | None = None, log: bool = False
) -> None:
    """Load everything, then answer until interrupted; `show` gets the lines to print.

    With a `key` only who sends it is answered; with `log` each request is a line, without what it says.
    """
    server = make_server(desk, host, port, key=key, log=show if log else None)
    desk.load()
    show(f"answering by {desk.default} unless the request names another model: {', '.join(desk.modes)}; Ctrl-C ends")
    where, keys = f"http://{host}:{server.server_port}", "with your API key" if key else "any API key will do"
    show(f"base URL for any OpenAI client: {where}/v1 ({keys})")
    show(f"for whoever watches it: {where}/health and {where}/metrics")
    serve_until_interrupted(server, show)


def make_app(desk: Desk, host: str, *, key: str | None = None, log: Callable[[str], object] | None = None) -> Starlette:
    """The endpoint as an application that is served at `host`."""
    api = _Api(desk)
    return Starlette(
        routes=[
            Route("/v1/models", api.models),
            Route("/v1/models/{name:path}", api.model),
            Route("/v1/server", api.server),
            Route("/v1/chat/completions", api.chat, methods=["POST"]),
            Route("/v1/completions", api.completion, methods=["POST"]),
            Route("/tokenize", api.tokens, methods=["POST"]),
        ],
        middleware=[
            Middleware(FixedHeaders, headers=HEADERS),
            Middleware(OwnPagesOnly, host=host, say=_say),
            Middleware(BodyLimit, longest=LONGEST_BODY, say=_say),
            Middleware(Operation, meters=api.meters, known=ADDRESSES, say=_say, key=key, log=log),
            Middleware(Patience, seconds=PATIENCE),
        ],
        exception_handlers={ApiError: _known, HTTPException: _http, Exception: _unknown},
    )


def _say(status: int, text: str) -> Response:
    return JSONResponse(ApiError(status, text, code=CODES.get(status)).body(), status)


def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return JSONResponse(error.body(), error.status)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code not in (404, 405):
        return _say(error.status_code, error.detail)
    return _say(
        404, f"{request.method} {request.url.path}: no such address; there are /v1/models, /v1/chat/completions and "
        "/v1/completions",
    )  # fmt: skip


def _unknown(request: Request, error: Exception) -> Response:
    traceback.print_exception(error)
    return _say(500, "the server failed; its terminal says how")


class _Api:
    """The addresses of the endpoint."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.thread, self.started = desk, ModelThread(), int(time.time())
        self.meters = Meters()

    async def models(self, request: Request) -> Response:
        """The list of models."""
        return JSONResponse({"object": "list", "data": [self._model(m) for m in self.desk.modes]})

    async def model(self, request: Request) -> Response:
        """One of them."""
        name = request.path_params["name"]
        if name not in self.desk.modes:
            raise HTTPException(404)
        return JSONResponse(self._model(name))

    async def server(self, request: Request) -> Response:
        """What this server is."""
        return JSONResponse(describe(self.desk))

    async def tokens(self, request: Request) -> Response:
        """The tokens of a text."""
        body = await _body(request)
        async with self.thread.turn:
            return JSONResponse(await self.thread.call(tokenize, self.desk, body))

    async def completion(self, request: Request) -> Response:
        """A completion of a whole prompt."""
        body, name = await _body(request), f"cmpl-{secrets.token_hex(12)}"
        async with self.thread.turn:
            return JSONResponse(await self.thread.call(complete, self.desk, body, name))

    async def chat(self, request: Request) -> Response:
        """A chat completion, in pieces where that is asked for."""
        asked, name = parse_request(await _body(request)), f"chatcmpl-{secrets.token_hex(12)}"
        await self.thread.turn.acquire()
        try:
            reply = await self.thread.call(self.desk.reply, asked)
        except BaseException:
            self.thread.turn.release()
            raise
        if asked.stream:
            return _Events(self.thread, reply, _chunks(reply, asked, name, self.meters))
        try:
            return JSONResponse(await self.thread.call(_completion, reply, name, self.meters))
        finally:
            await _end(self.thread, reply)

    def _model(self, mode: str) -> dict[str, Any]:
        return {"id": mode, "object": "model", "created": self.started, "owned_by": OWNER}


class _Events(StreamingResponse):
    """Server-sent events; the model's turn ends with them, however they end."""

    def __init__(self, thread: ModelThread, reply: Reply, chunks: Iterator[dict[str, Any]]) -> None:
        super().__init__(_events(thread, chunks), media_type="text/event-stream; charset=utf-8")
        self.thread, self.reply = thread, reply

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await asyncio.shield(_end(self.thread, self.reply))


async def _events(thread: ModelThread, chunks: Iterator[dict[str, Any]]) -> AsyncIterator[str]:
    async for chunk in thread.each(chunks):
        yield f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"
    yield "data: [DONE]\n\n"


async def _end(thread: ModelThread, reply: Reply) -> None:
    """Let the model go, in its own thread, and then the turn."""
    try:
        await thread.call(reply.pieces.close)
    finally:
        thread.turn.release()


async def _body(request: Request) -> Any:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":  # what a page of another site may not send unasked
        raise ApiError(415, "send the request as application/json")
    try:
        return json.loads(await request.body())
    except ValueError:
        raise ApiError(400, "the body is not valid JSON") from None


def _head_of(reply: Reply, name: str, kind: str) -> dict[str, Any]:
    return {"id": name, "object": kind, "created": int(time.time()), "model": reply.mode}


def _completion(reply: Reply, name: str, meters: Meters) -> dict[str, Any]:
    pieces = list(reply.pieces)
    _count(pieces[-1], meters)
    message = {"role": "assistant", "content": "".join(p.text for p in pieces), "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": pieces[-1].finish, "logprobs": None}
    return _head_of(reply, name, "chat.completion") | {
        "choices": [choice], "usage": _usage(pieces[-1]), **_sources(reply),
    }  # fmt: skip


def _count(last: Piece, meters: Meters) -> None:
    meters.tokens.update(prompt=last.tokens_in, completion=last.tokens_out)


def _chunks(reply: Reply, request: ChatRequest, name: str, meters: Meters) -> Iterator[dict[str, Any]]:
    head = _head_of(reply, name, "chat.completion.chunk")
    silent = {"usage": None} if request.usage else {}

    def chunk(delta: dict[str, str], finish: str | None = None) -> dict[str, Any]:
        return head | {"choices": [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}]} | silent

    yield chunk({"role": "assistant", "content": ""}) | _sources(reply)
    for piece in reply.pieces:
        if piece.text:
            yield chunk({"content": piece.text})
        if piece.finish:
            _count(piece, meters)
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
