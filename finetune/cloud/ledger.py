"""What was asked of a provider, written down before it is asked, and what came of it: cloud.jsonl in the run folder."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.journal import append_line, read_lines


@dataclass(frozen=True, slots=True)
class Ledger:
    """The file; each line has `key`, the order that it is about, and `step`: an intent, or with `done` its outcome."""

    file: Path

    def intend(self, key: str, step: str, **what: Any) -> None:
        """Write down that something is about to be asked; on disk when this returns."""
        append_line(self.file, {"key": key, "step": step, "time": _now(), **what})

    def done(self, key: str, step: str, **what: Any) -> None:
        """Write down what came of it."""
        append_line(self.file, {"key": key, "step": step, "done": True, "time": _now(), **what})

    def lines(self, key: str | None = None) -> Iterator[dict[str, Any]]:
        """All lines, or those of an order, in their order."""
        for _, line in read_lines(self.file):
            if key is None or line.get("key") == key:
                yield line

    def outcome(self, key: str, step: str) -> dict[str, Any] | None:
        """The last outcome of a step of an order; None where there is none."""
        found = [line for line in self.lines(key) if line["step"] == step and line.get("done")]
        return found[-1] if found else None

    def unanswered(self, key: str, step: str) -> bool:
        """Whether the last line of a step is an intent, so that nobody here knows what came of it."""
        found = [line for line in self.lines(key) if line["step"] == step]
        return bool(found) and not found[-1].get("done")


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
