"""Does a reply's query give what an accepted query gives? Execution accuracy (Yu et al., 2018, arXiv:1809.08887)."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from eval.metrics.sql.sqlite import Result, Row, run_query

RELATIVE, ABSOLUTE = 1e-6, 1e-12
"""Tolerances between numbers; the second is for sums that should be 0."""

OTHER_ROWS = "the query gives"
"""How the fault of a query begins that runs and gives other rows."""

_STARTS = "select|with|values|insert|update|delete|replace|create|drop|alter|attach|detach|pragma|explain|begin|vacuum"
_FENCE = re.compile(r"```(?:(\w+)[ \t]*\n|(sqlite|sql)\b)?(.*?)(?:```|\Z)", re.DOTALL | re.IGNORECASE)
_LABEL = re.compile(rf"\A[^:;'\"]*:\s*(?=(?:{_STARTS})\b)", re.IGNORECASE)
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_AFTER = re.compile(rf";(?!\s*(?:{_STARTS})\b)", re.IGNORECASE)


def extract_sql(text: str) -> str:
    """The query in a reply: out of a code fence, without words and a colon before it or prose after its semicolon.

    Several statements stay several, for a reply that hedges is wrong.
    """
    fences = _FENCE.findall(text)
    bodies = [body for line, word, body in fences if "sql" in (line + word).lower()] or [f[-1] for f in fences]
    query = _LABEL.sub("", "\n".join(bodies) if bodies else text).strip()
    end = _AFTER.search(_blanked(query))
    return query[: end.start()].strip() if end else query


def sql_fault(database: Path, answer: str, accepted: Sequence[str], *, distinct: bool = False) -> str:
    """Why the query in an answer does not give the rows of an accepted one, or an empty string when it does.

    Rows count as a multiset, or as a set where `distinct`, in order where the accepted query's outermost level has an
    ORDER BY; names of columns do not matter, and numbers agree within a relative 1e-6.
    """
    given = run_query(database, extract_sql(answer))
    if given.fault:
        return f"the query {given.fault}"
    if any(
        same_rows(run_query(database, gold), given, ordered=is_ordered(gold), distinct=distinct) for gold in accepted
    ):
        return ""
    first = f", first {given.rows[0]!r}"[:100] if given.rows else ""
    return f"{OTHER_ROWS} {len(given.rows)} rows, not those of an accepted one{first}"


def same_rows(gold: Result, given: Result, *, ordered: bool, distinct: bool = False) -> bool:
    """Whether two results hold the same rows, in any order unless `ordered`; a fault equals nothing.

    With `distinct`, a row that stands there again does not count.
    """
    if gold.fault or given.fault:
        return False
    ours, others = (list(dict.fromkeys(r.rows)) if distinct else list(r.rows) for r in (gold, given))
    if len(ours) != len(others):
        return False
    if ordered:
        return all(map(_same_row, ours, others))
    mine, theirs = Counter(ours), Counter(others)  # 2 and 2.0 are one key
    left = (sorted((side).elements(), key=_rank) for side in (mine - theirs, theirs - mine))
    return all(map(_same_row, *left))


def is_ordered(query: str) -> bool:
    """Whether the outermost query has an ORDER BY: one that stands in no parentheses, quotes or comments."""
    bare = _blanked(query)
    while (inner := re.sub(r"\([^()]*\)", " ", bare)) != bare:
        bare = inner
    return re.search(r"\border\s+by\b", bare, re.IGNORECASE) is not None


def _blanked(query: str) -> str:
    """The query with blanks for whatever stands in quotes or comments, so that places stay the same."""
    return _QUOTED.sub(lambda found: " " * len(found[0]), query)


def _same_row(mine: Row, theirs: Row) -> bool:
    return len(mine) == len(theirs) and all(map(_same, mine, theirs))


def _same(mine: object, theirs: object) -> bool:
    if isinstance(mine, (int, float)) and isinstance(theirs, (int, float)):
        return mine == theirs or math.isclose(mine, theirs, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return mine == theirs


def _rank(row: Row) -> list[tuple[str, float, str]]:
    """An order of rows that rounding does not disturb: numbers by twelve digits, the rest by kind and text."""
    return [
        ("number", float(f"{v:.12g}"), "") if isinstance(v, (int, float)) else (type(v).__name__, 0.0, repr(v))
        for v in row
    ]
