"""Is it said as wanted? One registered function for each kind of check in dataset.yaml."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import UserError
from eval.metrics.text import contains_tokens, tokens


@dataclass(frozen=True, slots=True)
class Check:
    """One verifiable property of a reply."""

    name: str
    fails: Callable[[str], str]
    """The reason why a reply fails, or an empty string when it passes."""


@dataclass(frozen=True, slots=True)
class House:
    """What checks may need to know of the data set."""

    documents: frozenset[str]
    refusal: str | None
    folder: Path = Path()
    """Where the data set lies, for checks that read a file of it."""


Builder = Callable[[Any, House], Callable[[str], str]]

CHECKS: dict[str, Builder] = {}
"""Every kind of check by its name: (what dataset.yaml says, the house) -> the function that finds the fault."""


def check(name: str) -> Callable[[Builder], Builder]:
    """Register a function as a kind of check; it raises ValueError, with the mend, for what it cannot use."""

    def register(builder: Builder) -> Builder:
        CHECKS[name] = builder
        return builder

    return register


def build_checks(
    checks: Sequence[Any], *, documents: Collection[str], refusal: str | None, where: str, folder: Path = Path()
) -> list[Check]:
    """The checks of dataset.yaml as functions; raises UserError naming `where`, the key and the mend."""
    house = House(frozenset(documents), refusal, folder)
    built: list[Check] = []
    for i, entry in enumerate(checks):
        key = f"{where}: key 'style.checks[{i}]'"
        if not isinstance(entry, dict) or len(entry) != 1:
            raise UserError(f"{key}: expected one check such as `words: {{max: 40}}`, found {entry!r}")
        ((name, argument),) = entry.items()
        if name not in CHECKS:
            raise UserError(f"{key}: unknown check '{name}'; known: {', '.join(CHECKS)}")
        try:
            fails = CHECKS[name](argument, house)
        except ValueError as error:
            raise UserError(f"{key}: {name}: {error}") from None
        label = name if sum(name in e for e in checks if isinstance(e, dict)) == 1 else f"{name}#{i}"
        built.append(Check(label, fails))
    return built


@check("json")
def json_check(argument: Any, house: House) -> Callable[[str], str]:
    """The whole reply is JSON, and valid under the schema where one is given."""
    from jsonschema import Draft202012Validator, SchemaError

    options = _options(argument or {}, {"schema": dict})
    try:
        Draft202012Validator.check_schema(options.get("schema", {}))
    except SchemaError as error:
        raise ValueError(f"not a JSON schema: {error.message}") from None
    validator = Draft202012Validator(options.get("schema", {}))

    def fails(reply: str) -> str:
        try:
            value = json.loads(reply)
        except (json.JSONDecodeError, RecursionError):
            return "is not JSON"
        fault = next(iter(sorted(validator.iter_errors(value), key=str)), None)
        return f"breaks the schema: {fault.message}" if fault else ""

    return fails


@check("words")
def words_check(argument: Any, house: House) -> Callable[[str], str]:
    """The number of words, split at white space, lies within `min` and `max`."""
    options = _options(argument, {"min": int, "max": int})
    if not options:
        raise ValueError("expected min, max or both")
    low, high = options.get("min", 0), options.get("max", float("inf"))

    def fails(reply: str) -> str:
        count = len(reply.split())
        return "" if low <= count <= high else f"has {count} words"

    return fails


@check("regex")
def regex_check(argument: Any, house: House) -> Callable[[str], str]:
    """The pattern is found in the reply; anchor it with ^ and $ to match the whole."""
    if not isinstance(argument, str):
        raise ValueError(f"expected a pattern in quotes, found {argument!r}")
    try:
        pattern = re.compile(argument)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return lambda reply: "" if pattern.search(reply) else f"does not match {argument}"


@check("contains")
def contains_check(argument: Any, house: House) -> Callable[[str], str]:
    """Every given text stands in the reply, letter by letter."""
    wanted = _texts(argument)
    return lambda reply: next((f"lacks {text!r}" for text in wanted if text not in reply), "")


@check("excludes")
def excludes_check(argument: Any, house: House) -> Callable[[str], str]:
    """No given text stands in the reply, whatever its case; a text of letters must stand as whole words to count."""
    banned = _texts(argument)

    def found(text: str, reply: str) -> bool:
        edge = (r"(?<!\w)" if text[:1].isalnum() else "", r"(?!\w)" if text[-1:].isalnum() else "")
        return re.search(f"{edge[0]}{re.escape(text)}{edge[1]}", reply, re.IGNORECASE) is not None

    return lambda reply: next((f"says {text!r}" for text in banned if found(text, reply)), "")


@check("cites")
def cites_check(argument: Any, house: House) -> Callable[[str], str]:
    """The reply names a document that exists; a refusal has nothing to cite and passes."""
    if argument != "documents":
        raise ValueError(f"expected `cites: documents`, found {argument!r}")
    if not house.documents:
        raise ValueError("the data set has no corpus/ to cite from; add documents or remove the check")
    refusal = tokens(house.refusal or "")

    def fails(reply: str) -> str:
        if refusal and contains_tokens(tokens(reply), refusal):
            return ""
        named = _strings(reply)
        if any(text in house.documents for text in named) or any(_stands_in(d, reply) for d in house.documents):
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
    except (json.JSONDecodeError, RecursionError):
        return []
    return [v for v in value.values() if isinstance(v, str)] if isinstance(value, dict) else []


def _options(argument: Any, known: dict[str, type]) -> dict[str, Any]:
    if not isinstance(argument, dict):
        raise ValueError(f"expected a mapping with {' or '.join(known)}, found {argument!r}")
    for key, value in argument.items():
        if key not in known:
            raise ValueError(f"unknown key '{key}'; known: {', '.join(known)}")
        if not isinstance(value, known[key]) or isinstance(value, bool):
            raise ValueError(f"'{key}' must be {known[key].__name__}, found {value!r}")
    return argument


def _texts(argument: Any) -> list[str]:
    texts = [argument] if isinstance(argument, str) else argument
    if not isinstance(texts, list) or not texts or not all(isinstance(t, str) and t for t in texts):
        raise ValueError(f"expected a text or a list of texts, found {argument!r}")
    return texts


from eval.metrics import sql_check as _sql_check  # noqa: E402, F401 - registers itself; needs the names above
