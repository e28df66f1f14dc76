"""One training row. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One sequence to learn from; the loss counts `tokens[start:]`."""

    tokens: tuple[int, ...]
    start: int
    kind: str
    """`reply`, `text` or `replay`; a batch holds rows of one kind, because they begin differently."""
    where: str = ""
    """`file:line`, or the document."""
