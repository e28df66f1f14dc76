"""Files of JSON lines that are added to as work is done, and that a process may die while writing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def append_line(file: Path, value: Any) -> None:
    """Add one line; it is on disk when this returns. What a killed process has left of a line is cut off first."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8") + b"\n"
    file.parent.mkdir(parents=True, exist_ok=True)
    _close(file)
    with file.open("ab") as out:
        out.write(line)
        out.flush()
        os.fsync(out.fileno())


def _close(file: Path) -> None:
    """Have the file end with a whole line."""
    if not file.is_file() or _last_byte(file) in (b"", b"\n"):
        return
    data = file.read_bytes()
    last = data[data.rfind(b"\n") + 1 :]
    with file.open("r+b") as out:
        if _is_json(last):  # as an editor leaves a last line without an end
            out.seek(len(data))
            out.write(b"\n")
        else:
            out.truncate(len(data) - len(last))


def _last_byte(file: Path) -> bytes:
    with file.open("rb") as found:
        if found.seek(0, os.SEEK_END):
            found.seek(-1, os.SEEK_END)
        return found.read(1)


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def read_lines(file: Path) -> Iterator[tuple[int, Any]]:
    """(number, value) of each whole line; what was torn is passed over. Nothing where there is no file."""
    if not file.is_file():
        return
    for number, line in enumerate(file.read_bytes().split(b"\n"), 1):
        try:
            value = json.loads(line)
        except ValueError:  # of an unfinished line no beginning is JSON, for each is an object
            continue
        yield number, value
