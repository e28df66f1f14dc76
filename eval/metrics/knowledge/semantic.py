"""`semantic`: what `match` accepts, and paraphrases by embedding similarity, where names, numbers and denials agree.

Similarity alone is lax: 60 seconds is near 60 minutes, dark blue near dark green, Martha Washington near George
Washington. So it is asked only of accepted answers of several words, without a quantity, whose names the reply holds,
and only for what the reply stands by.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from eval.metrics.knowledge.alias import words
from eval.metrics.knowledge.match import agrees, match, without_question
from eval.metrics.knowledge.stance import asserted
from eval.metrics.quantities.units import SPELLINGS
from eval.metrics.text.normalize import tokens

THRESHOLD = 0.75
"""The cosine from which a wording is the accepted answer's, for the default embedder. Of what it adds to `match` on
answers that people marked, 7 of 8 are right (benchmarks/agreement.py, the half that rules are written on), and it takes
no answer to another question of the same kind for right (tests/eval/test_semantic.py)."""
LEAST = 3
"""An accepted answer of fewer words is not compared: dark green is near dark blue, and state law near state laws."""
ROOM = 2
"""A window of the reply has as many words as the accepted answer, or so many more."""

Similar = Callable[[str, Sequence[str]], float]
"""(accepted answer, wordings) -> the highest cosine similarity of their embeddings."""


def semantic(given: str, answers: Sequence[str], question: str, similar: Similar | None) -> float:
    """1 when the reply asserts an accepted answer, as `match` sees it or in words whose embedding is near it; else 0.

    Without `similar`, only what `match` accepts counts.
    """
    if match(given, answers, question):
        return 1.0
    if similar is None:
        return 0.0
    return float(any(similar(a, wordings) >= THRESHOLD for a, wordings in comparable(given, answers, question)))


def comparable(given: str, answers: Sequence[str], question: str) -> list[tuple[str, list[str]]]:
    """Accepted answers that the reply may paraphrase, each with the windows of the reply to compare it with.

    None where the reply refuses, denies, doubts or names alternatives. An answer with
    a name that the reply does not hold, a number, a unit or a negation, or of fewer than LEAST words, is not compared.
    """
    given = without_question(given, question)
    said = asserted(given, question)
    if not said or _DENIAL.search(given) or _ALTERNATIVES.intersection(words(said)):
        return []
    return [
        (a, _windows(said, len(a.split())))
        for a in answers
        if len(tokens(a)) >= LEAST and not _measures(a) and not _DENIAL.search(a) and agrees(said, a, question)
    ]


_DENIAL = re.compile(r"\b(?:not|no|never|neither|nor|(?-i:may)|don't|\w+n't|know|unknown)\b", re.IGNORECASE)
_ALTERNATIVES = frozenset(("or", "또는", "혹은"))


def _measures(answer: str) -> bool:
    """Whether an answer is about a quantity: 60 minutes is near 60 seconds."""
    return any(t in SPELLINGS or any(c.isdigit() for c in t) for t in tokens(answer))


def _windows(text: str, size: int) -> list[str]:
    found: dict[str, None] = {}
    for clause in text.split("\n"):
        said = clause.split()
        for n in (size, size + ROOM):
            found |= {" ".join(said[i : i + n]): None for i in range(max(1, len(said) - n + 1)) if said}
    return list(found)
