"""promptfoo: tests with variables and assertions, in YAML, JSON or CSV with `__expected` columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from eval.data.importing.column_roles import ROLES, plain_name
from eval.data.importing.import_format import Context, Entry, Found, Imported, Named, Source, importer, one, texts
from eval.errors import UserError

ACCEPTING = (
    "equals",
    "contains",
    "icontains",
    "contains-any",
    "icontains-any",
    "similar",
    "factuality",
    "answer-relevance",
)
"""Assertions of which the value is an accepted answer; `contains-all` would be several answers in one."""


def _fits(source: Source) -> bool:
    if source.tabular:
        return any(re.fullmatch(r"__expected\d*", c) for c in source.columns)
    document = source.document
    if isinstance(document, dict) and isinstance(document.get("tests"), list):
        return True
    return isinstance(document, list) and any(isinstance(t, dict) and "vars" in t for t in document)


@importer("promptfoo", "promptfoo tests", _fits)
def read_promptfoo(source: Source, named: Named) -> Found:
    """One row a test: the variable that holds the question, and what its assertions accept."""
    tests = list(_csv_tests(source)) if source.tabular else list(_listed_tests(source))
    variables = tuple(dict.fromkeys(name for _, held, _ in tests for name in held))
    question = _question(variables, named, str(source.path))
    rows = []
    ignored: dict[str, int] = {}
    for where, held, asserted in tests:
        answers: list[str] = []
        for kind, value in asserted:
            if kind in ACCEPTING:
                answers += texts(value)
            else:
                ignored[kind] = ignored.get(kind, 0) + 1
        contexts = tuple(Context(t) for name in held if plain_name(name) in ROLES["context"] for t in texts(held[name]))
        rows.append(Imported(where, one(held.get(question)), tuple(dict.fromkeys(answers)), contexts=contexts))
    notes = [f"question = '{question}'"]
    notes += [f"assertions of kind '{kind}' hold no answer and are left out: {n}" for kind, n in ignored.items()]
    return Found(tuple(rows), tuple(notes))


def _question(variables: Sequence[str], named: Named, where: str) -> str:
    chosen = named.columns.get("question")
    if chosen is not None and chosen in variables:
        return chosen
    plain = {plain_name(v): v for v in variables}
    found = next((plain[name] for name in ROLES["question"] if name in plain), None)
    if found is None and len(variables) == 1:
        found = variables[0]
    if found is None:
        raise UserError(
            f"{where}: which variable is the question is not clear; there are {', '.join(variables)}; use --question"
        )
    return found


def _listed_tests(source: Source) -> list[tuple[str, Mapping[str, Any], list[tuple[str, Any]]]]:
    document = source.document
    tests = document["tests"] if isinstance(document, dict) else document
    found = []
    for i, test in enumerate(tests):
        if not isinstance(test, dict):
            raise UserError(f"{source.path}: tests[{i}]: names a file of tests ({test}); import that file itself")
        asserted = [(one(a.get("type")), a.get("value")) for a in test.get("assert") or () if isinstance(a, dict)]
        found.append((f"{source.path}:tests[{i}]", test.get("vars") or {}, asserted))
    return found


def _csv_tests(source: Source) -> list[tuple[str, Mapping[str, Any], list[tuple[str, Any]]]]:
    return [
        (e.where, _variables(e), [_expected(one(v)) for k, v in e.values.items() if k.startswith("__expected") and v])
        for e in source.entries
    ]


def _variables(entry: Entry) -> dict[str, Any]:
    return {k: v for k, v in entry.values.items() if not k.startswith("__")}


def _expected(text: str) -> tuple[str, Any]:
    """(kind, value) of an expectation such as `contains: 59 months`; without a kind it is `equals`."""
    match = re.match(r"([a-z-]+)(?:\([\d.]+\))?\s*:\s*(.*)", text, re.S)
    if match is None:
        return "equals", text
    kind, value = match.groups()
    return kind, [part.strip() for part in value.split(",")] if kind.endswith("-any") else value
