"""What all commands share at the terminal: errors as one line, interruption, and plain output."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

from eval.errors import UserError
from eval.terminal.noise import hush_libraries

INTERRUPTED = 130
PARTIAL = 3
"""Exit code where some of what was asked for is done, and the same command does the rest."""

Table = tuple[list[str], list[list[str]]]
"""Header and rows."""


def guarded(app: Any) -> int:
    """Run a Typer app and return its exit code: 2 with one line for wrong input or usage, 130 when interrupted."""
    hush_libraries()
    try:
        code = app(standalone_mode=False)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:  # whoever read the output has gone, as in `report ... | head -1`
        sys.stdout = None  # else the interpreter would stumble over it at exit
        return 1
    except Exception as error:
        code = _click_exit(error)
    if code == INTERRUPTED:  # newer Typers turn an interruption into this return value
        print("interrupted; the same command goes on from here", file=sys.stderr)
    return int(code) if isinstance(code, int) else 0


def _click_exit(error: Exception) -> int:
    """Exit code of what Typer raises for wrong usage; any other exception goes on with its traceback."""
    if type(error).__name__ == "Abort":
        return INTERRUPTED
    tell = getattr(error, "format_message", None)
    if tell is None or not hasattr(error, "exit_code"):
        raise error
    if type(error).__name__ == "NoArgsIsHelpError":
        print(tell(), file=sys.stderr)
        return int(error.exit_code)
    path = getattr(getattr(error, "ctx", None), "command_path", "")
    fix = f"; see: {path} --help" if path else ""
    print(f"error: {' '.join(tell().split()).rstrip('.')}{fix}", file=sys.stderr)
    return int(error.exit_code)


@contextmanager
def one_document(wanted: bool) -> Iterator[None]:
    """Where one JSON document is wanted on stdout, whatever else would be printed there meanwhile goes to stderr."""
    if not wanted:
        yield
        return
    with redirect_stdout(sys.stderr):
        yield


def print_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    print(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2))


def print_table(table: Table) -> None:
    """Print a table on stdout: plain aligned columns, which survive a pipe."""
    header, rows = table
    widths = [max(_cells(row[i]) for row in [header, *rows]) for i in range(len(header))]
    for row in [header, ["-" * w for w in widths], *rows]:
        print("  ".join(cell + " " * (w - _cells(cell)) for cell, w in zip(row, widths, strict=True)).rstrip())


def _cells(text: str) -> int:
    """How many columns of a terminal a text takes: East Asian letters take two."""
    return sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in text)
