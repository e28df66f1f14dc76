"""How the cells of all runs ended."""

from __future__ import annotations

from dataclasses import dataclass, field

from eval.cluster.cells import State


class CellFailed(Exception):
    """A cell failed on a worker."""


@dataclass
class Outcome:
    """How the cells of all groups ended."""

    states: dict[str, State] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    """Cell -> what went wrong, or why it was skipped."""
    error: BaseException | None = None
    """The first that a cell raised."""
    places: dict[str, str] = field(default_factory=dict)
    """Cell -> node and device that did it last."""
    seconds: dict[str, float] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    """Cell -> its group."""

    def failed(self, group: str | None = None) -> list[str]:
        """The cells that failed, of a group or of all."""
        return [c for c, s in self.states.items() if s == "failed" and group in (None, self.groups[c])]

    def whole(self, group: str) -> bool:
        """Whether all of a group ended well, or was skipped for a reason that a report tells."""
        return not any(s in ("failed", "blocked") for c, s in self.states.items() if self.groups[c] == group)
