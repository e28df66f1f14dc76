"""What of a ranking reaches the prompt: at most so many passages of a document, and passages with their neighbours."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from eval.records import Passage
from rag.retrievers.rows import Rows

if TYPE_CHECKING:
    from rag.retrievers.rows import Found

SHARED = 20
"""Characters that the end of one passage and the beginning of the next must share at least to be an overlap."""


def at_most(found: Found, rows: Rows, limit: int) -> Found:
    """What was found without what comes after `limit` rows of the same document."""
    seen: Counter[str] = Counter()
    kept = []
    for i, row in enumerate(found[0]):
        document = rows.all[int(row)][0]
        seen[document] += 1
        if seen[document] <= limit:
            kept.append(i)
    return found[0][kept], found[1][kept]


def with_neighbours(found: Found, rows: Rows, k: int) -> tuple[Passage, ...]:
    """The `k` best, each with the passages before and behind it in its document, which are not found again."""
    shown: set[int] = set()
    passages: list[Passage] = []
    for row, score in zip(*(part.tolist() for part in found), strict=True):
        if row in shown or len(passages) == k:
            continue
        document, position, text = rows.all[row]
        around = [i for i in (row - 1, row, row + 1) if 0 <= i < len(rows.all) and rows.all[i][0] == document]
        around = [i for i in around if i == row or i not in shown]
        shown.update(around)
        text = rows.all[around[0]][2]
        for i in around[1:]:
            text = join(text, rows.all[i][2])
        passages.append(Passage(document, text, float(score), position))
    return tuple(passages)


def join(first: str, second: str) -> str:
    """Two neighbouring passages as one text, with what they share once."""
    for size in range(min(len(first), len(second)), SHARED - 1, -1):
        if first.endswith(second[:size]):
            return first + second[size:]
    return f"{first}\n{second}"
