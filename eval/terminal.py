"""What all commands share at the terminal: errors as one line, interruption, and tables."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.errors import UserError
from eval.records import Decision

INTERRUPTED = 130


def guarded(app: Any) -> int:
    """Run a Typer app and return its exit code: 2 with one line for a UserError, 130 when interrupted."""
    import os

    # Every library here must find its files locally or say so; none may report home.
    for name in ("HF_HUB_DISABLE_TELEMETRY", "RAGAS_DO_NOT_TRACK", "DO_NOT_TRACK"):
        os.environ.setdefault(name, "true")
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        code = app(standalone_mode=False)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        return _click_exit(error)
    if code == INTERRUPTED:  # newer Typers turn an interruption into this return value
        print("interrupted; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    return 0


def _click_exit(error: Exception) -> int:
    """Exit code of what Typer raises for wrong usage; any other exception goes on with its traceback."""
    if type(error).__name__ == "Abort":
        print("interrupted; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    show = getattr(error, "show", None)
    if show is None or not hasattr(error, "exit_code"):
        raise error
    show()
    return int(error.exit_code)


def axes_table(decision: Decision) -> tuple[list[str], list[list[str]]]:
    """Header and rows: one row a mode, one column an axis, as mean and 95 % interval."""
    axes = list(decision.axes)
    modes = list(dict.fromkeys(mode for axis in axes for mode in decision.axes[axis]))
    rows = []
    for mode in modes:
        cells = []
        for axis in axes:
            e = decision.axes[axis].get(mode)
            cells.append(f"{e.mean:.2f}  [{e.low:.2f}, {e.high:.2f}]  n={e.n}" if e else "")
        rows.append([mode + (" *" if mode == decision.mode else ""), *cells])
    return ["mode", *axes], rows


def strategies_table(decisions: Sequence[tuple[Path, Decision]]) -> tuple[list[str], list[list[str]]]:
    """Header and rows: one row a data set with its strategy."""
    rows = [[d.dataset, d.strategy, d.mode or "", str(f / "report.html")] for f, d in decisions]
    return ["data set", "strategy", "mode", "report"], rows


def print_table(table: tuple[list[str], list[list[str]]]) -> None:
    """Print a table on stdout: plain aligned columns, which survive a pipe."""
    header, rows = table
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    for row in [header, ["-" * w for w in widths], *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
