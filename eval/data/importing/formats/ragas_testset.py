"""Test sets of ragas: `user_input`, `reference` and `reference_contexts`; also by the names of before version 0.2."""

from __future__ import annotations

import ast

from eval.data.importing.import_format import Context, Found, Imported, Named, Source, importer, one, texts


def _fits(source: Source) -> bool:
    keys = source.shared_keys()
    return {"user_input", "reference"} <= keys or {"question", "ground_truth", "contexts"} <= keys


@importer("ragas", "a ragas test set", _fits)
def read_ragas(source: Source, named: Named) -> Found:
    """One row a sample; its contexts become documents, or are found in those that are there."""
    rows = []
    for entry in source.entries:
        v = entry.values
        contexts = _listed(v.get("reference_contexts") or v.get("contexts"))
        kind = one(v.get("synthesizer_name") or v.get("evolution_type"))
        rows.append(
            Imported(
                entry.where, one(v.get("user_input") or v.get("question")),
                texts(v.get("reference") or v.get("ground_truth")), contexts=tuple(Context(t) for t in contexts),
                tags=(kind,) if kind else (), split=entry.split,
            )
        )  # fmt: skip
    return Found(tuple(rows))


def _listed(value: object) -> tuple[str, ...]:
    """A list of contexts, which a CSV file holds as Python writes it."""
    if isinstance(value, str) and value.startswith("["):
        try:
            return texts(ast.literal_eval(value))
        except (ValueError, SyntaxError):
            return (value,)
    return texts(value)
