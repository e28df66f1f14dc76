"""What a client of the endpoint may ask for, checked, and the errors that it gets. Imports nothing heavy."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

MOST_STOPS = 4
MOST_CHOICES = 16
MOST_LOGGED = 20
UNSUPPORTED = ("tools", "tool_choice", "functions", "function_call", "logit_bias", "audio")
"""Refused rather than ignored, because a client that sends them counts on what they do."""
NEUTRAL = {"frequency_penalty": 0, "presence_penalty": 0, "tool_choice": "none"}
"""Values that ask for nothing."""


class ApiError(Exception):
    """An error in the form of OpenAI's API: HTTP status, message, the parameter that is wrong, and a code."""

    def __init__(self, status: int, message: str, *, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.param, self.code = status, message, param, code

    def body(self) -> dict[str, Any]:
        """The error object that clients parse."""
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier question or reply of the conversation."""

    role: str
    """`user` or `assistant`."""
    text: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A checked request for a chat completion."""

    model: str
    """Empty: the endpoint's default mode."""
    question: str
    """The last turn."""
    earlier: tuple[Turn, ...]
    system: bool
    """The client sent a system prompt of its own, which is not used."""
    stream: bool
    usage: bool
    """A stream ends with a chunk that counts tokens."""
    max_tokens: int | None
    temperature: float
    """0: greedy, as evaluated."""
    top_p: float
    seed: int | None
    stops: tuple[str, ...]
    choices: int = 1
    """How many replies are wanted."""
    tops: int | None = None
    """How many likeliest tokens are given beside each token's ln p; None: nothing of it."""
    schema: Mapping[str, Any] | None = None
    """The JSON Schema that the reply is held to."""


def parse_request(body: Any) -> ChatRequest:
    """Check the JSON body of a chat completion request; raises ApiError that names the parameter."""
    if not isinstance(body, dict):
        raise ApiError(400, "the body is not a JSON object")
    for name in (*UNSUPPORTED, *NEUTRAL):
        if body.get(name) not in (None, NEUTRAL.get(name), [], {}):
            raise ApiError(400, f"{name} is not supported here", param=name, code="unsupported_parameter")
    turns, system = _turns(body.get("messages"))
    options = body.get("stream_options") or {}
    limit = "max_completion_tokens" if body.get("max_completion_tokens") is not None else "max_tokens"
    return ChatRequest(
        model=_typed(body, "model", str, ""),
        question=turns[-1].text,
        earlier=turns[:-1],
        system=system,
        stream=_typed(body, "stream", bool, False),
        usage=isinstance(options, dict) and options.get("include_usage") is True,
        max_tokens=number(body, limit, None, whole=True, allowed=lambda v: v >= 1, what="a whole number from 1"),
        temperature=number(body, "temperature", 0.0, allowed=lambda v: 0 <= v <= 2, what="between 0 and 2"),
        top_p=number(body, "top_p", 1.0, allowed=lambda v: 0 < v <= 1, what="above 0 and at most 1"),
        seed=number(body, "seed", None, whole=True, allowed=lambda v: True, what="a whole number"),
        stops=stop_texts(body.get("stop")),
        choices=number(
            body, "n", 1, whole=True, allowed=lambda v: 1 <= v <= MOST_CHOICES, what=f"from 1 to {MOST_CHOICES}"
        ),
        tops=_tops(body),
        schema=reply_schema(body.get("response_format")),
    )


def _tops(body: dict[str, Any]) -> int | None:
    wanted = _typed(body, "logprobs", bool, False)
    tops = number(
        body, "top_logprobs", None, whole=True, allowed=lambda v: 0 <= v <= MOST_LOGGED, what=f"0 to {MOST_LOGGED}"
    )
    if tops and not wanted:
        raise ApiError(400, "top_logprobs goes with logprobs: true", param="top_logprobs")
    return (tops or 0) if wanted else None


def reply_schema(wanted: Any) -> Mapping[str, Any] | None:
    """The schema of a response_format; that of any object for json_object; raises ApiError."""
    kind = wanted.get("type") if isinstance(wanted, dict) else None if wanted else "text"
    if kind == "text":
        return None
    if kind == "json_object":
        return {"type": "object"}
    inner = wanted.get("json_schema") if kind == "json_schema" else None
    schema = inner.get("schema") if isinstance(inner, dict) else None
    if not isinstance(schema, dict):
        raise ApiError(
            400, "response_format is {type: text}, {type: json_object} or {type: json_schema, json_schema: {name, "
            "schema}}", param="response_format",
        )  # fmt: skip
    return schema


def _turns(messages: Any) -> tuple[tuple[Turn, ...], bool]:
    """(questions and replies, whether there were system turns); the last turn is the user's."""
    if not isinstance(messages, list) or not messages:
        raise ApiError(400, "messages is a list of at least one message", param="messages")
    turns, system = [], False
    for i, message in enumerate(messages):
        where = f"messages[{i}]"
        role = message.get("role") if isinstance(message, dict) else None
        if role in ("system", "developer"):
            system = True
        elif role in ("user", "assistant"):
            turns.append(Turn(role, _text(message.get("content"), where)))
        else:
            raise ApiError(400, f"{where}.role is system, user or assistant", param=f"{where}.role")
    if not turns or turns[-1].role != "user" or not turns[-1].text.strip():
        raise ApiError(400, "the last message is a question of the user", param="messages")
    return tuple(turns), system


def _text(content: Any, where: str) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else [None]
    texts = [
        p["text"] for p in parts
        if isinstance(p, dict) and p.get("type") == "text" and isinstance(p.get("text"), str)
    ]  # fmt: skip
    if len(texts) != len(parts):
        raise ApiError(400, f"{where}.content is text; images and sound are not read here", param=f"{where}.content")
    return "".join(texts)


def stop_texts(value: Any) -> tuple[str, ...]:
    """The texts that end a reply; raises ApiError."""
    stops = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(stops, list) or len(stops) > MOST_STOPS or not all(isinstance(s, str) and s for s in stops):
        raise ApiError(400, f"stop is a text or a list of at most {MOST_STOPS} texts", param="stop")
    return tuple(stops)


def _typed(body: dict[str, Any], name: str, kind: type, default: Any) -> Any:
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, kind):
        raise ApiError(400, f"{name} is a {'text' if kind is str else 'true or false value'}", param=name)
    return value


def number(
    body: dict[str, Any],
    name: str,
    default: Any,
    *,
    whole: bool = False,
    allowed: Callable[[float], bool],
    what: str,
) -> Any:
    """A number of the request, or its default; raises ApiError that says `what` is allowed."""
    value = body.get(name)
    if value is None:
        return default
    numeric = isinstance(value, int) or (isinstance(value, float) and not whole)
    if isinstance(value, bool) or not numeric or not math.isfinite(value) or not allowed(value):
        raise ApiError(400, f"{name} is {what}", param=name)
    return value
