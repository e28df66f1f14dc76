"""Queries on a data set's SQLite file: whatever the query, the file stays as it is, and an answer comes in time."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from eval.files import refuse_pointer
from eval.metrics.sql import sqlite_worker

SECONDS = 10.0
"""After which a query's process is killed; most that run too long are stopped sooner, by their number of steps."""
ROWS = 10_000
"""Rows in a result at most."""
HEADER = b"SQLite format 3\x00"

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """A query's rows, or the fault that kept it from giving any, as a phrase to follow 'the query'."""

    rows: tuple[Row, ...] = ()
    fault: str = ""


def find_database(folder: Path, name: str) -> Path:
    """The SQLite file of that name below a data set's folder; raises ValueError, with the fix, when there is none."""
    file = folder / name
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise ValueError(f"'{name}' lies outside of the data set's folder; move the file there and name it from there")
    if not file.is_file():
        raise ValueError(f"{file}: no such file; put the SQLite file there")
    with file.open("rb") as opened:
        refuse_pointer(file)
        if opened.read(len(HEADER)) != HEADER:
            raise ValueError(f"{file}: not a SQLite file; make it with sqlite3")
    for suffix in ("-wal", "-journal"):
        beside = file.with_name(file.name + suffix)
        if beside.is_file() and beside.stat().st_size:
            raise ValueError(f"{file}: {beside.name} beside it holds changes that are not in it; close its writer")
    return file


def run_query(database: Path, query: str) -> Result:
    """Run one reading statement; results are kept as long as the file is the same."""
    status = database.stat()
    return _cached(database.resolve(), (status.st_ino, status.st_size, status.st_mtime_ns), query)


@lru_cache(maxsize=16_384)
def _cached(database: Path, version: tuple[int, ...], query: str) -> Result:
    reply = _WORKER.ask([str(database), query, ROWS])
    if "fault" in reply:
        return Result(fault=str(reply["fault"]))
    return Result(tuple(tuple(map(_decoded, row)) for row in reply["rows"]))


def _decoded(value: Any) -> object:
    return bytes.fromhex(value["blob"]) if isinstance(value, dict) else value


class _Worker:
    """The process that queries run in: started on first use, killed and replaced when it does not answer in time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def ask(self, request: list[Any]) -> dict[str, Any]:
        with self._lock:
            process = self._running()
            try:
                assert process.stdin is not None
                process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
                process.stdin.flush()
                line = self._line(process)
            except BrokenPipeError:
                line = b""
            except BaseException:
                self._end(process)
                raise
            if line is None or not line.endswith(b"\n"):
                self._end(process)
                return {"fault": "runs too long" if line is None else "needs too much memory"}
            return dict(json.loads(line))

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", sqlite_worker.__file__],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                start_new_session=True,  # an interrupt from the keyboard is the parent's alone
            )  # fmt: skip
        return self._process

    def _line(self, process: subprocess.Popen[bytes]) -> bytes | None:
        """The answer's line, shorter when the process died over it, or None when time is up."""
        assert process.stdout is not None
        handle, end = process.stdout.fileno(), time.monotonic() + SECONDS
        pieces: list[bytes] = []
        while not (pieces and pieces[-1].endswith(b"\n")):
            if not select.select([handle], [], [], max(0.0, end - time.monotonic()))[0]:
                return None
            pieces.append(os.read(handle, 1 << 16))
            if not pieces[-1]:
                break
        return b"".join(pieces)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.communicate()
        self._process = None


_WORKER = _Worker()
