"""Did retrieval find the gold documents, and the answer in them? Measures count each document of a ranking once."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from eval.metrics.knowledge.metric import stands_in
from eval.metrics.knowledge.yes_no import polar_gold
from eval.metrics.quantities.equality import same
from eval.metrics.quantities.quantity import lone_quantity, quantities
from eval.metrics.text.normalize import contains_tokens, tokens


def ranked(documents: Sequence[str]) -> list[str]:
    """Documents in the order in which they first appear."""
    return list(dict.fromkeys(documents))


def recall(documents: Sequence[str], gold: Collection[str]) -> float:
    """The share of the gold documents among those retrieved."""
    return len(set(documents) & set(gold)) / len(set(gold))


def reciprocal_rank(documents: Sequence[str], gold: Collection[str]) -> float:
    """1 / rank of the first gold document, 0 when there is none; its mean over questions is MRR."""
    return next((1 / rank for rank, d in enumerate(ranked(documents), 1) if d in gold), 0.0)


def ndcg(documents: Sequence[str], gold: Collection[str]) -> float:
    """DCG over its best value, with gain 1 for a gold document and discount 1 / log2(rank + 1).

    Jaervelin and Kekaelaeinen (2002).
    """
    found = ranked(documents)
    gain = sum(1 / math.log2(rank + 1) for rank, d in enumerate(found, 1) if d in gold)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(set(gold)), max(len(found), 1)) + 1))
    return gain / best


def tells(text: str, answers: Sequence[str]) -> bool:
    """Whether a passage tells an accepted answer: its words in a row, or the same quantity in another notation.

    A document may say with a bound what the answer says without (at least 3 hours), which a reply may not. Of yes and
    no no word is looked for: they are concluded from a passage, and "no" stands in most.
    """
    said = tokens(text)
    sought = [a for a in answers if a.strip() and not polar_gold(a)]
    return any(contains_tokens(said, tokens(a)) or stands_in(text, a) or _measured(text, a) for a in sought)


NOT_WORDS = ("choice", "semantic", "sql")
"""Knowledge metrics whose accepted answers are options, meanings or queries: no passage need hold them word by word."""
LONG = 5
"""Answers of more tokens than this are sentences, which a passage says in words of its own."""


def stated(texts: Iterable[str], answers: Sequence[str]) -> float | None:
    """1 where one of these passages tells an accepted answer, else 0; None where there is none to look for in them."""
    short = [a for a in answers if 0 < len(tokens(a)) <= LONG and not polar_gold(a)]
    return float(any(tells(text, short) for text in texts)) if short else None


def _measured(text: str, answer: str) -> bool:
    """Whether a quantity stands in a text, be it as a bound."""
    wanted = lone_quantity(answer)
    if wanted is None or not wanted.unit:
        return False
    return any(same(replace(wanted, bound=""), replace(q, bound="")) for q in quantities(text))
