"""The clustered bootstrap, against the normal interval and by coverage."""

from __future__ import annotations

import numpy as np
import pytest

from eval.stats.bootstrap import bootstrap_ends
from eval.stats.clusters import Grouped, codes_of


def grouped(values: np.ndarray, size: int) -> Grouped:
    found = Grouped.of(values, codes_of([str(i // size) for i in range(len(values))]))
    assert found is not None
    return found


def test_near_the_normal_interval_where_there_are_many_groups() -> None:
    values = np.random.default_rng(1).uniform(-1, 1, 2000) ** 3
    ((low, high),) = bootstrap_ends([grouped(values, 1)], 0, 0.95)
    half = 1.96 * values.std() / np.sqrt(2000)
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.1 * half)


def test_same_seed_same_ends_whatever_stands_beside() -> None:
    draw = np.random.default_rng(2)
    first, second = grouped(draw.uniform(-1, 1, 60), 2), grouped(draw.uniform(-1, 1, 60), 2)
    shorter = grouped(draw.uniform(-1, 1, 40), 2)
    beside, alone = bootstrap_ends([first, shorter, second], 3, 0.95)[2], bootstrap_ends([second], 3, 0.95)[0]
    assert beside == pytest.approx(alone, abs=1e-12)
    assert bootstrap_ends([first], 3, 0.95) != bootstrap_ends([first], 4, 0.95)


def test_equal_differences_have_a_width() -> None:
    ((low, high),) = bootstrap_ends([grouped(np.full(50, 0.5), 1)], 0, 0.95)
    assert low < 0.5 <= high


@pytest.mark.parametrize("size", [1, 3])
def test_each_end_errs_about_as_seldom_as_it_says(size: int) -> None:
    """Graded scores of two arms that share luck, in groups; 500 draws of 150 questions, 2.5 % at each end."""
    draw = np.random.default_rng(4)
    luck = np.repeat(draw.random((150 // size, 500)), size, axis=0)
    arms = [
        np.clip(np.where(draw.random((150, 500)) < 0.5, luck, draw.random((150, 500))) + by, 0, 1) for by in (0, 0.2)
    ]
    truth = np.clip(np.linspace(0, 1, 100_001) + 0.2, 0, 1).mean() - 0.5
    ends = np.array(bootstrap_ends([grouped(column, size) for column in (arms[1] - arms[0]).T], 0, 0.95))
    assert 0.005 <= np.mean(ends[:, 0] > truth) <= 0.05
    assert 0.005 <= np.mean(ends[:, 1] < truth) <= 0.05
