"""One command at a time in a run folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eval.errors import UserError


class Busy(UserError):
    """Another command is at work in a run folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder}: another command is at work there; wait for it or name another --out")
        self.folder = folder


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the run folder for this process; raises Busy when another one holds it."""
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    try:
        lock = FileLock(folder / ".lock").acquire(timeout=0)
    except Timeout:
        raise Busy(folder) from None
    with lock:
        yield
