"""What reading one file gives, and how tables become lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.readers.marks import Mark

READING = 3
"""Raised whenever files would give other texts or titles than before; what is kept of them is then made again."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One file as text, and what it says of itself."""

    text: str
    given: tuple[str, ...] = ()
    """Titles by the file's metadata, best first."""
    headings: tuple[str, ...] = ()
    """Headings by their mark-up, best first."""
    gaps: tuple[str, ...] = ()
    """What of the file could not be read, each as a sentence about it, with the remedy."""
    hidden: int = 0
    """Characters that the file holds and does not show; they are left out."""
    marks: tuple[Mark, ...] = ()
    """Where pages, slides, messages, rows and headings begin; within a reader they stand in the text."""
    ocr: tuple[str, ...] = ()
    """Pages whose text was recognised on a picture, each with its mean confidence: `page 3: 91`."""
    encoding: str = ""
    """The encoding of a text file, where it is neither UTF-8 nor declared."""


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """One line a row, cells joined by ` | `; empty cells keep their place, empty rows go."""
    return [
        " | ".join(" ".join(cell.split()) for cell in row).strip(" ")
        for row in rows
        if any(cell.strip() for cell in row)
    ]
