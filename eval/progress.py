"""What a person sees while something long runs: a live bar on a terminal, plain lines elsewhere. On stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LINE_EVERY_SECONDS = 20.0

Advance = Callable[..., None]
"""Call as advance(steps) or advance(steps, note="loss 1.23")."""

_quiet = False


def set_quiet(quiet: bool) -> None:
    """Silence progress for this process; errors and results still print."""
    global _quiet
    _quiet = quiet


def say(text: str) -> None:
    """Print one line of progress on stderr."""
    if not _quiet:
        print(text, file=sys.stderr, flush=True)


@contextmanager
def track(label: str, total: int, *, unit: str = "") -> Iterator[Advance]:
    """Show `label` with how much of `total` is done, speed and time left; yields the function that advances it."""
    if _quiet:
        yield lambda steps=1, note="": None
    elif sys.stderr.isatty():
        with _bar(label, total) as advance:
            yield advance
    else:
        yield from _lines(label, total, unit)


@contextmanager
def _bar(label: str, total: int) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description:<34}"), BarColumn(30), MofNCompleteColumn(), TimeElapsedColumn(),
        TimeRemainingColumn(), TextColumn("{task.fields[note]}"),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(label, total=total, note="")

        def advance(steps: int = 1, note: str = "") -> None:
            progress.advance(task, steps)
            if note:
                progress.update(task, note=note)

        yield advance


def _lines(label: str, total: int, unit: str) -> Iterator[Advance]:
    start = last = time.monotonic()
    done = 0

    def advance(steps: int = 1, note: str = "") -> None:
        nonlocal done, last
        done += steps
        now = time.monotonic()
        if now - last >= LINE_EVERY_SECONDS and done < total:
            left = (now - start) / max(done, 1) * (total - done)
            say(f"  {label}: {done}/{total}{unit}, {left:.0f} s left{', ' + note if note else ''}")
            last = now

    yield advance
    say(f"  {label}: {done}/{total}{unit} in {time.monotonic() - start:.1f} s")
