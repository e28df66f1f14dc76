"""Replies that a server holds to a JSON Schema: how it is asked for that, and whether it really does.

Servers that know nothing of `response_format` refuse it, or take it and write what they like. So each way to ask is
tried on a schema that allows one object only, which no model writes by itself, before a question is asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eval.arms.prompt import ask
from eval.errors import UserError
from eval.model.endpoint.http_client import Failure
from eval.model.endpoint.patience import patiently
from eval.model.endpoint.reply import Reader, read_completion

if TYPE_CHECKING:
    from eval.model.endpoint.route import Asked, Speaker

Schema = Mapping[str, Any]

ONE_OBJECT = {"held": 4193}
"""What the schema of the trial allows."""
TRIAL: dict[str, Any] = {
    "type": "object", "properties": {"held": {"type": "integer", "enum": [4193]}}, "required": ["held"],
    "additionalProperties": False,
}  # fmt: skip
TRIAL_PROMPT = ask("Answer in plain words and not in JSON.", "How are you?").messages
TRIAL_TOKENS = 64
TRIES = 2
"""Some servers answer a field that they do not know with 500."""
REFUSED = ("client", "server", "broken", "no-text")


def _json_schema(schema: Schema, **more: bool) -> dict[str, Any]:
    return {
        "response_format": {"type": "json_schema", "json_schema": {"name": "reply", **more, "schema": dict(schema)}}
    }  # fmt: skip


ANY_OBJECT = "json_object"
WAYS: dict[str, Callable[[Schema], dict[str, Any]]] = {
    "strict json_schema": lambda schema: _json_schema(schema, strict=True),
    "json_schema": _json_schema,
    "llama.cpp's json_schema": lambda schema: {"json_schema": dict(schema)},
    ANY_OBJECT: lambda schema: {"response_format": {"type": "json_object"}},
}
"""What goes into a request's body, the closest first: OpenAI enforces only what is strict, and takes only some schemas
so; llama.cpp has a field of its own for completions; any object is what is left where no schema is taken."""


@dataclass(frozen=True, slots=True)
class Held:
    """How replies are held to their form: the way, who sends the prompts, and what goes into every body."""

    way: str
    speaker: Speaker
    fields: Mapping[str, Any]


class NotHeldError(Exception):
    """The server holds replies to no form; says of each way what came of it."""


def known_way(way: str, form: str, speaker: Speaker, schema: Schema) -> Held | None:
    """The way that was found before; None where the server no longer takes messages."""
    known = speaker if form == speaker.route.form else speaker.by_messages(TRIAL_PROMPT)
    return Held(way, known, WAYS[way](schema)) if known else None


def find_way(speaker: Speaker, schema: Schema, reader: Reader) -> Held:
    """The closest way in which the server holds replies; raises NotHeldError, or UserError where it is away."""
    came_of: dict[str, str] = {}
    for way, one in _choices(speaker):
        try:
            fault = _fault(one, way, schema, reader)
        except Failure as failure:
            if failure.kind not in REFUSED or failure.status in (401, 403, 429):
                raise UserError(f"{one.client.url}: {failure}; nothing was asked in structured modes") from None
            fault = str(failure)
        if not fault:
            return Held(way, one, WAYS[way](schema))
        came_of[way] = fault
    raise NotHeldError("; ".join(f"{way}: {fault}" for way, fault in came_of.items()))


def cautions(held: Held, speaker: Speaker, schema: Schema, refusal: str) -> Iterator[str]:
    """What is to be known of replies that are held so, a line each; `refusal` is one in plain words, or empty."""
    if held.way == ANY_OBJECT and dict(schema) != {"type": "object"}:
        yield "takes no JSON schema, so structured modes are held to any JSON object (response_format json_object)"
    if held.speaker.route.form != speaker.route.form:
        yield "holds completions to nothing, so prompts of structured modes go as messages, which the server renders"
    if refusal:
        yield f"a JSON schema has no place for the refusal '{refusal}', so structured modes cannot refuse"


def _choices(speaker: Speaker) -> Iterator[tuple[str, Speaker]]:
    """Ways, with the form of prompt that works there and then as messages; any object last."""
    speakers = [speaker]
    schemas = [way for way in WAYS if way != ANY_OBJECT]
    yield from ((way, speaker) for way in schemas)
    if speaker.route.form != "messages" and (other := speaker.by_messages(TRIAL_PROMPT)):
        speakers.append(other)
        yield from ((way, other) for way in schemas)
    yield from ((ANY_OBJECT, one) for one in speakers)


def _fault(speaker: Speaker, way: str, schema: Schema, reader: Reader) -> str:
    """Why a way is no good, in a few words; empty where it holds. Raises Failure where the server refuses it."""
    asked = speaker.prepare(TRIAL_PROMPT)
    answer = patiently(lambda: speaker.send(asked, TRIAL_TOKENS, **WAYS[way](TRIAL)), TRIES)
    text = "".join(_text(answer, asked, reader).split())
    whole = json.dumps(ONE_OBJECT, separators=(",", ":"))
    # Some fill up with blanks, which a schema allows, until they are cut.
    if not text or not (text.startswith("{") if way == ANY_OBJECT else whole.startswith(text)):
        return "taken and not followed"
    if way != ANY_OBJECT:  # a schema of the data set's may say what this server does not know
        patiently(lambda: speaker.send(asked, TRIAL_TOKENS, **WAYS[way](schema)), TRIES)
    return ""


def _text(answer: Any, asked: Asked, reader: Reader) -> str:
    return read_completion(answer, asked, 0.0, reader).text
