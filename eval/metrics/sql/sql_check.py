"""The style check `sql`: a reply is one query that the data set's database can run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eval.metrics.sql.sqlite import find_database, run_query
from eval.metrics.style.check import StyleContext, check


@check("sql")
def sql_check(argument: Any, context: StyleContext) -> Callable[[str], str]:
    """The whole reply is one statement that reads and runs; a code fence or a word beside it fails."""
    if not isinstance(argument, dict) or set(argument) != {"database"} or not isinstance(argument["database"], str):
        raise ValueError(f"expected {{database: FILE}}, a SQLite file below the data set's folder; found {argument!r}")
    database = find_database(context.folder, argument["database"])

    def fails(reply: str) -> str:
        fault = run_query(database, reply).fault
        return f"as a query it {fault}" if fault else ""

    return fails
