"""Talking to an OpenAI-compatible endpoint: one prompt in, one checked JSON object out, every failure with its kind."""

from __future__ import annotations

import asyncio
import json
import re
from types import TracebackType
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from eval.judge.failure import CONNECTION, HTTP, INVALID, REFUSAL, TIMEOUT, TRANSIENT, TRUNCATED, JudgeFailure
from eval.judge.settings import JudgeSettings, is_loopback

RETRIES = 2
BACKOFF_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 20.0
GIVE_UP_AFTER = 8
"""So many failures in a row, none of them the judge's own, and nothing more is asked."""

LONGEST_REPLY = 2048
"""In the judge's tokens."""

Parsed = TypeVar("Parsed", bound=BaseModel)

_REFUSAL = re.compile(
    r"\b(i\s*(['’]?m| am) (sorry|unable|not able)|i (can\s*not|can['’]t|won['’]t|will not)\b|as an ai\b)", re.IGNORECASE
)


class Endpoint:
    """An open connection to the judge; use as `async with Endpoint(settings) as endpoint`."""

    def __init__(self, settings: JudgeSettings) -> None:
        self._url, self._model, self._timeout = settings.endpoint, settings.model, settings.timeout
        self._unknown: set[str] = set()
        self._in_a_row = 0
        key = settings.key
        self._client = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=settings.timeout,
            trust_env=not is_loopback(settings.url),  # no proxy for what stays on this machine
            follow_redirects=False,  # the texts go to the address that was named and nowhere else
        )

    async def __aenter__(self) -> Endpoint:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    @property
    def gave_up(self) -> bool:
        """Whether so many calls failed in a row that asking on is useless."""
        return self._in_a_row >= GIVE_UP_AFTER

    async def ask(self, prompt: str, model: type[Parsed]) -> Parsed:
        """The judge's reply to a prompt as a checked object; raises JudgeFailure."""
        try:
            data = await self._post_patiently(prompt, model)
        except JudgeFailure as failure:
            self._in_a_row = self._in_a_row + 1 if failure.kind in TRANSIENT else 0
            raise
        self._in_a_row = 0
        return read_reply(data, model)

    async def _post_patiently(self, prompt: str, model: type[BaseModel]) -> Any:
        for attempt in range(RETRIES + 1):
            try:
                return await self._post(prompt, model)
            except _Passing as passing:
                if attempt == RETRIES:
                    raise passing.failure from None
                await asyncio.sleep(passing.wait or BACKOFF_SECONDS * 2**attempt)
        raise AssertionError

    async def _post(self, prompt: str, model: type[BaseModel]) -> Any:
        options = {name: value for name, value in options_for(model).items() if name not in self._unknown}
        body = {"model": self._model, "messages": [{"role": "user", "content": prompt}], **options}
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._client.post(self._url, json=body)
        except (TimeoutError, httpx.TimeoutException):
            raise JudgeFailure(TIMEOUT, f"no reply within {self._timeout:g} s") from None
        except httpx.ConnectError:
            raise _Passing(JudgeFailure(CONNECTION, "connection refused or host not found")) from None
        except httpx.TransportError:
            raise _Passing(JudgeFailure(CONNECTION, "the connection broke")) from None
        if response.status_code == 400 and (named := {name for name in options if name in response.text}):
            self._unknown |= named
            return await self._post(prompt, model)
        return _body(response)


def options_for(model: type[BaseModel]) -> dict[str, Any]:
    """What is asked for beside the prompt, where the endpoint takes it: one that it answers with 400 and names is left
    out from then on. The schema lets servers with constrained decoding make small judges keep to it.
    """
    schema = {"name": model.__name__, "schema": model.model_json_schema()}
    return {
        "temperature": 0,
        "max_tokens": LONGEST_REPLY,
        "response_format": {"type": "json_schema", "json_schema": schema},
    }


class _Passing(Exception):
    """A failure that may pass by itself, with the seconds that the endpoint asks to wait."""

    def __init__(self, failure: JudgeFailure, wait: float = 0.0) -> None:
        super().__init__(str(failure))
        self.failure, self.wait = failure, wait


def _body(response: httpx.Response) -> Any:
    """The parsed body. No body of an error is ever quoted: endpoints repeat keys and texts there."""
    status = response.status_code
    if status == 429 or status >= 500:
        asked = response.headers.get("retry-after", "")
        wait = min(float(asked), LONGEST_WAIT_SECONDS) if asked.isdecimal() else 0.0
        raise _Passing(JudgeFailure(HTTP, f"HTTP {status}"), wait)
    if status != 200:
        hint = {401: ": the key is missing or refused", 403: ": the key is refused", 404: ": no such path or model"}
        raise JudgeFailure(HTTP, f"HTTP {status}{hint.get(status, '')}")
    try:
        return response.json()
    except ValueError:
        raise JudgeFailure(INVALID, "the endpoint's reply is not JSON") from None


def read_reply(data: Any, model: type[Parsed]) -> Parsed:
    """The judge's object out of a chat completion; raises JudgeFailure with what is wrong about it."""
    try:
        choice = data["choices"][0]
        message, finish = choice["message"], choice.get("finish_reason")
        content, refusal = message.get("content") or "", message.get("refusal")
    except (LookupError, TypeError, AttributeError):
        raise JudgeFailure(INVALID, "the endpoint's reply is not a chat completion") from None
    if refusal or finish == "content_filter":
        raise JudgeFailure(REFUSAL, "the judge refused")
    if not isinstance(content, str):
        raise JudgeFailure(INVALID, "the judge's reply is not text")
    # Reasoning models think aloud first; what they think is not the reply.
    text = content.rpartition("</think>")[2].strip()
    start = text.find("{")
    if start < 0:
        raise _without_object(text, finish)
    try:
        found, _ = json.JSONDecoder(parse_constant=_no_constant).raw_decode(text, start)
    except json.JSONDecodeError as error:
        if finish == "length" or error.pos >= len(text) or error.msg.startswith("Unterminated"):
            raise JudgeFailure(TRUNCATED, "the judge's JSON breaks off") from None
        raise JudgeFailure(INVALID, "the judge's reply is not JSON") from None
    except (ValueError, RecursionError):
        raise JudgeFailure(INVALID, "the judge's reply is not JSON") from None
    try:
        return model.model_validate(found)
    except ValidationError as error:
        key = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise JudgeFailure(INVALID, f"the judge's JSON does not fit: key '{key}'") from None


def _without_object(text: str, finish: Any) -> JudgeFailure:
    if _REFUSAL.search(text[:300]):
        return JudgeFailure(REFUSAL, "the judge refused")
    if finish == "length":
        return JudgeFailure(TRUNCATED, "the judge's reply breaks off before any JSON")
    return JudgeFailure(INVALID, "the judge's reply holds no JSON" if text else "the judge's reply is empty")


def _no_constant(name: str) -> float:
    raise ValueError(name)
