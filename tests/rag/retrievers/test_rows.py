"""The best rows, against sorting all of them."""

from __future__ import annotations

import numpy as np
import pytest

from rag.retrievers.rows import best


@pytest.mark.parametrize("k", [1, 3, 10, 40, 50])
def test_the_best_are_those_that_sorting_all_puts_first(k: int) -> None:
    draw = np.random.default_rng(k)
    for distinct in (1, 3, 1000):  # equal scores are usual: most of BM25's are 0
        rows = draw.permutation(40)
        scores = draw.integers(0, distinct, 40).astype(float)
        whole = sorted(zip(rows, scores, strict=True), key=lambda pair: (-pair[1], pair[0]))[:k]
        found = best(rows, scores, k)
        assert list(zip(*(part.tolist() for part in found), strict=True)) == whole
