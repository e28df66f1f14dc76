"""One request to a server: what came back, or a failure with its kind. Nothing is retried here."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx

from eval.config import Endpoint
from eval.files import fingerprint
from eval.journal import append_line
from eval.judge.settings import is_loopback
from eval.model.endpoint.address import api_key

LONGEST_WAIT_SECONDS = 120.0
LONGEST_BODY = 1 << 26


@dataclass(eq=False)  # tracebacks are written into exceptions
class Failure(Exception):
    """Why there is no answer. What a server writes into an error is never quoted whole: some repeat keys there."""

    kind: str
    """refused, timeout, broken, busy, server, client, no-text or filtered."""
    detail: str
    passing: bool = False
    """May go by itself."""
    wait: float = 0.0
    """Seconds that the server asks to wait."""
    status: int = 0
    body: Any = field(default=None, repr=False)

    def __str__(self) -> str:
        return self.detail


class Client:
    """The connections to one server; use from any number of threads, and close it."""

    def __init__(self, endpoint: Endpoint, url: str, log: Path | None = None) -> None:
        key = api_key(endpoint, url)
        self.url = url.rstrip("/")
        self.root = self.url.removesuffix("/v1")
        self.host = urlsplit(url).netloc
        self._timeout, self._log = endpoint.timeout, log
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=endpoint.timeout,
            trust_env=not is_loopback(url),  # no proxy for what stays on this machine
            follow_redirects=False,  # the texts go to the address that was named and nowhere else
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=64),
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, address: str, *, timeout: float | None = None) -> Any:
        """The JSON at an address of this server; raises Failure."""
        return self._ask("GET", address, None, timeout or self._timeout)

    def post(self, address: str, body: Any, *, timeout: float | None = None) -> Any:
        """The JSON that a body is answered with; raises Failure."""
        return self._ask("POST", address, body, timeout or self._timeout)

    def _ask(self, method: str, address: str, body: Any, timeout: float) -> Any:
        started, status = time.time(), 0
        try:
            status, headers, data = self._send(method, address, body, timeout)
            return read_answer(status, headers, data)
        finally:
            if self._log and body is not None:
                append_line(self._log, {
                    "time": round(started, 3), "host": self.host, "path": urlsplit(address).path,
                    "sent": fingerprint(body), "status": status, "seconds": round(time.time() - started, 3),
                })  # fmt: skip

    def _send(self, method: str, address: str, body: Any, timeout: float) -> tuple[int, httpx.Headers, bytes]:
        """(status, headers, whole body) within `timeout` seconds, however slowly the server writes."""
        until = time.monotonic() + timeout
        try:
            with self._http.stream(method, address, json=body, timeout=timeout) as response:
                parts, size = [], 0
                for part in response.iter_bytes():
                    parts.append(part)
                    size += len(part)
                    if time.monotonic() > until:
                        raise httpx.ReadTimeout("slow")
                    if size > LONGEST_BODY:
                        raise Failure("broken", f"the server answers with more than {LONGEST_BODY} bytes")
                return response.status_code, response.headers, b"".join(parts)
        except httpx.TimeoutException:
            raise Failure("timeout", f"no answer within {timeout:g} s", passing=True) from None
        except httpx.ConnectError:
            raise Failure("refused", "connection refused or host not found", passing=True) from None
        except (httpx.TransportError, httpx.DecodingError):
            raise Failure("broken", "the connection broke", passing=True) from None


def read_answer(status: int, headers: httpx.Headers, data: bytes) -> Any:
    """The parsed body of a good answer; raises Failure."""
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    if status == 429:
        raise Failure("busy", "HTTP 429", True, _wait(headers), status)
    if status >= 500:
        raise Failure("server", f"HTTP {status}", True, _wait(headers), status, found)
    if status != 200:
        hint = {401: ": the key is missing or refused", 403: ": the key is refused", 404: ": no such path or model"}
        raise Failure("client", f"HTTP {status}{hint.get(status, '')}", status=status, body=found)
    if found is None:
        raise Failure("broken", "the answer is not JSON", True)
    return found


def _wait(headers: httpx.Headers) -> float:
    """Seconds to wait by Retry-After (RFC 9110: a number, or a date), never more than LONGEST_WAIT_SECONDS."""
    asked = headers.get("retry-after", "").strip()
    try:
        seconds = float(asked) if asked.replace(".", "", 1).isdecimal() else (
            parsedate_to_datetime(asked).timestamp() - time.time() if asked else 0.0
        )  # fmt: skip
    except (TypeError, ValueError):
        seconds = 0.0
    return min(max(0.0, seconds), LONGEST_WAIT_SECONDS)
