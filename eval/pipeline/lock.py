"""One command at a time in a run folder."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eval.errors import UserError


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the run folder for this process; raises UserError when another one holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UserError(f"{folder}: another command is at work there; wait for it or name another --out") from None
        yield
