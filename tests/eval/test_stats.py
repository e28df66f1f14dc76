"""Intervals: hand-made columns whose right answer is known, and coverage by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from eval.stats import Interval, difference_intervals, mean_intervals


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
