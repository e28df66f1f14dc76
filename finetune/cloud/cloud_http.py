"""Requests to a provider: JSON and files, at one address, nothing sent twice by itself."""

from __future__ import annotations

from typing import Any

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

    def delete(self, path: str) -> Any:
        """The answer to a deletion; raises Failure."""
        return self._ask("DELETE", path)

    def _ask(self, method: str, path: str, **what: Any) -> Any:
        try:
            response = self._http.request(method, self.url + path, **what)
        except httpx.TimeoutException:
            raise Failure("timeout", f"no answer within {SECONDS:g} s", passing=True) from None
        except httpx.ConnectError:
            raise Failure("refused", "connection refused or host not found", passing=True) from None
        except httpx.TransportError:
            raise Failure("broken", "the connection broke", passing=True) from None
        return read_answer(200 if response.status_code == 201 else response.status_code, response.headers,
                           response.content)  # fmt: skip
