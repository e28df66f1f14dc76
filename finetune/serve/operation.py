"""What running an endpoint takes: an API key, /health, /metrics, and a log without contents. Imports Starlette."""

from __future__ import annotations

import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from eval.serving.guards import Say

PREFIX = "rag_or_finetune"
HEALTH, METRICS = "/health", "/metrics"
NAMED = "X-Request-Id"
PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")
BUCKETS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""Seconds of a request, as the upper ends of a histogram."""
Log = Callable[[str], object]


@dataclass
class Meters:
    """What has been asked of an endpoint since it started; no question and no reply is kept."""

    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    """(address, HTTP status) -> number."""
    seconds: list[int] = field(default_factory=list)
    """Of requests, by bucket: how many took no longer; the last is all of them."""
    total: float = 0.0
    tokens: Counter[str] = field(default_factory=Counter)
    """prompt or completion -> number."""
    running: int = 0
    gauges: Mapping[str, Callable[[], float]] = field(default_factory=dict)
    """What else is stated, as it is when asked."""

    def __post_init__(self) -> None:
        self.seconds = [0] * (len(BUCKETS) + 1)

    def ended(self, address: str, status: int, took: float) -> None:
        """Count a request."""
        self.requests[address, status] += 1
        self.total += took
        for i, limit in enumerate(BUCKETS):
            self.seconds[i] += took <= limit
        self.seconds[-1] += 1

    def text(self) -> str:
        """All of it in the text format of Prometheus, version 0.0.4."""
        lines = [f"# TYPE {PREFIX}_requests_total counter"]
        for (address, status), n in sorted(self.requests.items()):
            lines.append(f'{PREFIX}_requests_total{{path="{address}",status="{status}"}} {n}')
        lines.append(f"# TYPE {PREFIX}_tokens_total counter")
        lines += [f'{PREFIX}_tokens_total{{kind="{kind}"}} {n}' for kind, n in sorted(self.tokens.items())]
        lines += [f"# TYPE {PREFIX}_requests_running gauge", f"{PREFIX}_requests_running {self.running}"]
        for name, value in self.gauges.items():
            lines += [f"# TYPE {PREFIX}_{name} gauge", f"{PREFIX}_{name} {value():g}"]
        lines.append(f"# TYPE {PREFIX}_request_seconds histogram")
        for limit, n in zip((*map(str, BUCKETS), "+Inf"), self.seconds, strict=True):
            lines.append(f'{PREFIX}_request_seconds_bucket{{le="{limit}"}} {n}')
        lines += [
            f"{PREFIX}_request_seconds_sum {self.total:.6f}",
            f"{PREFIX}_request_seconds_count {self.seconds[-1]}",
        ]
        return "\n".join(lines) + "\n"


class Operation:
    """Middleware: says that it is alive, lets in who has the key, counts, and logs one line a request."""

    def __init__(
        self,
        app: ASGIApp,
        meters: Meters,
        known: frozenset[str],
        say: Say,
        key: str | None = None,
        log: Log | None = None,
        most: int = 1 << 30,
        ill: Callable[[], bool] = lambda: False,
    ) -> None:
        """`most`: requests that are worked on at once; `ill`: whether the model answers nobody any more."""
        self.app, self.meters, self.known, self.say, self.key, self.log = app, meters, known, say, key, log
        self.most, self.ill = most, ill

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on; /health needs no key, so that whoever watches the process has none."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path == HEALTH:
            found = ("failing", 503) if self.ill() else ("ok", 200)
            await JSONResponse({"status": found[0]}, found[1])(scope, receive, send)
        elif not self._admitted(scope):
            await self._refuse(401, "send the API key of this server as: Authorization: Bearer KEY", scope, send)
        elif path == METRICS:
            await PlainTextResponse(self.meters.text(), media_type="text/plain; version=0.0.4")(scope, receive, send)
        elif self.meters.running >= self.most and scope["method"] == "POST":
            await self._refuse(429, "too many requests are open; ask again later", scope, send)
        else:
            await self._counted(scope, receive, send)

    def _admitted(self, scope: Scope) -> bool:
        if self.key is None:
            return True
        given = Headers(scope=scope).get("authorization", "")
        return secrets.compare_digest(given.encode(), f"Bearer {self.key}".encode())

    async def _refuse(self, status: int, why: str, scope: Scope, send: Send) -> None:
        """Answer without a look at the body."""
        self.meters.ended("refused", status, 0.0)
        self._line(scope, status, 0.0, "-")
        await self.say(status, why)(scope, _nothing, send)

    def _line(self, scope: Scope, status: int, took: float, name: str) -> None:
        if self.log:
            path, now = scope["path"], time.strftime("%Y-%m-%dT%H:%M:%S%z")
            self.log(f"{now} {scope['method']} {path!r} {status} {took:.2f} s {name}")

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        start, status, name = time.perf_counter(), 500, _name(scope)

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[NAMED] = name
            await send(message)

        self.meters.running += 1
        try:
            await self.app(scope, receive, watched)
        finally:
            self.meters.running -= 1
            took, path = time.perf_counter() - start, scope["path"]
            # An address that a client made up is no label: it could be anything, and there could be any number.
            self.meters.ended(path if path in self.known else "other", status, took)
            self._line(scope, status, took, name)


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _name(scope: Scope) -> str:
    """By what an answer is found in the log: the client's own name of the request where it is a plain one."""
    given = Headers(scope=scope).get(NAMED, "")
    return given if PLAIN.fullmatch(given) else f"req_{secrets.token_hex(8)}"
