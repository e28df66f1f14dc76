"""Who may ask a server on this machine, and how much they may send: ASGI middleware. Imports Starlette."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from eval.serving.loopback import LOCAL_NAMES, is_loopback

Say = Callable[[int, str], Response]
"""An answer with a status that says why a request was refused."""


def plainly(status: int, text: str) -> Response:
    """The reason as text."""
    return PlainTextResponse(text, status)


def refused(headers: Mapping[str, str], host: str, port: int) -> str | None:
    """Why a request is refused, or None.

    A browser that was lured to a name which points at this machine (DNS rebinding) says that name as the host, and a
    page of another site says its origin. A host that the user opened to a network is known by any name there.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    named, origin = lowered.get("host", ""), lowered.get("origin")
    names = {f"{name}:{port}" for name in (*LOCAL_NAMES, host)}
    if port == 80:
        names |= {*LOCAL_NAMES, host}
    if is_loopback(host) and named not in names:
        return f"this server answers to {host}:{port}, not to '{named}'"
    if origin is not None and origin != f"http://{named}":
        return f"pages of {origin} may not ask this server"
    return None


class OwnPagesOnly:
    """Lets programs and pages of this machine through, and no web site by way of a browser."""

    def __init__(self, app: ASGIApp, host: str, say: Say = plainly) -> None:
        self.app, self.host, self.say = app, host, say

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 to what is refused."""
        if scope["type"] == "http" and (why := refused(Headers(scope=scope), self.host, scope["server"][1])):
            await self.say(403, why)(scope, receive, send)
            return
        await self.app(scope, receive, send)


class BodyLimit:
    """Takes no request whose body is longer than `longest` bytes, whatever length it names."""

    def __init__(self, app: ASGIApp, longest: int, say: Say = plainly) -> None:
        self.app, self.longest, self.say = app, longest, say

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 to a length that is too long; raise HTTPException where more comes than was named."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        why = f"the request has more than {self.longest} bytes"
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length) > self.longest:
            await self.say(413, why)(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.longest:
                raise HTTPException(413, why)
            return message

        await self.app(scope, counted, send)


class FixedHeaders:
    """Puts these headers on every answer that does not have its own."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self.app, self.headers = app, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, the first message of an answer with the headers."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    own.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, marked)


class Patience:
    """Ends an answer that its client does not take for `seconds`: it may keep all others waiting."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app, self.seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raise OSError, as for a client that has gone, where sending takes too long."""

        async def hurried(message: Message) -> None:
            try:
                await asyncio.wait_for(send(message), self.seconds)
            except TimeoutError:
                raise OSError("the client does not take the answer") from None

        await self.app(scope, receive, hurried)
