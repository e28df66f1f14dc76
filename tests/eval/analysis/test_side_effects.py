"""Retention by mode: shares, nats, and the paired change from base."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from eval.analysis.side_effects import side_effects
from eval.records import Score


def rows(metric: str, values: dict[str, list[float | None]]) -> list[Score]:
    return [
        Score(f"r{i}", f"r{i}", mode, "retention", metric, False, v, "" if v is not None else "too long")  # type: ignore[arg-type]
        for mode, of_mode in values.items()
        for i, v in enumerate(of_mode)
    ]


def test_shares_and_their_paired_change() -> None:
    found = side_effects(rows("pairs", {"base": [1.0] * 8 + [0.0] * 2, "ft": [1.0] * 6 + [0.0] * 4}))["retention"][
        "pairs"
    ]
    assert found["base"]["mean"]["mean"] == pytest.approx(0.8) and found["base"]["change"] is None
    assert found["ft"]["change"]["mean"] == pytest.approx(-0.2) and found["ft"]["change"]["n"] == 10


def test_log_likelihoods_get_the_interval_of_student() -> None:
    base, ft = [-3.0, -2.5, -4.0, -3.5], [-3.2, -2.9, -4.1, -3.4]
    found = side_effects(rows("prose", {"base": base, "ft": ft}))["retention"]["prose"]["ft"]["change"]
    lifts = np.array(ft) - np.array(base)
    low, high = stats.t.interval(0.95, 3, lifts.mean(), stats.sem(lifts))
    assert (found["low"], found["high"]) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_what_is_missing_is_left_out_of_the_pairs() -> None:
    found = side_effects(rows("choice", {"base": [1.0, 0.0, None], "ft": [1.0, None, 0.0]}))["retention"]["choice"]
    assert found["ft"]["change"]["n"] == 1
    assert side_effects([]) == {"retention": {}}
