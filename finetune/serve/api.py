"""The OpenAI-compatible endpoint on this machine: models, chat completions, streaming and not, and completions."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
import traceback
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, ParamSpec

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from eval.serving.guards import BodyLimit, FixedHeaders, OwnPagesOnly, Patience
from eval.serving.local_server import LocalServer, serve_until_interrupted
from finetune.serve.chat_bodies import chat_completion, chunks_of, first_chunks, usage, usage_chunk
from finetune.serve.event_stream import FAILED, Events, let_go
from finetune.serve.operation import Meters, Operation
from finetune.serve.pieces import Pieces
from finetune.serve.raw_completions import completion, describe, echoed, prepare, tokenize
from finetune.serve.request import ApiError, parse_request
from finetune.serve.responses import parse_response_request, response
from finetune.serve.run_answers import AnswerService, Reply
from finetune.serve.scheduler import MOST_ROWS, MOST_WAITING, Begun, Busy, Scheduler
from finetune.serve.writing import Piece, Writing

P = ParamSpec("P")

LONGEST_BODY = 1 << 20
PATIENCE = 60
"""Seconds that a client may leave a part of its reply untaken; one that never takes it would keep all others
waiting."""
DRAIN = 30
"""Seconds that replies have to end once the server is told to stop; a second Ctrl-C does not wait for them."""
MOST_OPEN = MOST_WAITING + MOST_ROWS
"""Requests that are worked on or wait; a further one is refused before anything is done for it."""
OWNER = "rag-or-finetune"
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Server": OWNER}
ADVICE: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "5"}, 503: {"Retry-After": "5"},
}  # fmt: skip
"""What a client is told beside a refusal; the usual ones wait as long and ask again by themselves."""
CODES = {429: "rate_limit_exceeded", 401: "invalid_api_key", 403: "forbidden", 404: "unknown_url", 405: "unknown_url"}

ADDRESSES = frozenset(
    {"/v1/models", "/v1/server", "/v1/chat/completions", "/v1/responses", "/v1/completions", "/tokenize"}
)


def make_server(
    service: AnswerService, host: str, port: int, *, key: str | None = None, log: Callable[[str], object] | None = None
) -> LocalServer:
    """A server that is not yet serving; port 0: a free one. Raises UserError when the address cannot be opened."""
    return LocalServer(make_app(service, host, key=key, log=log), host, port, drain=DRAIN)


def serve_api(
    service: AnswerService,
    host: str,
    port: int,
    show: Callable[[str], None],
    *,
    key: str | None = None,
    log: bool = False,
) -> None:
    """Load everything, then answer until interrupted; `show` gets the lines to print.

    With a `key` only who sends it is answered; with `log` each request is a line, without what it says.
    """
    server = make_server(service, host, port, key=key, log=show if log else None)
    service.load()
    others = ", ".join(service.modes)
    show(f"answering by {service.default} unless the request names another model: {others}; Ctrl-C ends")
    where, keys = f"http://{host}:{server.server_port}", "with your API key" if key else "any API key will do"
    show(f"base URL for any OpenAI client: {where}/v1 ({keys})")
    show(f"for whoever watches it: {where}/health and {where}/metrics")
    serve_until_interrupted(server, show)


def make_app(
    service: AnswerService, host: str, *, key: str | None = None, log: Callable[[str], object] | None = None
) -> Starlette:
    """The endpoint as an application that is served at `host`."""
    api = _Api(service)
    return Starlette(
        routes=[
            Route("/v1/models", api.models),
            Route("/v1/models/{name:path}", api.model),
            Route("/v1/server", api.server),
            Route("/v1/chat/completions", api.chat, methods=["POST"]),
            Route("/v1/responses", api.response, methods=["POST"]),
            Route("/v1/completions", api.completion, methods=["POST"]),
            Route("/tokenize", api.tokens, methods=["POST"]),
        ],
        middleware=[
            Middleware(FixedHeaders, headers=HEADERS),
            Middleware(OwnPagesOnly, host=host, say=_say),
            Middleware(
                Operation,
                meters=api.meters,
                known=ADDRESSES,
                say=_say,
                key=key,
                log=log,
                most=MOST_OPEN,
                ill=api.scheduler.ill,
            ),
            Middleware(BodyLimit, longest=LONGEST_BODY, say=_say),
            Middleware(Patience, seconds=PATIENCE),
        ],
        exception_handlers={ApiError: _known, HTTPException: _http, Exception: _unknown},
    )


def _say(status: int, text: str) -> Response:
    return _refusal(ApiError(status, text, code=CODES.get(status)))


def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return _refusal(error)


def _refusal(error: ApiError) -> Response:
    return JSONResponse(error.body(), error.status, headers=ADVICE.get(error.status))


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code not in (404, 405):
        return _say(error.status_code, error.detail)
    return _say(
        404, f"{request.method} {request.url.path}: no such address; there are /v1/models, /v1/chat/completions, "
        "/v1/responses and /v1/completions",
    )  # fmt: skip


def _unknown(request: Request, error: Exception) -> Response:
    traceback.print_exception(error)
    return _say(500, FAILED)


class _Api:
    """The addresses of the endpoint."""

    def __init__(self, service: AnswerService) -> None:
        self.service, self.started = service, int(time.time())
        self.scheduler = Scheduler(lambda: service.resources.base)
        self.meters = Meters(gauges={
            "requests_waiting": lambda: self.scheduler.waiting, "replies_running": lambda: self.scheduler.writing,
            "model_failures": lambda: self.scheduler.failures, "steps": lambda: self.scheduler.steps,
            "steps_rows": lambda: self.scheduler.stepped,
        })  # fmt: skip

    async def models(self, request: Request) -> Response:
        """The list of models."""
        return JSONResponse({"object": "list", "data": [self._model(m) for m in self.service.modes]})

    async def model(self, request: Request) -> Response:
        """One of them."""
        name = request.path_params["name"]
        if name not in self.service.modes:
            raise HTTPException(404)
        return JSONResponse(self._model(name))

    async def server(self, request: Request) -> Response:
        """What this server is."""
        return JSONResponse(describe(self.service))

    async def tokens(self, request: Request) -> Response:
        """The tokens of a text."""
        return JSONResponse(await self.scheduler.call(tokenize, self.service, await _body(request)))

    async def completion(self, request: Request) -> Response:
        """A completion of a whole prompt."""
        body, name, pieces = await _body(request), f"cmpl-{secrets.token_hex(12)}", Pieces()
        asked = await self._begun(prepare, self.service, body, pieces.send)
        if asked.job is None:
            choices, written = [await self.scheduler.call(echoed, self.service, asked, logs=bool(body.get("echo")))], 0
        else:
            made = await self._all(request, asked.writings, pieces)
            choices = [
                {"index": w, "logprobs": None, "text": "".join(p.text for p in made if p.index == w),
                 "finish_reason": next(p.finish for p in made if p.index == w and p.finish)}
                for w in range(len(asked.writings))
            ]  # fmt: skip
            written = sum(p.tokens_out for p in made)
        self.meters.tokens.update(prompt=len(asked.tokens), completion=written)
        return JSONResponse(completion(asked, name, choices, written))

    async def chat(self, request: Request) -> Response:
        """A chat completion, in pieces where that is asked for."""
        asked, name, pieces = parse_request(await _body(request)), f"chatcmpl-{secrets.token_hex(12)}", Pieces()
        reply = await self._begun(self.service.reply, asked, pieces.send)
        if asked.stream:
            return Events(reply, self._events(reply, name, pieces, usage=asked.usage))
        made = await self._all(request, reply.writings, pieces)
        body = chat_completion(reply, name, made)
        self._count(body["usage"])
        return JSONResponse(body)

    async def response(self, request: Request) -> Response:
        """A reply in the form that has places for what was retrieved and what is cited."""
        asked, pieces = parse_response_request(await _body(request)), Pieces()
        reply = await self._begun(self.service.reply, asked, pieces.send)
        made = await self._all(request, reply.writings, pieces)
        self._count(usage(reply, made[-1:]))
        return JSONResponse(response(reply, asked, secrets.token_hex(12), made))

    async def _begun(self, prepare: Callable[P, Begun], *args: P.args, **kwargs: P.kwargs) -> Begun:
        """What a request comes to, its replies being written from now on."""
        found = self.scheduler.begin(prepare, *args, **kwargs)
        try:
            return await asyncio.wrap_future(found)
        except Busy:
            raise ApiError(429, "too many requests wait; ask again later", code="rate_limit_exceeded") from None
        except asyncio.CancelledError:
            found.add_done_callback(_nobody_waits)
            raise

    async def _all(self, request: Request, writings: Sequence[Writing], pieces: Pieces) -> list[Piece]:
        """All pieces of a job; nothing more is computed for a client that leaves meanwhile."""
        whole = asyncio.ensure_future(pieces.all(len(writings)))
        left = asyncio.ensure_future(_left(request))
        try:
            await asyncio.wait({whole, left}, return_when=asyncio.FIRST_COMPLETED)
            if not whole.done():
                raise ApiError(499, "the client has left")
            return whole.result()
        finally:
            whole.cancel()
            left.cancel()
            let_go(writings)

    async def _events(self, reply: Reply, name: str, pieces: Pieces, *, usage: bool) -> AsyncIterator[dict[str, Any]]:
        for chunk in first_chunks(reply, name, usage=usage):
            yield chunk
        texts = [""] * len(reply.writings)
        last: list[Piece] = []
        async for piece in pieces.each(len(reply.writings)):
            texts[piece.index] += piece.text
            for chunk in chunks_of(reply, name, piece, texts[piece.index], usage=usage):
                yield chunk
            last += [piece] * bool(piece.finish)
        counted = usage_chunk(reply, name, last)
        self._count(counted["usage"])
        if usage:
            yield counted

    def _count(self, usage: dict[str, Any]) -> None:
        self.meters.tokens.update(prompt=usage["prompt_tokens"], completion=usage["completion_tokens"])

    def _model(self, mode: str) -> dict[str, Any]:
        return {"id": mode, "object": "model", "created": self.started, "owned_by": OWNER}


def _nobody_waits(found: Future[Any]) -> None:
    """Let go of what was begun for a request that was given up meanwhile."""
    if not found.cancelled() and found.exception() is None:
        let_go(found.result().writings)


async def _left(request: Request) -> None:
    """Wait until the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _body(request: Request) -> Any:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":  # what a page of another site may not send unasked
        raise ApiError(415, "send the request as application/json")
    try:
        return json.loads(await request.body())
    except ValueError:
        raise ApiError(400, "the body is not valid JSON") from None
