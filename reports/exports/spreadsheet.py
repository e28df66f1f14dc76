"""The scores as CSV (RFC 4180), safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import fields

from eval.records import Score

COLUMNS = tuple(f.name for f in fields(Score))
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings that a spreadsheet takes for a formula (OWASP, CSV Injection), their full-width forms among them."""


def scores_csv(scores: Iterable[Score]) -> str:
    """One header row and one row a score: CRLF between rows, quotes where they are needed; no score is an empty cell.

    Text that a spreadsheet would run as a formula is given a leading apostrophe; numbers stay numbers.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for score in scores:
        writer.writerow([_cell(getattr(score, name)) for name in COLUMNS])
    return out.getvalue()


def _cell(value: str | float | bool | None) -> str | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value.startswith(STARTS) else value
