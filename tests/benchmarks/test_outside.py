"""The outside draws: means that come out as the truth has them, and what counts as wrong."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.outside import MAKERS, SHAPES, TRUTHS, Cell, group_codes, is_wrong, simulate

SHARES = np.array([0.15, 0.55, 0.80, 0.97])


@pytest.mark.parametrize("maker", MAKERS)
def test_means_come_out_as_the_truth_has_them(maker: str) -> None:
    """Over 100 sets of 500 questions, for which questions a mode knows is drawn anew in each set."""
    draw, codes = np.random.default_rng(1), np.arange(500)
    means = [MAKERS[maker](SHARES, draw.standard_normal(500), codes, draw).mean(axis=0) for _ in range(100)]
    assert np.mean(means, axis=0) == pytest.approx(SHARES, abs=0.015)


def test_nested_modes_are_right_wherever_a_worse_one_is() -> None:
    draw = np.random.default_rng(2)
    scores = MAKERS["nested"](SHARES, draw.standard_normal(300), np.arange(300), draw)
    assert (np.diff(scores, axis=1) >= 0).all()


def test_groups_have_up_to_25_questions() -> None:
    for n, groups in SHAPES:
        codes = group_codes(n, groups)
        assert len(codes) == n and np.bincount(codes).max() <= 25
    assert np.bincount(group_codes(500, "mixed")).max() > 5


def test_what_is_wrong() -> None:
    assert is_wrong(TRUTHS["tie above a poor base"], "rag"), "few-shot is as good"
    assert not is_wrong(TRUTHS["tie above a poor base"], "fewshot")
    assert is_wrong(TRUTHS["hybrid alone lifts twice the margin"], "base")
    assert is_wrong(TRUTHS["prompt exactly at target"], "hybrid")
    assert not is_wrong(TRUTHS["half the margin each"], "base")


def test_a_large_lift_is_found_and_few_questions_are_not_enough() -> None:
    assert simulate(Cell("prompt exactly at target", "copula", 16, "single"), 3, 0) == (0, 3)
    wrong, unsettled = simulate(Cell("tie above a poor base", "irt", 2000, "single"), 4, 0)
    assert (wrong, unsettled) != (4, 4) and wrong <= 1
