from __future__ import annotations

import math
from statistics import NormalDist

import pytest
from scipy.stats import binom

from eval.stats.power import detectable_difference, effective_size, questions_needed, wilson


def mcnemar_power(n: int, difference: float, discordance: float) -> float:
    """The power of McNemar's test without correction, by enumeration of the discordant pairs and their split."""
    better = (discordance + difference) / (2 * discordance)
    critical = NormalDist().inv_cdf(0.975)
    total = 0.0
    for k in range(1, n + 1):
        needed = (k + critical * math.sqrt(k)) / 2  # b - (k - b) > z sqrt(k)
        total += binom.pmf(k, n, discordance) * binom.sf(math.floor(needed), k, better)
    return float(total)


def test_questions_needed_by_hand() -> None:
    # (1.959964 * 0.5 + 0.841621 * sqrt(0.25 - 0.01))^2 / 0.01 = (0.979982 + 0.412309)^2 / 0.01 = 193.85
    assert questions_needed(0.10) == 194
    # (1.959964 * 0.5 + 0.841621 * sqrt(0.25 - 0.0025))^2 / 0.0025 = (0.979982 + 0.418696)^2 / 0.0025 = 782.52
    assert questions_needed(0.05) == 783
    # every discordant pair the same way: (1.959964 * sqrt(0.5) + 0.841621 * 0.5)^2 / 0.25 = 13.06
    assert questions_needed(0.5) == 14


@pytest.mark.parametrize(("difference", "discordance"), [(0.1, 0.25), (0.2, 0.3), (0.05, 0.15)])
def test_so_many_questions_have_the_power_that_is_asked_for(difference: float, discordance: float) -> None:
    n = questions_needed(difference, discordance=discordance)
    assert mcnemar_power(n, difference, discordance) == pytest.approx(0.80, abs=0.04)


@pytest.mark.parametrize("n", [10, 60, 182, 1000])
def test_the_detectable_difference_is_the_inverse(n: int) -> None:
    smallest = detectable_difference(n)
    assert smallest is not None
    assert questions_needed(smallest) == n
    assert questions_needed(smallest * 0.99) > n


def test_too_few_questions_show_nothing() -> None:
    # a difference of 1 needs z^2 = 3.84 questions
    assert detectable_difference(3) is None
    assert detectable_difference(4) is not None


def test_a_difference_lies_above_zero_and_up_to_one() -> None:
    for wrong in (0.0, -0.1, 1.1):
        with pytest.raises(ValueError, match="lies in"):
            questions_needed(wrong)


def test_effective_size_by_hand() -> None:
    assert effective_size([]) == 0
    assert effective_size(["a", "b", "c"]) == pytest.approx(3)
    assert effective_size(["a"] * 6 + ["b", "c"]) == pytest.approx(64 / 38)


def test_wilson_by_hand() -> None:
    # Newcombe (1998), table I: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
