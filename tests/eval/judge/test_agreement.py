"""Kappa and noise against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from eval.judge.agreement import Agreement, Noise, agree, kappa, noise


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ([[20, 5], [10, 15]], 0.4),  # observed .7, chance .5 * .6 + .5 * .4 = .5
        ([[45, 15], [25, 15]], 0.06 / 0.46),  # observed .6, chance .6 * .7 + .4 * .3 = .54
        ([[25, 35], [5, 35]], 0.14 / 0.54),  # observed .6, chance .6 * .3 + .4 * .7 = .46
        ([[50, 0], [0, 50]], 1.0),
        ([[0, 50], [50, 0]], -1.0),
        ([[25, 25], [25, 25]], 0.0),
        ([[0, 0], [50, 50]], 0.0),  # one side never varies: no better than chance
        ([[2.0, 0.5], [1.0, 1.5]], 0.4),  # weights count as counts do
        ([[0, 0], [0, 50]], None),  # both say one thing: chance agrees as well
    ],
)
def test_kappa_by_hand(table: list[list[float]], expected: float | None) -> None:
    assert kappa(np.array(table)) == (None if expected is None else pytest.approx(expected))


def verdicts(table: list[list[int]]) -> tuple[list[bool], list[bool]]:
    pairs = [(bool(i), bool(j)) for i in (0, 1) for j in (0, 1) for _ in range(table[i][j])]
    return [a for a, _ in pairs], [b for _, b in pairs]


def test_interval_holds_kappa_and_has_the_width_of_the_formula() -> None:
    first, second = verdicts([[80, 20], [40, 60]])
    found = agree(first, second, [str(i) for i in range(200)], [1.0] * 200, seed=0)
    assert (found.n, found.agreement, found.kappa) == (200, 0.7, pytest.approx(0.4))
    # Standard error of Cohen (1960): sqrt(po (1 - po) / (n (1 - pe)^2)) = sqrt(.7 * .3 / (200 * .25))
    assert found.low is not None and found.high is not None
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * (0.7 * 0.3 / 50) ** 0.5, rel=0.1)


def test_interval_over_groups_is_wider_than_over_rows() -> None:
    first, second = verdicts([[80, 20], [40, 60]])
    rows = agree(first, second, [str(i) for i in range(200)], [1.0] * 200, seed=0)
    tens = agree(first, second, [str(i // 10) for i in range(200)], [1.0] * 200, seed=0)
    assert tens.kappa == rows.kappa
    assert tens.high - tens.low > 2 * (rows.high - rows.low)  # type: ignore[operator]


def test_weights_undo_oversampling() -> None:
    # In truth 80 agree (40 + 40) and 20 disagree (10 + 10): kappa .6. All 20 are marked, but only 20 of the 80.
    first, second = verdicts([[10, 10], [10, 10]])
    weights = [4.0 if a == b else 1.0 for a, b in zip(first, second, strict=True)]
    assert agree(first, second, [str(i) for i in range(40)], weights, seed=0).kappa == pytest.approx(0.6)


def test_without_a_kappa_there_is_a_reason() -> None:
    assert agree([], [], [], [], seed=0).reason
    same = agree([True] * 5, [True] * 5, list("abcde"), [1.0] * 5, seed=0)
    assert (same.n, same.agreement, same.kappa, bool(same.reason)) == (5, 1.0, None, True)
    assert isinstance(same, Agreement)


def test_noise_by_hand() -> None:
    # Squared deviations .08 + 0 + .02, one degree of freedom each but two for the last: sqrt(.1 / 4)
    found = noise([[0.2, 0.6], [1.0, 1.0], [0.4, 0.5, 0.6], [0.9]])
    assert found.items == 3
    assert found.deviation == pytest.approx((0.1 / 4) ** 0.5)
    # Equal verdicts: 0 of 1 pair, 1 of 1, and 1 of 3 (.5 and .6 pass)
    assert found.agreement == pytest.approx(2 / 5)


def test_single_judgements_have_no_noise() -> None:
    assert noise([[0.5], []]) == Noise(0, None, None)
