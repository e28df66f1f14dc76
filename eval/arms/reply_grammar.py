"""The grammar that a data set's own checks and training replies give for its replies. Imports nothing heavy.

A `json` check gives its schema, `one_of` its texts, an anchored `regex` its language, `sql` one query that reads, in
this order; where replies are questions' refusals in plain words, those are allowed beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.config import DatasetConfig
from eval.records import Example

ANY_OBJECT = {"type": "object"}
NO_SCHEMA = "no check is of json, and a server is asked to hold replies to a JSON schema alone; drop structured modes"
COMPACT = {"item_separator": ",", "key_separator": ":"}
SPACED = {"item_separator": ", ", "key_separator": ": "}
_BEYOND = re.compile(r"\(\?[^:]|\\[1-9bBAZz]")
"""What a regular language has not: looking around, references, borders."""


def reply_grammar(config: DatasetConfig, train: Sequence[Example]) -> str:
    """The grammar as Lark text for llguidance; empty where no check gives one."""
    body = next(_bodies(config, train), "")
    if not body:
        return ""
    allowed = plain_refusal(config, train)
    return f"start: reply{f' | {json.dumps(allowed, ensure_ascii=False)}' if allowed else ''}\n{body}\n"


def reply_schema(config: DatasetConfig) -> dict[str, Any] | None:
    """The JSON Schema of replies, for servers that are asked for it; None where no check is of JSON."""
    found = _named(config).get("json", [])
    return _schema(found[0]) if found else None


def plain_refusal(config: DatasetConfig, train: Sequence[Example]) -> str:
    """The refusal where training has it as a whole reply; else empty."""
    plain = {e.reply.strip() for e in train if not e.answerable}
    return config.refusal if config.refusal and config.refusal.strip() in plain else ""


def _bodies(config: DatasetConfig, train: Sequence[Example]) -> Iterator[str]:
    named = _named(config)
    for argument in named.get("json", []):
        yield f"reply: %json {json.dumps(_schema(argument) | {'x-guidance': _form(train)})}"
    for argument in named.get("one_of", []):
        texts = argument if isinstance(argument, list) else []
        if texts and all(isinstance(text, str) for text in texts):
            yield "reply: " + " | ".join(json.dumps(text, ensure_ascii=False) for text in texts)
    for argument in named.get("regex", []):
        if isinstance(argument, str) and (language := _regular(argument)):
            yield f"reply: /{language}/"
    if "sql" in named:
        yield (Path(__file__).parent / "query.lark").read_text(encoding="utf-8").rstrip()


def _named(config: DatasetConfig) -> dict[str, list[Any]]:
    """The arguments of the style checks by the checks' names."""
    named: dict[str, list[Any]] = {}
    for check in config.style.checks:
        for name, argument in check.items() if isinstance(check, Mapping) else [(check, {})]:
            named.setdefault(name, []).append(argument)
    return named


def _schema(argument: Any) -> dict[str, Any]:
    return dict((argument or {}).get("schema") or ANY_OBJECT)


def _regular(pattern: str) -> str:
    """A pattern that says how a whole reply looks, without its anchors; empty where it says less, or no grammar can."""
    anchored = re.fullmatch(r"(?:\^|\\A)(.*?)(?:\$|\\Z)", pattern, re.DOTALL)
    if not anchored or _BEYOND.search(anchored[1]) or "|" in re.sub(r"\([^()]*\)", "", anchored[1]):
        return ""
    return anchored[1].replace("/", r"\/")


def _form(train: Sequence[Example]) -> dict[str, Any]:
    """How JSON is spaced, as all training replies have it; free where they differ."""
    for form in (SPACED, COMPACT):
        if train and all(_written(e.reply, form) for e in train):
            return {"whitespace_flexible": False, **form}
    return {"whitespace_flexible": True}


def _written(reply: str, form: Mapping[str, str]) -> bool:
    try:
        value = json.loads(reply)
    except ValueError:
        return True  # a refusal in plain words tells nothing
    separators = (form["item_separator"], form["key_separator"])
    return reply.strip() in (
        json.dumps(value, separators=separators, ensure_ascii=ascii) for ascii in (False, True)
    )  # fmt: skip
