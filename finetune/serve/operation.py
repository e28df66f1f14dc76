"""What running an endpoint takes: an API key, /health, /metrics, and a log without contents. Imports Starlette."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from eval.serving.guards import Say

PREFIX = "rag_or_finetune"
HEALTH, METRICS = "/health", "/metrics"
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
    """What else is told, as it is when asked."""

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
    ) -> None:
        self.app, self.meters, self.known, self.say, self.key, self.log = app, meters, known, say, key, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on; /health needs no key, so that whoever watches the process has none."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path == HEALTH:
            await JSONResponse({"status": "ok"})(scope, receive, send)
        elif not self._admitted(scope):
            self.meters.ended("refused", 401, 0.0)
            await self.say(401, "send the API key of this server as: Authorization: Bearer KEY")(scope, receive, send)
        elif path == METRICS:
            await PlainTextResponse(self.meters.text(), media_type="text/plain; version=0.0.4")(scope, receive, send)
        else:
            await self._counted(scope, receive, send)

    def _admitted(self, scope: Scope) -> bool:
        if self.key is None:
            return True
        given = Headers(scope=scope).get("authorization", "")
        return secrets.compare_digest(given.encode(), f"Bearer {self.key}".encode())

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        start, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self.meters.running += 1
        try:
            await self.app(scope, receive, watched)
        finally:
            self.meters.running -= 1
            took, path = time.perf_counter() - start, scope["path"]
            # An address that a client made up is no label: it could be anything, and there could be any number.
            self.meters.ended(path if path in self.known else "other", status, took)
            if self.log:
                self.log(f"{time.strftime('%H:%M:%S')} {scope['method']} {path!r} {status} {took:.2f} s")
