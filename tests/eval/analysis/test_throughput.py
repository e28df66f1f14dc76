"""One throughput for all modes: equal tokens cost the same, however busy the machine was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.analysis.economics import Prices, economics
from eval.analysis.throughput import Throughput, noise, throughput
from eval.records import Cost

RAG = Cost("rag", questions=100, predict_seconds=300.0, tokens_in=60_000, tokens_out=2_000, prefilled=50_000,
           prefill_work=50.0, decode_work=10.0)  # fmt: skip
HYBRID = replace(RAG, mode="hybrid", predict_seconds=80.0, prefill_work=100.0, decode_work=10.0, train_seconds=900.0,
                 train_tokens=100_000, train_work=500.0)  # fmt: skip
BASE = Cost("base", questions=100, predict_seconds=50.0, tokens_in=10_000, tokens_out=2_000, prefilled=5_000,
            prefill_work=6.0, decode_work=20.0)  # fmt: skip
HOUR = Prices(machine_per_hour=3600.0)
"""A machine second costs 1."""


def test_tokens_over_machine_seconds_of_all_modes_together() -> None:
    found = throughput([BASE, RAG, HYBRID])
    assert found.prefill == pytest.approx(105_000 / 156, abs=0.01)
    assert found.decode == pytest.approx(6_000 / 40)
    assert found.training == pytest.approx(200)


def test_modes_of_equal_tokens_cost_the_same_though_one_ran_on_a_busy_machine() -> None:
    arms = economics([BASE, RAG, HYBRID], HOUR, bundled=True)["arms"]
    assert arms["rag"]["per_thousand"] == arms["hybrid"]["per_thousand"]
    assert arms["rag"]["per_thousand"] == pytest.approx(10 * (50_000 / (105_000 / 156) + 2_000 / 150), rel=1e-4)
    assert arms["hybrid"]["fixed"] == pytest.approx(500)


def test_the_noise_is_told_with_its_size() -> None:
    costs = [BASE, RAG, HYBRID]
    told = {n["mode"]: n["ratio"] for n in noise(costs, throughput(costs))}
    expected = 50_000 / (105_000 / 156) + 2_000 / 150
    assert told["hybrid"] == pytest.approx(110 / expected, abs=0.001)
    assert noise([RAG, replace(RAG, mode="rag-fewshot")], throughput([RAG])) == []


def test_where_one_mode_was_not_measured_wall_time_counts_for_all() -> None:
    old = replace(RAG, prefilled=0, prefill_work=0.0, decode_work=0.0)
    found = throughput([BASE, old, replace(HYBRID, train_work=0.0)])
    assert found == Throughput(None, None, None)
    assert found.answer_seconds(BASE) is None and found.train_seconds(HYBRID) == 900.0
    assert economics([BASE, old], HOUR, bundled=True)["arms"]["rag"]["per_thousand"] == pytest.approx(3000.0)
