"""Where the short answer stands in a reply."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from eval.metrics.text.think_blocks import without_thinking

_TRIES = 50
"""At most so many braces of a reply are tried as the beginning of an object."""
_PLACEHOLDER = re.compile(
    r"\W*|<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\}|string|str|text|value|answer|"
    r"(?:(?:your|the|a|an|short|final|insert|put|write|fill)\s+)+(?:\w+\s+)?(?:answer|text|reply|"
    r"value)s?(?:\s+(?:here|goes here))?",
    re.IGNORECASE,
)
"""What a reply copies from the instruction in place of an answer: "...", "<answer>", "your answer here"."""
_ESCAPE = re.compile(r"((?:\\u[0-9a-fA-F]{4})+)|\\u[0-9a-fA-F]{0,3}$|\\(.)|\\$", re.DOTALL)
UNREAD = "nothing at knowledge.answer"
"""How the reason of a knowledge score begins where the whole reply was judged for want of the field."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The text that the content is judged by."""

    text: str
    from_field: bool
    """Read out of a formatted reply, where a short answer is asked for; else the whole reply."""


@lru_cache(maxsize=1024)
def find_answer(reply: str, path: str | None) -> Answer:
    """The short answer out of a JSON reply, by a path such as `$.answer` or `$.items.1.name`; else the whole reply.

    A path in slashes, `/Answer: (.*)/`, is a regular expression whose one group is the answer; `.` ends with the line.
    The JSON may stand in prose or in a code fence, and may be broken or cut off as long as the field's own quotes can
    be found, so that a broken format does not count twice; where it is cut before the field's value, or the path leads
    into nothing, the answer is empty. Of several objects with the field, and of a key that stands twice, the first
    counts that is no placeholder such as "...". A list or an object in the field reads as its values in a row, true and
    false as yes and no, null as nothing. Blocks of thought before the reply do not count.
    """
    reply = without_thinking(reply)
    if path is None:
        return Answer(reply, False)
    if path.startswith("/"):
        found = [m[1].strip() for m in re.finditer(path[1:-1], reply) if m[1] is not None]
        return Answer(_first(found), True) if found else Answer(reply, False)
    keys = re.findall(r"[\w-]+", path)
    values = [v for v in (_at(value, keys) for value in _values(reply, keys[0].isdecimal())) if v is not _MISSING]
    if values:
        return Answer(_first([", ".join(_leaves(v)) for v in values]), True)
    text = _broken_field(reply, keys)
    return Answer(reply, False) if text is None else Answer(text, True)


_MISSING = object()


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with all its pairs, also those whose key stands twice."""


_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_Pairs)
"""Numbers keep the notation that the reply gave them."""


def _first(found: list[str]) -> str:
    return next((text for text in found if not _PLACEHOLDER.fullmatch(text)), found[0])


def _values(reply: str, lists: bool) -> Iterator[Any]:
    """The JSON objects (or lists) that begin in the reply, from left to right, outer before inner."""
    for match in list(re.finditer(r"[\[{]" if lists else r"\{", reply))[:_TRIES]:
        try:
            yield _DECODER.raw_decode(reply, match.start())[0]
        except (ValueError, RecursionError):
            continue


def _at(value: Any, keys: list[str]) -> Any:
    """What a path leads to; None where its first step exists and a later one does not."""
    for depth, key in enumerate(keys):
        if isinstance(value, _Pairs):
            found = [v for k, v in value if k == key]
            real = [v for v in found if not (isinstance(v, str) and _PLACEHOLDER.fullmatch(v))]
            value = next(iter(real or found), _MISSING)
        elif isinstance(value, list) and key.isdecimal():
            value = value[int(key)] if int(key) < len(value) else _MISSING
        else:
            value = _MISSING
        if value is _MISSING:
            return None if depth else _MISSING
    return value


def _broken_field(reply: str, keys: list[str]) -> str | None:
    """The value behind `"key":` in broken JSON, up to its closing quote or to the end; None where there is no JSON.

    Empty where an object is cut off before that value. An index in the path counts the places where the key stands.
    """
    key = re.escape(next(k for k in reversed(keys) if not k.isdecimal()) if not all(map(str.isdecimal, keys)) else "")
    name = rf"""(?:"{key}"|'{key}'|(?<=[{{,]){key}|(?<=[{{,]\s){key})"""
    places = list(re.finditer(rf"{name}\s*:\s*", reply)) if key else []
    index = next((int(k) for k in keys if k.isdecimal()), 0)
    if len(places) > index:
        return _value(reply[places[index].end() :])
    return "" if places or _is_cut(reply) else None


def _value(rest: str) -> str:
    if rest.startswith(("[", "{")):
        inner = re.split(r"[\]}]", rest[1:], maxsplit=1)[0]
        return ", ".join(_plain(a) for a in re.findall(r'(?:^|[\[,:])\s*"((?:[^"\\]|\\.)*)"?(?!\s*:)', inner))
    if rest.startswith('"'):
        return _plain(re.match(r'"((?:[^"\\]|\\.)*)', rest, re.DOTALL)[1])  # type: ignore[index]
    if rest.startswith("'"):
        return _plain(re.match(r"'((?:[^'\\]|\\.|'(?!\s*[,}\]]|\s*$))*)", rest, re.DOTALL)[1])  # type: ignore[index]
    bare = re.split(r"[,}\]\n]", rest, maxsplit=1)[0].strip()
    return {"true": "yes", "false": "no", "null": ""}.get(bare, bare)


def _plain(text: str) -> str:
    return _ESCAPE.sub(_unescape, text)


def _unescape(match: re.Match[str]) -> str:
    if match[1]:  # a pair of surrogates is one sign
        units = bytes.fromhex(match[1].replace("\\u", ""))
        return units.decode("utf-16-be", "ignore")
    if match[2] is None:  # cut off within the escape
        return ""
    return " " if match[2] in "nrt" else match[2]


def _is_cut(reply: str) -> bool:
    """Whether the reply ends within a JSON object that it has begun."""
    begin = re.search(r"\{\s*[\"']\w", reply)
    if begin is None:
        return False
    bare = re.sub(r'"(?:[^"\\]|\\.)*(?:"|\Z)', "", reply[begin.start() :], flags=re.DOTALL)
    return bare.count("{") > bare.count("}")


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, _Pairs):
        value = [v for _, v in value]
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, bool):
        yield "yes" if value else "no"
    elif value is not None:
        yield str(value)
