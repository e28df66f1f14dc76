"""DeepEval: goldens and test cases with `input`, `expected_output` and `context`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eval.data.importing.import_format import Context, Found, Imported, Named, Source, importer, one, texts

EXPECTED = ("expected_output", "expectedOutput")


def _fits(source: Source) -> bool:
    keys = source.shared_keys()
    return "input" in keys and any(name in keys for name in EXPECTED)


@importer("deepeval", "DeepEval goldens", _fits)
def read_deepeval(source: Source, named: Named) -> Found:
    """One row a golden; its context becomes documents, or is found in those that are there."""
    rows = []
    for entry in source.entries:
        v = entry.values
        answer = next((one(v[name]) for name in EXPECTED if name in v), "")
        file = one(v.get("source_file") or v.get("sourceFile"))
        rows.append(
            Imported(
                entry.where, one(v["input"]), (answer,) if answer else (),
                contexts=tuple(Context(t, name=file) for t in _contexts(v)),
                split=entry.split,
            )
        )  # fmt: skip
    return Found(tuple(rows))


def _contexts(values: Mapping[str, Any]) -> tuple[str, ...]:
    value = values.get("context")
    if isinstance(value, str) and "|" in value and "\n" not in value:  # its CSV divides contexts by bars
        return texts([part.strip() for part in value.split("|")])
    return texts(value)
