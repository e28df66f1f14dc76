"""A clause about another thing beside one about the thing that is asked: `A owns Long Sutter, B owns the Nutmeg`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from eval.metrics.knowledge.another_thing import asked_of, labelled, tells_of_another
from eval.metrics.knowledge.name_forms import same_name

_CONTRAST = re.compile(
    r",?\s+(?:while|whereas|but|während|aber|tandis que|mais|mientras "
    r"que|mientras|pero|mentre|ma|enquanto|mas|а|но)\s+|"
    r",\s+(?:and|und|et|y|e|и)\s+|[;,]\s+",
    re.IGNORECASE,
)
_ELLIPTIC = re.compile(r"(?P<whose>[oO]+)[ps]?a+|a+s?(?P<other>[oO]+)")
"""Long Sutter by Yolande: the verb stands in the clause before."""


def without_others(sentence: str, question: str, answers: Sequence[str]) -> str:
    """A sentence without the clauses about another thing, or none of it where it is nothing else.

    A clause goes only beside one that tells the question's relation of the thing itself.
    """
    asked = asked_of(question)
    if asked is None:
        return sentence
    if tells_of_another(sentence, question, answers):
        return ""
    parts = [p for p in _CONTRAST.split(sentence) if p]
    if len(parts) < 2:
        return sentence
    rows = [labelled(part, asked, answers)[1] for part in parts]
    if not any(_has_its_own(row) for row in rows):
        return sentence
    kept = [
        part
        for part, row in zip(parts, rows, strict=True)
        if "n" in row or not (tells_of_another(part, question, answers) or _is_elliptic(part, row, asked.thing))
    ]
    return sentence if len(kept) == len(parts) else ", ".join(kept)


def goes_on(sentence: str, question: str, answers: Sequence[str]) -> bool:
    """Whether a sentence speaks of the thing that is asked about, and may take its answer from another sentence."""
    asked = asked_of(question)
    row = labelled(sentence, asked, answers)[1] if asked else ""
    return "n" in row and not _has_its_own(row)


def _has_its_own(row: str) -> bool:
    """Whether a clause tells the question's relation of the thing, with a name of its own and no pronoun for one."""
    return "n" in row and "r" in row and "i" not in row and any(c in row for c in "aoO")


def _is_elliptic(part: str, row: str, thing: str) -> bool:
    found = _ELLIPTIC.fullmatch(row.replace("t", "").replace(".", ""))
    return found is not None and len(found["whose"] or found["other"]) > 1 and not same_name(part, thing)
