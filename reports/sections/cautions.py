"""What to read with care: the verdict's caveats, what the checks of the data found, and how far learnt checks go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.run_folder import Run


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to know; kind is caveat, style, or the severity of a finding (error, warning, note)."""

    kind: str
    text: str
    where: str = ""


def notes(run: Run) -> list[Note]:
    """The caveats of decision.json, of style.json, and the findings of checks.json, gravest first."""
    findings = sorted(run.checks.get("findings", []), key=lambda f: ("error", "warning").index(f["severity"])
                      if f["severity"] in ("error", "warning") else 2)  # fmt: skip
    return [
        *(Note("caveat", text) for text in run.decision.caveats),
        *(Note("style", text) for text in _learnt(run)),
        *(Note(f["severity"], f["message"], f.get("where", "")) for f in findings),
    ]


def _learnt(run: Run) -> Iterator[str]:
    for summary in run.style.values():
        yield from summary.get("caveats", [])
