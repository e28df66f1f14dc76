"""How much of a reference's wording a text shares: secondary scores, which never decide."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from eval.metrics.text.normalize import tokens


def rouge_l(given: str, references: Sequence[str]) -> float:
    """ROUGE-L F1 with the nearest reference, in [0, 1]: 2 LCS / (m + n) over tokens (Lin 2004)."""
    from rapidfuzz.distance import LCSseq

    said = tokens(given)
    pairs = [(tokens(r), LCSseq.similarity(said, tokens(r))) for r in references]
    return max((2 * common / (len(said) + len(wanted)) for wanted, common in pairs if common), default=0.0)


def chrf(given: str, references: Sequence[str]) -> float:
    """Sentence-level chrF2 with the nearest reference, in [0, 1] (Popović 2015), as sacrebleu computes it."""
    if not references:
        return 0.0
    return float(_scorer().sentence_score(given, list(references)).score) / 100


@lru_cache(maxsize=1)
def _scorer() -> Any:
    from sacrebleu.metrics.chrf import CHRF

    return CHRF()
