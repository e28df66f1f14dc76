"""Plain word search over passages, as a yardstick for the embedder: Okapi BM25."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

K1, B = 1.2, 0.75
"""Saturation and length normalisation, as Robertson and Zaragoza give them (Foundations and Trends in IR 3, 2009)."""

_PIECE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\u0e00-\u0e7f]+|[^\W_]+")


def terms(text: str) -> list[str]:
    """Words, case aside; of Chinese, Japanese, Korean and Thai letters, which no blanks divide reliably, pairs."""
    found: list[str] = []
    for piece in _PIECE.findall(text.casefold()):
        pairs = [piece[i : i + 2] for i in range(len(piece) - 1)] if ord(piece[0]) >= 0x0E00 else []
        found += pairs or [piece]
    return found


class WordSearch:
    """Ranks texts by BM25; equal scores rank by order."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(terms(text)) for text in texts]
        self._lengths = [sum(c.values()) for c in counts]
        self._mean = sum(self._lengths) / max(1, len(counts))
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for i, count in enumerate(counts):
            for term, n in count.items():
                self._postings[term].append((i, n))

    def nearest(self, question: str, k: int) -> list[int]:
        """Indices of the `k` best texts, best first; texts that share no term with the question are none."""
        scores: dict[int, float] = defaultdict(float)
        for term in set(terms(question)):
            held = self._postings.get(term, [])
            weight = math.log(1 + (len(self._lengths) - len(held) + 0.5) / (len(held) + 0.5))
            for i, n in held:
                scores[i] += weight * n * (K1 + 1) / (n + K1 * (1 - B + B * self._lengths[i] / self._mean))
        return sorted(scores, key=lambda i: (-scores[i], i))[:k]
