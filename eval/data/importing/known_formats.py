"""All formats, and the order in which they are tried: the most particular first."""

from __future__ import annotations

from eval.data.importing.formats import (
    alpaca,
    autorag,
    chat_messages,
    deepeval,
    multihop,
    own_rows,
    promptfoo,
    ragas_testset,
    sharegpt,
    squad,
    table,
)
from eval.data.importing.import_format import FORMATS, Format, Source
from eval.errors import UserError

MODULES = (
    alpaca,
    autorag,
    chat_messages,
    deepeval,
    multihop,
    own_rows,
    promptfoo,
    ragas_testset,
    sharegpt,
    squad,
    table,
)
"""Importing them registers their formats."""
LAST = ("rows", "table")
"""What fits many files is tried after all others, those of plugins too."""


def choose(source: Source, name: str | None) -> tuple[str, Format]:
    """(name, format) of a source; raises UserError for an unknown name, and where no format fits."""
    if name is not None:
        chosen = FORMATS.get(name)
        if chosen is None:
            raise UserError(f"--format {name}: unknown; known: {', '.join(FORMATS)}")
        return name, chosen
    for found, form in sorted(FORMATS.items(), key=lambda f: (f[0] in LAST, f[0])):
        if form.fits(source):
            return found, form
    keys = ", ".join(sorted(source.shared_keys())) or "none that all records share"
    raise UserError(
        f"{source.path}: fits none of the formats {', '.join(FORMATS)}; its keys: {keys}; name the format with "
        "--format, or the columns with --question and --answer"
    )
