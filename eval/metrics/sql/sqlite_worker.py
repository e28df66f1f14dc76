"""The process that queries run in: one JSON request a line, [database, query], is answered with one line of JSON.

A process of its own, because SQLite cannot always be stopped from within: until 3.41 neither progress handler nor
interrupt is heeded while a statement is prepared, and nested common table expressions take exponential time there.
The parent can kill this process, and the operating system lets it write no file at all. Standard library only.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sqlite3
import sys
from pathlib import Path
from typing import Any

MEMORY = 1 << 30
"""Bytes of address space."""
STEPS, STRIDE = 200_000_000, 1_000
"""Instructions of SQLite's virtual machine that a query may take, about two seconds of them, and between two counts.
A limit of work, not of time, so that a score does not depend on how busy the machine is."""
LENGTH = 1_000_000
"""Bytes in one value."""
FAULTS = {
    "interrupted": "runs too long",
    "not authorized": "does more than read",
    "authorization denied": "does more than read",
}
READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}


def answer(database: str, query: str, most: int) -> dict[str, Any]:
    """{"rows": [...]} of one reading statement, at most `most` rows, or {"fault": why there are none}."""
    try:
        connection = sqlite3.connect(f"{Path(database).as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
        try:
            return _run(connection, query, most)
        finally:
            connection.close()
    except MemoryError:
        return {"fault": "needs too much memory"}
    except (sqlite3.Warning, sqlite3.ProgrammingError) as error:
        several = "one statement" in str(error)
        return {"fault": "holds several statements" if several else f"does not run: {error}"}
    except (sqlite3.Error, ValueError, OverflowError) as error:
        return {"fault": FAULTS.get(str(error), f"does not run: {error}")}


def _run(connection: sqlite3.Connection, query: str, most: int) -> dict[str, Any]:
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LENGTH)
    taken = 0

    def tick() -> int:
        nonlocal taken
        taken += STRIDE
        return int(taken > STEPS)

    connection.set_progress_handler(tick, STRIDE)
    connection.set_authorizer(_authorize)
    cursor = connection.execute(query)
    if cursor.description is None:
        return {"fault": "is not a query"}
    rows = cursor.fetchmany(most + 1)
    return {"fault": f"gives more than {most} rows"} if len(rows) > most else {"rows": rows}


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    loads = action == sqlite3.SQLITE_FUNCTION and second == "load_extension"
    # SQLite asks for this when a table-valued function such as json_each is named; as a statement it is refused anyway.
    declares = action == sqlite3.SQLITE_UPDATE and first == "sqlite_master"
    return sqlite3.SQLITE_OK if declares or (action in READING and not loads) else sqlite3.SQLITE_DENY


def _encoded(value: Any) -> Any:
    return {"blob": value.hex()} if isinstance(value, bytes) else repr(value)


def main() -> None:
    """Answer requests until the input ends."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with contextlib.suppress(ValueError, OSError):  # not every system can limit it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for line in sys.stdin:
        reply = answer(*json.loads(line))
        try:
            text = json.dumps(reply, default=_encoded)
        except MemoryError:
            text = json.dumps({"fault": "needs too much memory"})
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
