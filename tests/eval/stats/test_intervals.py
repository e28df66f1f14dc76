"""Intervals: hand-made columns whose right answer is known, and coverage by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from eval.stats.intervals import (
    Interval,
    detectable,
    difference_intervals,
    difference_test,
    holm,
    mean_intervals,
    student_intervals,
)


def mean_of(values: list[float], groups: list[str] | None = None) -> Interval:
    found = mean_intervals(np.array(values)[:, None], groups or [str(i) for i in range(len(values))])[0]
    assert found is not None
    return found


def difference_of(values: list[float], groups: list[str] | None = None) -> Interval:
    found = difference_intervals(np.array(values)[:, None], groups or [str(i) for i in range(len(values))], seed=1)[0]
    assert found is not None
    return found


def test_mean_of_half_is_near_the_normal_interval() -> None:
    found = mean_of([0.0, 1.0] * 100)
    assert found.mean == 0.5
    half = 1.96 * np.sqrt(0.25 / 204)
    assert found.low == pytest.approx(0.5 - half, abs=0.01)
    assert found.high == pytest.approx(0.5 + half, abs=0.01)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_equal_scores_still_have_a_width(value: float) -> None:
    """Thirty right answers out of thirty do not prove that the truth is 1: Agresti-Coull gives about 0.13."""
    found = mean_of([value] * 30)
    assert found.mean == value
    assert 0.05 < found.high - found.low < 0.2


def test_equal_differences_still_have_a_width() -> None:
    found = difference_of([1.0] * 30)
    assert found.high == 1.0
    assert 0.75 < found.low < 0.97


def test_questions_of_one_group_count_once() -> None:
    """Each group's four questions agree, so 160 questions carry what 40 do: the interval is twice as wide."""
    values = [float(i % 2) for i in range(40) for _ in range(4)]
    clustered = mean_of(values, [f"g{i}" for i in range(40) for _ in range(4)])
    single = mean_of(values)
    assert clustered.groups == 40
    assert (clustered.high - clustered.low) / (single.high - single.low) == pytest.approx(2, abs=0.25)


def test_missing_values_are_left_out() -> None:
    found = mean_intervals(np.array([[1.0, np.nan], [0.0, np.nan], [np.nan, np.nan]]), ["a", "b", "c"])
    assert found[0] is not None
    assert (found[0].mean, found[0].n, found[0].groups) == (0.5, 2, 2)
    assert found[1] is None


