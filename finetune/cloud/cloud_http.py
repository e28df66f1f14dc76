"""Requests to a provider: JSON and files, at one address, nothing sent twice by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx

from eval.judge.settings import is_loopback
from eval.model.endpoint.http_client import Failure, read_answer

SECONDS = 120.0


class CloudHttp:
    """The connection to one provider."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {key}"} if key else {}, timeout=SECONDS,
            trust_env=not is_loopback(url), follow_redirects=False,
        )  # fmt: skip

    def get(self, path: str, **query: Any) -> Any:
        """The JSON at a path; raises Failure."""
        return self._ask("GET", path, params=query)

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        """The answer to a JSON body; raises Failure."""
        return self._ask("POST", path, json=body, headers=headers)

    def send_file(self, path: str, name: str, data: bytes, fields: dict[str, str]) -> Any:
        """The answer to a form with one file; raises Failure."""
        return self._ask("POST", path, data=fields, files={"file": (name, data, "application/jsonl")})

    def redirected(self, path: str, fields: dict[str, str]) -> httpx.Headers:
        """The headers of the redirection that a form is answered with; raises Failure."""
        response = self._sent("POST", self.url + path, files={k: (None, v) for k, v in fields.items()})
        if response.status_code not in (301, 302, 303, 307, 308):
            read_answer(response.status_code, response.headers, response.content)
            raise Failure("broken", "the answer is no redirection", True)
        return response.headers

    def put_file(self, place: str, data: bytes) -> None:
        """Put a file to an address that the provider named, without the key; raises Failure."""
        parts = urlsplit(place)
        if parts.scheme != "https" and not (is_loopback(place) and is_loopback(self.url)):
            raise Failure("client", "the provider names an unencrypted place for the file")
        with httpx.Client(timeout=SECONDS, trust_env=not is_loopback(place), follow_redirects=False) as plain:
            response = _answered(lambda: plain.put(place, content=data))
        if response.status_code not in (200, 201, 204):
            read_answer(response.status_code, response.headers, b"{}")

    def delete(self, path: str) -> Any:
        """The answer to a deletion; raises Failure."""
        return self._ask("DELETE", path)

    def delete_if_there(self, path: str) -> None:
        """Delete what is at a path; that it is gone is no fault. Raises Failure of any other."""
        try:
            self.delete(path)
        except Failure as failure:
            if failure.status != 404:
                raise

    def _ask(self, method: str, path: str, **what: Any) -> Any:
        response = self._sent(method, self.url + path, **what)
        body = response.content or b"{}"  # a deletion may be answered with nothing
        return read_answer(200 if response.status_code in (201, 204) else response.status_code, response.headers, body)

    def _sent(self, method: str, address: str, **what: Any) -> httpx.Response:
        return _answered(lambda: self._http.request(method, address, **what))


def _answered(send: Callable[[], httpx.Response]) -> httpx.Response:
    try:
        return send()
    except httpx.TimeoutException:
        raise Failure("timeout", f"no answer within {SECONDS:g} s", passing=True) from None
    except httpx.ConnectError:
        raise Failure("refused", "connection refused or host not found", passing=True) from None
    except httpx.TransportError:
        raise Failure("broken", "the connection broke", passing=True) from None
