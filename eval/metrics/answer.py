"""Where the short answer stands in a reply."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
"""Numbers keep the notation that the reply gave them."""
_TRIES = 50
"""At most so many braces of a reply are tried as the beginning of an object."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The text that the content is judged by."""

    text: str
    from_field: bool
    """Read out of a formatted reply, where a short answer is asked for; else the whole reply."""


def find_answer(reply: str, path: str | None) -> Answer:
    """The short answer out of a JSON reply, by a path such as `$.answer` or `$.a.b`; for want of one, the whole reply.

    A path in slashes, `/Answer: (.*)/`, is a regular expression whose one group is the answer.
    The JSON may stand in prose or in a code fence, and may be broken or cut off as long as the field's own quotes can
    be found, so that a broken format does not count twice. Of several objects with the field the first counts.
    A list or an object in the field reads as its values in a row, true and false as yes and no, null as nothing.
    """
    if path is None:
        return Answer(reply, False)
    if path.startswith("/"):
        found = re.search(path[1:-1], reply, re.DOTALL)
        return Answer(reply, False) if found is None or found[1] is None else Answer(found[1].strip(), True)
    keys = path.removeprefix("$.").split(".")
    for value in _objects(reply):
        for key in keys:
            value = value.get(key, _MISSING) if isinstance(value, dict) else _MISSING
        if value is not _MISSING:
            return Answer(", ".join(_leaves(value)), True)
    text = _broken_field(reply, keys[-1])
    return Answer(reply, False) if text is None else Answer(text, True)


_MISSING = object()


def _objects(reply: str) -> Iterator[Any]:
    """The JSON objects that begin at a brace of the reply, from left to right, outer before inner."""
    for match in list(re.finditer(r"\{", reply))[:_TRIES]:
        try:
            yield _DECODER.raw_decode(reply, match.start())[0]
        except (ValueError, RecursionError):
            continue


def _broken_field(reply: str, key: str) -> str | None:
    """The quoted value behind `"key":`, up to its closing quote or to the end of the reply."""
    name = rf"""(?:"{re.escape(key)}"|'{re.escape(key)}'|(?<=[{{,]){re.escape(key)}|(?<=[{{,] ){re.escape(key)})"""
    match = re.search(
        rf"""{name}\s*:\s*(?:"((?:[^"\\]|\\.)*)|'((?:[^'\\]|\\.)*?)(?:'\s*[,}}]|'?\s*$))""", reply, re.DOTALL
    )
    return None if match is None else re.sub(r"\\(.)", _unescape, match[1] or match[2] or "")


def _unescape(match: re.Match[str]) -> str:
    return " " if match[1] in "nrt" else match[1]


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, bool):
        yield "yes" if value else "no"
    elif value is not None:
        yield str(value)
