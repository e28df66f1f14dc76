"""The cells of a run over a cluster: as JSON, and those that failed as lines."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eval.cluster.outcome import Outcome


def cells_json(outcome: Outcome) -> list[dict[str, Any]]:
    """One object a cell: what it is, where it ran, how it ended."""
    return [
        {
            "cell": name, "dataset": outcome.groups[name], "state": state, "place": outcome.places.get(name),
            "seconds": round(outcome.seconds[name], 3) if name in outcome.seconds else None,
            "why": outcome.why.get(name),
        }
        for name, state in outcome.states.items()
    ]  # fmt: skip


def show_failed(outcome: Outcome) -> None:
    """Print what failed, what was not done for it, and what to do, on stderr."""
    failed = [n for n, s in outcome.states.items() if s == "failed"]
    if not failed:
        return
    blocked = sum(s == "blocked" for s in outcome.states.values())
    for name in failed:
        print(f"failed: {name}: {outcome.why.get(name, '')}", file=sys.stderr)
    rest = f" and {blocked} that need them were not begun" if blocked else ""
    print(f"{len(failed)} cells failed{rest}; the same command does what is missing", file=sys.stderr)
