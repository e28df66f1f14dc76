"""Two columns of running text on a PDF page that was written line by line across both."""

from __future__ import annotations

from collections.abc import Sequence

from rag.readers.pdf.pdf_tables import Table, Word, visual_lines

LEAST = 6
"""Lines with words on both sides of the gutter, at least."""
WORDS = 3
"""Words of such a line on either side, at least; cells of a table have fewer."""
CROSSED = 0.3
"""The share of lines that may run across the gutter: headings, tables, feet."""
WIDTH = 0.8
"""Of the gutter, in multiples of the letter size."""


def by_columns(words: Sequence[Word], tables: Sequence[Table]) -> list[Word]:
    """The words in reading order: as they were written, unless that runs across two columns on most lines.

    Then the left column comes before the right one, between what runs across both.
    """
    inside = {id(w) for table in tables for w in table.words}
    free = [w for w in words if id(w) not in inside]
    gutter = _gutter(free)
    if gutter is None:
        return list(words)
    ordered: list[Word] = []
    left: list[Word] = []
    right: list[Word] = []
    blocks = [*visual_lines(free), *(table.words for table in tables)]
    for block in sorted(blocks, key=lambda b: min(w.top for w in b)):
        sides = _sides(block, gutter)
        if sides is None:
            ordered += [*left, *right, *block]
            left, right = [], []
        else:
            left += sides[0]
            right += sides[1]
    return [*ordered, *left, *right]


def _gutter(words: Sequence[Word]) -> float | None:
    """Where the gutter is; None where the page has none, or was not written across it."""
    if len(words) < 2 * LEAST * WORDS:
        return None
    lines = visual_lines(words)
    start, end = min(w.x0 for w in words), max(w.x1 for w in words)
    places = [start + (end - start) * (0.3 + 0.4 * i / 80) for i in range(81)]
    best = min(places, key=lambda x: (sum(_sides(line, x) is None for line in lines), abs(x - (start + end) / 2)))
    split = [sides for line in lines if (sides := _sides(line, best)) is not None]
    both = [(a, b) for a, b in split if len(a) >= WORDS and len(b) >= WORDS]
    if len(both) < LEAST or len(both) < 0.5 * len(split) or len(lines) - len(split) > CROSSED * len(lines):
        return None
    place = {id(w): i for i, w in enumerate(words)}
    across = sum(place[id(b[0])] == place[id(a[-1])] + 1 for a, b in both)
    return best if across > 0.5 * len(both) else None


def _sides(line: Sequence[Word], x: float) -> tuple[list[Word], list[Word]] | None:
    """(words left of x, words right of it); None where the line runs across it."""
    a, b = [w for w in line if w.middle[0] < x], [w for w in line if w.middle[0] >= x]
    if any(w.x1 > x for w in a) or any(w.x0 < x for w in b):
        return None
    near = a and b and min(w.x0 for w in b) - max(w.x1 for w in a) < WIDTH * max(w.size for w in line)
    return None if near else (a, b)
