"""Asking an open verdict again: the same questions with more, and others."""

from __future__ import annotations

import numpy as np

from benchmarks.needed import asked_again
from benchmarks.worlds import Cell


def test_a_given_verdict_is_not_asked_again_and_an_open_one_is() -> None:
    assert asked_again(Cell("retrieval", 300), np.random.default_rng(0)) is None
    answers = [asked_again(Cell("lift at twice the margin", 60), np.random.default_rng(i)) for i in range(3)]
    ranges = [a[0].total for a in answers if a and a[0]]
    assert ranges and all(60 < low <= high <= 600 for low, high in ranges)
