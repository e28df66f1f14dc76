"""Sums over groups: the variance against the jackknife done by hand, and what unequal groups weigh."""

from __future__ import annotations

import numpy as np
import pytest

from eval.stats.clusters import Grouped, SeedNoise, codes_of

GROUPS = ["a"] * 7 + ["b"] * 2 + ["c"] * 4 + ["d"]


def test_variance_is_the_jackknife_over_groups() -> None:
    """Leave each group out in turn; (G - 1) / G times the squares of the means' distances from the whole's mean."""
    values = np.random.default_rng(1).uniform(-1, 1, (14, 3))
    found = Grouped.of(values, codes_of(GROUPS))
    names = np.array(GROUPS)
    without = np.array([values[names != g].mean(axis=0) for g in "abcd"])
    assert found.variance == pytest.approx(3 / 4 * ((without - values.mean(axis=0)) ** 2).sum(axis=0))


def test_groups_of_one_size_have_the_variance_of_liang_and_zeger() -> None:
    values = np.random.default_rng(2).uniform(0, 1, (12, 1))
    sums = (values - values.mean()).reshape(4, 3).sum(axis=1)
    found = Grouped.of(values, codes_of([str(i // 3) for i in range(12)]))
    assert found.variance[0] == pytest.approx((sums**2).sum() * 4 / 3 / 12**2)
    assert found.free[0] == pytest.approx(3)


def test_unequal_groups_leave_fewer_degrees_of_freedom() -> None:
    found = Grouped.of(np.zeros((14, 1)), codes_of(GROUPS))
    assert found.count[0] == 4
    assert found.free[0] == pytest.approx(14**2 / (49 + 4 + 16 + 1) - 1)


def test_missing_scores_have_no_group() -> None:
    values = np.array([[1.0], [np.nan], [0.0], [1.0]])
    found = Grouped.of(values, codes_of(["a", "b", "c", "c"]))
    assert (found.n[0], found.count[0], found.mean[0]) == (3, 2, pytest.approx(2 / 3))
    nothing = Grouped.of(np.full((3, 1), np.nan), codes_of(["a", "b", "c"]))
    assert (nothing.n[0], nothing.mean[0], nothing.variance[0]) == (0, 0, 0)


def test_seeds_that_were_not_run_add_what_is_assumed() -> None:
    repeats = np.array([[0.4, 0.5], [0.6, np.nan]])
    found = SeedNoise.of(2, repeats, np.array([0.0, 0.01]))
    assert found.variance == pytest.approx([0.02 / 2, 0.01])
    assert found.degrees(np.array([0.01, 0.01]), np.array([50.0, 50.0])) == pytest.approx(
        [0.02**2 / (0.01**2 / 50 + 0.01**2), 0.02**2 / (0.01**2 / 50)]
    )
