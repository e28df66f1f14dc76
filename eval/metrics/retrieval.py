"""Did retrieval find the gold documents? Measures over a ranked list of passages' documents, each document once."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence


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
