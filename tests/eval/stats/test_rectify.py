"""Means corrected by marks: by hand, against labels alone, and by coverage where the metric is biased."""

from __future__ import annotations

import numpy as np
import pytest

from eval.stats.rectify import rectify
from eval.verdict.measure import measure
from eval.verdict.score_table import ScoreTable

MODES = ["base", "rag"]


def table(x: np.ndarray, y: np.ndarray | None) -> ScoreTable:
    names = [f"q{i}" for i in range(len(x))]
    return ScoreTable("knowledge", "match", MODES, names, x, x[None], tuple(names), y)


def test_a_metric_that_says_nothing_leaves_the_mean_of_the_marks() -> None:
    x, y = np.ones((90, 1)), np.full((90, 1), np.nan)
    y[:60, 0] = [1.0, 0.0, 0.0] * 20
    found = rectify(x, x, y, np.arange(90))
    assert found.mean[0] == pytest.approx(1 / 3)
    assert found.variance[0] == pytest.approx(2 / 9 / 60, rel=0.05)
    assert found.kish[0] == 60


def test_a_metric_that_is_always_right_leaves_its_own_mean() -> None:
    draw = np.random.default_rng(1)
    x = (draw.random((400, 1)) < 0.3).astype(float)
    y = np.where(np.arange(400)[:, None] < 100, x, np.nan)
    found = rectify(x, x, y, np.arange(400))
    assert found.mean[0] == pytest.approx(x.mean())
    assert found.variance[0] == pytest.approx(x.var() / 400, rel=0.02)


def test_marks_bring_a_biased_difference_back_to_the_truth() -> None:
    """True shares .5 and .55; the metric says .1 more of rag. 150 draws of 300 questions with 100 marked."""
    draw, covered, plain, widths = np.random.default_rng(2), 0, 0, []
    for _ in range(150):
        luck = np.where(draw.random((300, 2)) < 0.5, draw.random((300, 1)), draw.random((300, 2)))
        y = (luck < [0.5, 0.55]).astype(float)
        x = y.copy()
        x[:, 1] = np.where((y[:, 1] == 0) & (draw.random(300) < 0.22), 1.0, x[:, 1])
        marked = np.where(np.arange(300)[:, None] < 100, y, np.nan)
        raw, corrected = (measure(table(x, truth)).pairs[0] for truth in (None, marked))
        assert raw is not None and corrected is not None
        plain += raw.low <= 0.05 <= raw.high
        covered += corrected.low <= 0.05 <= corrected.high
        apart = y[:100, 1] - y[:100, 0]
        widths.append((corrected.high - corrected.low) / (3.97 * apart.std(ddof=1) / 10))
    assert plain < 75
    assert 135 <= covered <= 149
    assert np.mean(widths) < 0.9
