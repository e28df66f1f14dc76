"""How the replies of each mode ended, as rows of words."""

from __future__ import annotations

from dataclasses import dataclass

from reports.run_folder import Run, in_order
from reports.text.sentences import column

COLUMNS = ("Ended by themselves", "Cut at the limit", "In a loop", "Thinking tokens / question")
NOTE = (
    "A reply that is cut at the limit (generation.max_new_tokens, for thinking generation.max_think_tokens) is scored "
    "as it stands. One in a loop repeats a piece of itself without end; it is ended early, scored as it stands, and "
    "does not count as cut."
)


@dataclass(frozen=True, slots=True)
class EndingRow:
    """One mode's shares as shown, in the order of COLUMNS."""

    mode: str
    cells: tuple[str, ...]


def ending_rows(run: Run) -> list[EndingRow]:
    """One row for each mode that answered questions; shares are of its replies."""
    costs = [run.costs[mode] for mode in in_order(run.costs) if run.costs[mode].questions]
    return [
        EndingRow(
            c.mode,
            (
                *(column(count / c.questions) for count in (c.questions - c.cut - c.loops, c.cut, c.loops)),
                f"{c.thinking_tokens / c.questions:,.0f}".replace(",", "\u202f"),
            ),
        )
        for c in costs
    ]
