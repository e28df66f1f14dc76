"""Pairs of rows that ask nearly the same and have the same answer."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from eval.data.near_duplicates import THRESHOLD, near_pairs, same_names
from eval.metrics.text.normalize import normalise
from eval.records import Example

ALMOST_SAME = 0.85
"""Likeness asked for where answers cannot tell two facts apart: yes or no, none at all, or a common one, as a label."""
COMMON_ROWS, COMMON_SHARE = 5, 0.1
"""An answer is common when more rows than both have it."""

POLAR = frozenset({"yes", "no", "true", "false"})
_NONE = ""
_CODE = re.compile(r"[<>=*|{}]")


def near_rows(rows: Sequence[Example], others: Sequence[Example]) -> list[tuple[int, int]]:
    """(position in rows, position in others) of pairs of one wording, about one thing, with one answer, sorted.

    Looked for among the rows of one answer only, which is also what keeps it quick.
    """
    mine, theirs = _by_answer(rows), _by_answer(others)
    found: set[tuple[int, int]] = set()
    for answer in mine.keys() & theirs.keys():
        common = len(mine[answer]) > max(COMMON_ROWS, COMMON_SHARE * len(rows))
        telling = not common and answer not in POLAR and answer != _NONE
        one, other = mine[answer], theirs[answer]
        likeness = THRESHOLD if telling else ALMOST_SAME
        pairs = similar([rows[i].question for i in one], [others[j].question for j in other], likeness)
        found.update((one[i], other[j]) for i, j in pairs)
    return sorted(found)


def similar(questions: Sequence[str], others: Sequence[str], threshold: float) -> Iterator[tuple[int, int]]:
    """Positions of questions that are so alike and can be about one thing."""
    for i, j, _ in near_pairs(questions, others, threshold=threshold):
        if same_names(questions[i], others[j]):
            yield i, j


def _by_answer(rows: Sequence[Example]) -> dict[str, list[int]]:
    """Each accepted answer -> positions of its rows; unanswerable rows share the answer _NONE."""
    found: dict[str, list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        for answer in dict.fromkeys(_answer_key(a) for a in row.answers or (_NONE,)):
            found[answer].append(i)
    return found


def _answer_key(answer: str) -> str:
    """Its tokens; of code, the text but for blanks and case, because its signs carry meaning."""
    return " ".join(answer.casefold().split()) if _CODE.search(answer) else normalise(answer)
