"""Tango's interval against a published figure, a formula, and a search for the likeliest shares."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize

from eval.stats.tango import null_variance, score_interval


def interval(up: float, down: float, n: float, level: float = 0.95) -> tuple[float, float]:
    low, high = score_interval(np.array([up / n]), np.array([down / n]), np.array([n]), level=level)
    return float(low[0]), float(high[0])


def test_published_example() -> None:
    """One child of 21 hyper-responsive after transplantation alone, seven before it alone (Fagerland et al., 2014)."""
    assert interval(1, 7, 21) == pytest.approx((-0.517, -0.026), abs=5e-4)


@pytest.mark.parametrize("n", [1, 20, 150, 1000])
def test_where_none_differ_the_ends_are_z2_over_n_plus_z2(n: int) -> None:
    z2 = 1.959964**2
    assert interval(0, 0, n) == pytest.approx((-z2 / (n + z2), z2 / (n + z2)), abs=1e-6)


def test_where_all_differ_one_way_the_far_end_is_1() -> None:
    """Solving (n - n d)^2 = z^2 n (1 - d)(1 + d) for d."""
    z2 = 1.959964**2
    assert interval(30, 0, 30) == pytest.approx(((30 - z2) / (30 + z2), 1.0), abs=1e-6)


def test_no_questions_say_nothing() -> None:
    low, high = score_interval(np.array([0.3]), np.array([0.1]), np.array([0.0]))
    assert (low[0], high[0]) == pytest.approx((-1, 1))


def test_exchanged_arms_exchange_the_ends() -> None:
    low, high = interval(12, 5, 60)
    assert interval(5, 12, 60) == pytest.approx((-high, -low))


@pytest.mark.parametrize("difference", [-0.4, -0.05, 0.0, 0.1, 0.6])
def test_variance_is_that_of_the_likeliest_shares(difference: float) -> None:
    for up, down in ((0.2, 0.1), (0.3, 0.02), (0.05, 0.4)):
        same = 1 - up - down

        def loss(q: float, up: float = up, down: float = down, same: float = same) -> float:
            return -(
                up * math.log(q + difference) + down * math.log(q) + same * math.log(max(1 - 2 * q - difference, 1e-12))
            )

        bounds = (max(0.0, -difference) + 1e-12, (1 - difference) / 2)
        q = optimize.minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-12}).x
        found = null_variance(np.array([up]), np.array([down]), np.array([difference]))[0]
        assert found == pytest.approx(2 * q + difference - difference**2, abs=1e-6)


def test_wider_at_a_higher_level_and_always_around_what_was_seen() -> None:
    draw = np.random.default_rng(0)
    cells = draw.dirichlet([0.5, 0.5, 1.0], size=300)
    up, down, n = cells[:, 0], cells[:, 1], draw.uniform(1, 500, 300)
    low, high = score_interval(up, down, n)
    wide_low, wide_high = score_interval(up, down, n, level=0.99)
    assert ((low <= up - down) & (up - down <= high)).all()
    assert ((wide_low <= low) & (high <= wide_high)).all()
    assert (low >= -1).all() and (high <= 1).all()
