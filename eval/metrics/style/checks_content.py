"""Checks of what stands in a reply: JSON, patterns, texts that must or must not be there, sources."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from eval.metrics.knowledge.refusal import refuses
from eval.metrics.style.check import Fails, StyleContext, check, options, texts


@check("json")
def json_check(argument: Any, context: StyleContext) -> Fails:
    """The whole reply is JSON, and valid under the schema where one is given."""
    from jsonschema import Draft202012Validator, SchemaError

    schema = options(argument or {}, {"schema": dict}).get("schema", {})
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise ValueError(f"not a JSON schema: {error.message}") from None
    validator = Draft202012Validator(schema)

    def fails(reply: str) -> str:
        try:
            value = json.loads(reply)
            fault = next(iter(sorted(validator.iter_errors(value), key=str)), None)
        except (ValueError, RecursionError):
            return "is not JSON"
        return f"breaks the schema: {fault.message}" if fault else ""

    return fails


@check("regex")
def regex_check(argument: Any, context: StyleContext) -> Fails:
    """The pattern is found in the reply; anchor it with ^ and $ to match the whole."""
    if not isinstance(argument, str):
        raise ValueError(f"expected a pattern in quotes, found {argument!r}")
    try:
        pattern = re.compile(argument)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return lambda reply: "" if pattern.search(reply) else f"does not match {argument}"


@check("contains")
def contains_check(argument: Any, context: StyleContext) -> Fails:
    """Every given text stands in the reply, letter by letter."""
    wanted = texts(argument)
    return lambda reply: next((f"lacks {text!r}" for text in wanted if text not in reply), "")


@check("excludes")
def excludes_check(argument: Any, context: StyleContext) -> Fails:
    """No given text stands in the reply, whatever its case; a text of letters must stand as whole words to count."""
    banned = [(text, as_words(text)) for text in texts(argument)]
    return lambda reply: next((f"says {text!r}" for text, pattern in banned if pattern.search(reply)), "")


def as_words(text: str) -> re.Pattern[str]:
    """A pattern that finds a text whatever its case; where it begins or ends in a letter, only as whole words."""
    edge = (r"(?<!\w)" if text[:1].isalnum() else "", r"(?!\w)" if text[-1:].isalnum() else "")
    return re.compile(f"{edge[0]}{re.escape(text)}{edge[1]}", re.IGNORECASE)


@check("cites")
def cites_check(argument: Any, context: StyleContext) -> Fails:
    """The reply names a document that exists; a refusal has nothing to cite and passes."""
    if argument != "documents":
        raise ValueError(f"expected `cites: documents`, found {argument!r}")
    if not context.documents:
        raise ValueError("the data set has no corpus/ to cite from; add documents or remove the check")

    def fails(reply: str) -> str:
        reply = unicodedata.normalize("NFC", reply)  # as the ids of documents are
        named = _strings(reply)
        if context.refusal and any(refuses(text, context.refusal) for text in (reply, *named)):
            return ""
        if any(text in context.documents for text in named) or any(_stands_in(d, reply) for d in context.documents):
            return ""
        return "names no document that exists"

    return fails


def _stands_in(document: str, reply: str) -> bool:
    if document not in reply:
        return False
    return re.search(rf"(?<![\w/.-]){re.escape(document)}(?![\w/-])", reply) is not None


def _strings(reply: str) -> list[str]:
    """The string values of a reply that is a JSON object."""
    try:
        value = json.loads(reply)
    except (ValueError, RecursionError):
        return []
    return [v for v in value.values() if isinstance(v, str)] if isinstance(value, dict) else []