def test_same_seed_same_interval() -> None:
    values = [0.0, 1.0, 1.0] * 20
    assert mean_of(values) == mean_of(values)


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    """Two correlated arms with true means .55 and .65 and pairs of questions to a group; 300 draws of 120 questions."""
    draw = np.random.default_rng(5)
    groups = [str(i // 2) for i in range(120)]
    shared = np.repeat(draw.random((60, 300)), 2, axis=0)
    own = draw.random((120, 300))
    level = np.where(draw.random((120, 300)) < 0.6, shared, own)
    values = (level < 0.65).astype(float) - (np.where(draw.random((120, 300)) < 0.5, level, own) < 0.55)
    found = difference_intervals(values, groups, seed=2)
    covered = np.mean([i is not None and i.low <= 0.10 <= i.high for i in found])
    assert 0.91 <= covered <= 0.985


def test_mean_interval_is_jeffreys_where_nothing_is_clustered() -> None:
    """Of 200 questions 150 right: Beta(150.5, 50.5), for t is near z and n - 1 near n."""
    found = mean_of([1.0] * 150 + [0.0] * 50)
    low, high = stats.beta.ppf([0.025, 0.975], 150.5, 50.5)
    assert found.low == pytest.approx(low, abs=2e-3)
    assert found.high == pytest.approx(high, abs=2e-3)


@pytest.mark.parametrize("share", [0.05, 0.8, 0.95])
def test_each_end_of_a_mean_interval_errs_as_seldom_as_it_says(share: float) -> None:
    """Targets lie near 1, where a symmetric interval errs at one end only; 600 draws of 150 questions in pairs."""
    draw = np.random.default_rng(3)
    common = np.repeat(draw.random((75, 600)), 2, axis=0)
    right = np.where(draw.random((150, 600)) < 0.3, common, draw.random((150, 600))) < share
    found = mean_intervals(right.astype(float), [str(i // 2) for i in range(150)])
    assert np.mean([i is not None and i.low > share for i in found]) <= 0.045
    assert np.mean([i is not None and i.high < share for i in found]) <= 0.045


@pytest.mark.parametrize(("shares", "shared"), [((0.5, 0.6), 0.9), ((0.9, 0.98), 0.9), ((0.05, 0.85), 0.2)])
def test_each_end_of_a_difference_errs_as_seldom_as_it_says(shares: tuple[float, float], shared: float) -> None:
    """Where few pairs differ, and where nearly all do, the bootstrap's ends err in 4 %; 1,000 draws of 150 in pairs."""
    draw = np.random.default_rng(6)
    common = np.repeat(draw.random((75, 1000)), 2, axis=0)
    common = np.where(draw.random((150, 1000)) < 0.5, common, draw.random((150, 1000)))
    first, second = (
        np.where(draw.random((150, 1000)) < shared, common, draw.random((150, 1000))) < share for share in shares
    )
    values = second.astype(float) - first.astype(float)
    found = difference_intervals(values, [str(i // 2) for i in range(150)], seed=1)
    truth = shares[1] - shares[0]
    assert np.mean([i is not None and i.low > truth + 1e-9 for i in found]) <= 0.035
    assert np.mean([i is not None and i.high < truth - 1e-9 for i in found]) <= 0.035


def test_arms_that_never_differ_are_bounded_by_half_clustered_questions() -> None:
    """Fifty groups of three: 150 / (1 + 0.5 * 2) = 75 questions, by t less 75 * (1.96 / t)^2, and z^2 / (n + z^2)."""
    found = difference_of([0.0] * 150, [str(i // 3) for i in range(150)])
    z = stats.norm.ppf(0.975)
    n = 75 * (z / stats.t.ppf(0.975, 49)) ** 2
    assert (found.low, found.high) == pytest.approx((-(z**2) / (n + z**2), z**2 / (n + z**2)), abs=1e-6)


def test_one_graded_score_makes_it_the_bootstrap() -> None:
    """A score between 0 and 1 is no share of pairs; the interval hardly moves for it."""
    values = [1.0] * 30 + [-1.0] * 10 + [0.0] * 110
    binary, graded = difference_of(values), difference_of([*values[:-1], 0.01])
    assert (graded.low, graded.high) != (binary.low, binary.high)
    assert (graded.low, graded.high) == pytest.approx((binary.low, binary.high), abs=0.015)


def test_mcnemar_is_the_binomial_of_the_discordant_pairs() -> None:
    """Nine up, two down: 2 * (C(11,0) + C(11,1) + C(11,2)) / 2^11 = 134 / 2048."""
    found = difference_test(np.array([1.0] * 9 + [-1.0] * 2 + [0.0] * 30), [str(i) for i in range(41)])
    assert found is not None
    assert found.name == "mcnemar_exact"
    assert found.p == pytest.approx(134 / 2048)


def test_clustered_differences_are_tested_over_groups() -> None:
    """Four groups of two with sums 2, 1, 0, 1: mean 1/2, residuals 1, 0, -1, 0, standard error sqrt(2 * 4/3) / 8."""
    values = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0])
    found = difference_test(values, ["a", "a", "b", "b", "c", "c", "d", "d"])
    assert found is not None
    error = np.sqrt(2 * 4 / 3) / 8
    assert found.p == pytest.approx(2 * stats.t.sf(0.5 / error, 3))


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_detectable_difference_by_the_formula() -> None:
    found = difference_of([1.0, 0.0, 0.0, -1.0] * 50)
    t = stats.t.ppf(0.975, 199) + stats.t.ppf(0.8, 199)
    assert detectable(found) == pytest.approx(t * np.sqrt(0.5 / 200), rel=0.03)


def test_seeds_that_disagree_widen_and_seeds_that_agree_do_not() -> None:
    values = np.array([1.0, 0.0] * 100)[:, None]
    groups = [str(i) for i in range(200)]
    alone = mean_intervals(values, groups)[0]
    alike = mean_intervals(values, groups, repeats=np.full((3, 1), 0.5))[0]
    apart = mean_intervals(values, groups, repeats=np.array([[0.4], [0.5], [0.6]]))[0]
    assert alone is not None and alike is not None and apart is not None
    assert alike == alone
    # variances of questions and seeds: 0.25 / 199 and 0.01 / 3; Satterthwaite leaves few degrees of freedom
    assert apart.error == pytest.approx(np.sqrt(0.25 / 199 + 0.01 / 3), rel=1e-6)
    assert apart.high - apart.low > 2.2 * (alone.high - alone.low)
    wide = difference_intervals(values, groups, seed=1, repeats=np.array([[0.4], [0.5], [0.6]]))[0]
    thin = difference_intervals(values, groups, seed=1)[0]
    assert wide is not None and thin is not None
    assert wide.high - wide.low > 2 * (thin.high - thin.low)


def test_seeds_that_disagree_weaken_the_test_too() -> None:
    """Two seeds with means .2 and .6: variances 0.24/199 of questions and 0.08/2 of seeds, Satterthwaite's freedom."""
    values = np.array([1.0] * 80 + [0.0] * 120)
    groups = [str(i) for i in range(200)]
    alone, apart = difference_test(values, groups), difference_test(values, groups, repeats=np.array([0.2, 0.6]))
    assert alone is not None and apart is not None
    assert alone.p < 1e-9
    questions, seeds = 0.24 / 199, 0.08 / 2
    free = (questions + seeds) ** 2 / (questions**2 / 199 + seeds**2 / 1)
    assert apart.p == pytest.approx(2 * stats.t.sf(0.4 / np.sqrt(questions + seeds), free))


def test_student_interval_over_groups() -> None:
    """Three groups with means -1, -2 and -3: 4.303 standard errors of sqrt(1/3) around -2."""
    found = student_intervals(np.array([[-1.0], [-2.0], [-3.0]]), ["a", "b", "c"])[0]
    assert found is not None
    assert found.high - found.mean == pytest.approx(stats.t.ppf(0.975, 2) * np.sqrt(1 / 3))
    assert student_intervals(np.array([[1.0], [2.0]]), ["a", "a"]) == [None]
