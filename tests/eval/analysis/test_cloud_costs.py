"""What a provider was paid reaches the arm's money, with its source; another currency is not added."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.analysis.cloud_costs import training_money
from eval.analysis.economics import Prices, arm_cost
from eval.analysis.throughput import throughput
from eval.journal import append_line
from eval.records import Cost


def test_the_money_of_the_job_that_made_the_served_model_is_a_fixed_cost(tmp_path: Path) -> None:
    file = tmp_path / "cloud.jsonl"
    money = {"currency": "USD", "source": "the price list", "dated": "2026-11-28"}
    append_line(file, {"key": "a", "step": "create", "money": 12.5, **money})
    append_line(file, {"key": "a", "step": "create", "done": True, "job": "j1"})
    append_line(file, {"key": "b", "step": "create", "money": 99.0, **money})
    append_line(file, {"key": "a", "step": "end", "done": True, "served": "ft:x"})
    extra = training_money(tmp_path, "ft:x")
    assert extra == {
        "training_money": 12.5, "training_currency": "USD", "training_price_from": "the price list",
        "training_price_of": "2026-11-28",
    }  # fmt: skip
    assert training_money(tmp_path, "http://h/v1#ft:x") == extra
    assert training_money(tmp_path, "ft:y") == {}
    cost = Cost("ft", questions=10, predict_seconds=10, extra=extra)
    found = throughput([cost])
    dollars, euros = (arm_cost(cost, Prices(currency=c, machine_per_hour=3.6), found) for c in ("USD", "EUR"))
    assert (dollars.fixed, dollars.retrain) == pytest.approx((12.5, 12.5))
    assert euros.fixed == 0.0
