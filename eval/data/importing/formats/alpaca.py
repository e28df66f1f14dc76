"""Alpaca: `instruction`, perhaps an `input` that it is about, and the `output`."""

from __future__ import annotations

from eval.data.importing.import_format import Found, Imported, Named, Source, importer, one


def _fits(source: Source) -> bool:
    return {"instruction", "output"} <= source.shared_keys()


@importer("alpaca", "Alpaca instructions", _fits)
def read_alpaca(source: Source, named: Named) -> Found:
    """One row a record; an input stands below the instruction, in the question."""
    return Found(
        tuple(
            Imported(
                e.where, "\n".join(filter(None, (one(e.values["instruction"]), one(e.values.get("input"))))),
                reply=one(e.values["output"]), system=one(e.values.get("system")), split=e.split,
            )
            for e in source.entries
        )
    )  # fmt: skip
