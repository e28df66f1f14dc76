"""Money by hand: seconds and tokens times prices, break-even volumes, corpus updates; and bad price files."""

from __future__ import annotations

import random

import pytest

from eval.analysis.economics import Prices, arm_cost, break_even, economics, read_prices
from eval.analysis.throughput import Throughput
from eval.errors import UserError
from eval.records import Cost

RAG = Cost("rag", index_seconds=100, questions=200, predict_seconds=400, tokens_in=60_000, tokens_out=4_000)
FT = Cost("ft", train_seconds=1000, questions=200, predict_seconds=100, tokens_in=20_000, tokens_out=4_000)
HYBRID = Cost("hybrid", index_seconds=100, train_seconds=1000, questions=200, predict_seconds=400)
BASE = Cost("base", questions=200, predict_seconds=80)
PRICES = Prices(currency="EUR", machine_per_hour=3.6, questions_per_month=1000, corpus_share_per_update=0.2)
"""A second costs 0.001."""
UNKNOWN = Throughput(None, None, None)
"""Nothing measured, so wall time counts."""


def test_seconds_become_money() -> None:
    rag, ft, hybrid = (arm_cost(c, PRICES, UNKNOWN) for c in (RAG, FT, HYBRID))
    assert rag.fixed == pytest.approx(0.1) and ft.fixed == pytest.approx(1.0) and hybrid.fixed == pytest.approx(1.1)
    assert rag.per_thousand == pytest.approx(2.0)  # 2 s a question
    assert ft.per_thousand == pytest.approx(0.5)
    assert rag.update == pytest.approx(0.02)  # a fifth of the corpus indexed again
    assert ft.update == pytest.approx(1.0)  # it learnt the corpus by heart
    assert hybrid.update == pytest.approx(0.02) and hybrid.retrain == pytest.approx(1.0)
    assert arm_cost(BASE, PRICES, UNKNOWN).update == 0.0


def test_token_prices_replace_the_machine_hour_of_answering() -> None:
    prices = PRICES.model_copy(update={"tokens_in_per_million": 2.0, "tokens_out_per_million": 10.0})
    rag = arm_cost(RAG, prices, UNKNOWN)
    assert rag.per_thousand == pytest.approx(0.8)  # 300 in and 20 out a question
    assert rag.fixed == pytest.approx(0.1)


def test_an_arm_without_questions_has_no_price_per_question() -> None:
    found = economics([Cost("base"), RAG], PRICES, bundled=False)
    assert found["arms"]["base"]["per_thousand"] is None
    assert found["break_even"] == [] and found["updates"] == []


def test_break_even_by_hand() -> None:
    pairs = {
        (p["cheaper_to_build"], p["dearer_to_build"]): p["questions"]
        for p in economics([BASE, RAG, FT, Cost("oracle", questions=1)], PRICES, bundled=False)["break_even"]
    }
    # ft costs 0.9 more to build than rag and 0.0015 less for each question: 600.
    assert pairs == {("base", "rag"): None, ("base", "ft"): None, ("rag", "ft"): 600}


@pytest.mark.parametrize(
    ("numbers", "expected"), [((0, 2, 0, 1), 0), ((1, 1, 1, 1), None), ((5, 1, 0, 2), 5), ((0, 1, 5, 1), None)]
)
def test_break_even_at_the_edges(numbers, expected) -> None:
    assert break_even(*numbers) == expected


def test_break_even_is_the_first_volume_at_which_the_dearer_to_build_is_not_dearer() -> None:
    draw = random.Random(1)
    for _ in range(200):
        fixed_a, each_a, fixed_b, each_b = (float(draw.randint(0, 50)) for _ in range(4))
        low, high = sorted([(fixed_a, each_a), (fixed_b, each_b)], key=lambda arm: arm[0])
        expected = next((n for n in range(200) if high[0] + n * high[1] <= low[0] + n * low[1]), None)
        if low[0] != high[0]:
            assert break_even(fixed_a, each_a, fixed_b, each_b) == expected


def test_updates_flip_where_both_cost_the_same_for_a_month() -> None:
    (pair,) = economics([RAG, FT], PRICES, bundled=False)["updates"]
    # 1000 questions: rag 2.0, ft 0.5; an update costs 0.02 and 1.0.
    assert (pair["cheaper_without_updates"], pair["other"]) == ("ft", "rag")
    assert pair["flips_at_updates_per_month"] == pytest.approx(1.5 / 0.98)
    (never,) = economics([BASE, RAG], PRICES, bundled=False)["updates"]
    assert never["cheaper_without_updates"] == "base" and never["flips_at_updates_per_month"] is None


def test_the_bundled_prices_are_the_defaults() -> None:
    assert read_prices(None) == Prices()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("machine_per_hour: -1", "machine_per_hour"),
        ("machine_per_hour: .nan", "machine_per_hour"),
        ("machine_per_hour: .inf", "machine_per_hour"),
        ("machine: 1", "unknown key 'machine'; known here: .*machine_per_hour"),
        ("tokens_in_per_million: 1", "tokens_out_per_million has none; add it"),
        ("tokens_out_per_million: 1", "tokens_in_per_million has none; add it"),
        ("- 1", "expected a mapping"),
        ("a: [", "bad YAML"),
    ],
)
def test_a_bad_price_file_is_one_line_that_names_it(tmp_path, text, message) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text + "\n", encoding="utf-8")
    with pytest.raises(UserError, match=message) as error:
        read_prices(file)
    assert str(file) in str(error.value) and "\n" not in str(error.value)


def test_a_missing_price_file_is_named_with_the_fix(tmp_path) -> None:
    with pytest.raises(UserError, match=r"--prices .*none.yaml: no such file; copy eval/prices.yaml"):
        read_prices(tmp_path / "none.yaml")
