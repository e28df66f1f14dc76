"""The clustered bootstrap, against the normal interval and by coverage."""

from __future__ import annotations

import numpy as np
import pytest

from eval.stats.bootstrap import bootstrap_ends
from eval.stats.clusters import Grouped, codes_of


def grouped(values: np.ndarray, size: int) -> Grouped:
    """Columns of scores in groups of one size; a single column may come flat."""
    columns = values if values.ndim == 2 else values[:, None]
    return Grouped.of(columns, codes_of([str(i // size) for i in range(len(columns))]))


def ends(held: Grouped, seed: int = 0) -> list[tuple[float, float]]:
    return list(zip(*(x.tolist() for x in bootstrap_ends(held, seed, [0.95])[0]), strict=True))


def test_near_the_normal_interval_where_there_are_many_groups() -> None:
    values = np.random.default_rng(1).uniform(-1, 1, 2000) ** 3
    ((low, high),) = ends(grouped(values, 1))
    half = 1.96 * values.std() / np.sqrt(2000)
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.1 * half)


def test_same_seed_same_ends_whatever_stands_beside() -> None:
    draw = np.random.default_rng(2)
    first, second, shorter = draw.uniform(-1, 1, (3, 60))
    shorter[40:] = np.nan
    beside = ends(grouped(np.stack([first, shorter, second], axis=1), 2), 3)
    assert beside[2] == pytest.approx(ends(grouped(second, 2), 3)[0], abs=1e-12)
    assert beside[1] == pytest.approx(ends(grouped(shorter[:40], 2), 3)[0], abs=1e-12)
    assert ends(grouped(first, 2), 3) != ends(grouped(first, 2), 4)


def test_equal_differences_have_a_width() -> None:
    ((low, high),) = ends(grouped(np.full(50, 0.5), 1))
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
    ((low, high),) = bootstrap_ends(grouped(arms[1] - arms[0], size), 0, [0.95])
    assert 0.005 <= np.mean(low > truth) <= 0.05
    assert 0.005 <= np.mean(high < truth) <= 0.05


def test_ends_at_several_levels_are_those_of_each_alone() -> None:
    held = grouped(np.random.default_rng(5).uniform(-1, 1, (40, 3)), 2)
    together = bootstrap_ends(held, 1, [0.90, 0.95, 0.99])
    for level, (low, high) in zip([0.90, 0.95, 0.99], together, strict=True):
        ((alone, above),) = bootstrap_ends(held, 1, [level])
        assert (low == alone).all() and (high == above).all()
    assert (together[0][0] > together[2][0]).all() and (together[0][1] < together[2][1]).all()
