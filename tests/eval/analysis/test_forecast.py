"""The forecast by hand: operations over peak, weights over bandwidth; only what a card holds."""

from __future__ import annotations

import pytest

from eval.analysis.forecast import BATCH, CARDS, READING, SIZES, TRAINING, WRITING, Card, forecast, forecasts
from eval.records import Cost

CARD = Card("made-up", 40, peak=1e14, bandwidth=1e12)
COSTS = [
    Cost("base", questions=10, tokens_in=2_000, tokens_out=500, prefilled=1_000),
    Cost("ft", questions=10, tokens_in=2_000, tokens_out=500, prefilled=1_000, train_tokens=100_000),
]


def test_the_three_kinds_of_work() -> None:
    found = forecast(8e9, CARD, read=1_000_000, wrote=32_000, trained=500_000)
    assert found.reading == pytest.approx(2 * 8e9 * 1e6 / (READING * 1e14))  # 320 s
    assert found.writing == pytest.approx(1000 * 16e9 / (WRITING * 1e12)) and BATCH == 32
    assert found.training == pytest.approx(4 * 8e9 * 5e5 / (TRAINING * 1e14))
    assert found.seconds == pytest.approx(found.reading + found.writing + found.training)


def test_every_size_stands_on_the_cards_that_hold_it_and_costs_by_the_hour() -> None:
    rows = forecasts(COSTS, 3600.0)
    assert {(r["weights"], r["card"]) for r in rows} == {
        (size, card.name) for size in SIZES for card in CARDS if 2 * size <= 0.9e9 * card.memory
    }
    assert all(r["money"] == pytest.approx(r["seconds"]) for r in rows)
    small = next(r for r in rows if r["weights"] == SIZES[0] and r["card"] == CARDS[0].name)
    assert small["reading"] == pytest.approx(2 * SIZES[0] * 2_000 / (READING * CARDS[0].peak))


def test_without_tokens_nothing_is_forecast() -> None:
    assert forecasts([Cost("base", questions=10)], 1.0) == []
