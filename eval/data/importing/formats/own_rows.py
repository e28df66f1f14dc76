"""Rows that are already as a data set's folder has them."""

from __future__ import annotations

from eval.data.importing.import_format import Found, Imported, Named, Source, importer, one, texts


def _fits(source: Source) -> bool:
    return (
        not source.tabular
        and {"id", "question"} <= source.shared_keys()
        and any(
            isinstance(e.values.get("answers"), list) or e.values.get("answerable") is False for e in source.entries
        )
        and not any("context" in e.values or "contexts" in e.values for e in source.entries)
    )


@importer("rows", "rows of a data set of this toolkit", _fits)
def read_rows(source: Source, named: Named) -> Found:
    """One row a line, with all that it says."""
    return Found(
        tuple(
            Imported(
                e.where, one(e.values["question"]), texts(e.values.get("answers")), one(e.values.get("reply")),
                one(e.values["id"]), texts(e.values.get("documents")), group=one(e.values.get("group")),
                answerable=e.values.get("answerable", True) is not False, tags=texts(e.values.get("tags")),
                options=texts(e.values.get("options")), split=e.split, metric=one(e.values.get("metric")),
            )
            for e in source.entries
        )
    )  # fmt: skip
