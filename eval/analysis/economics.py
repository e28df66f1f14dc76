"""What each mode costs in money: to build, for a thousand questions, for an update of the corpus. No model, no torch.

Tokens are counted by the run (costs.json) and turned into machine seconds by one measured throughput for all modes
(`eval.analysis.throughput`); all prices come from a file that the user edits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from typing import Any

from pydantic import Field

from eval.analysis.forecast import forecasts
from eval.analysis.throughput import Throughput, noise, throughput
from eval.arms.modes import MODES
from eval.data.yaml_section import Section, read_section
from eval.data.yaml_text import parse_yaml
from eval.errors import UserError
from eval.records import Cost

HOUR = 3600.0
MILLION = 1e6


class Prices(Section):
    """What prices.yaml holds; every default is a placeholder."""

    currency: str = Field("USD", min_length=1, max_length=8)
    machine_per_hour: float = Field(1.0, ge=0, allow_inf_nan=False)
    """Of the machine that answers, indexes and trains."""
    tokens_in_per_million: float | None = Field(None, ge=0, allow_inf_nan=False)
    tokens_out_per_million: float | None = Field(None, ge=0, allow_inf_nan=False)
    """Both given: answering is paid by the token and not by the machine's hour."""
    right_answer_worth: float | None = Field(None, gt=0, allow_inf_nan=False)
    """What a reply that is right on every axis is worth more than one that is not; None: nobody has said."""
    questions_per_month: float = Field(10_000, gt=0, allow_inf_nan=False)
    corpus_share_per_update: float = Field(0.1, gt=0, le=1)


@dataclass(frozen=True, slots=True)
class ArmCost:
    """One mode in money (the price file's currency) and measured seconds."""

    mode: str
    fixed: float
    """Indexing and training, once."""
    per_thousand: float | None
    """For a thousand questions; None where none was measured."""
    update: float
    """One update of the corpus: indexing what changed; for an adapter that learnt the corpus itself, training again."""
    update_seconds: float
    retrain: float
    """Training the mode's adapter again, which wanted behaviour that changes calls for."""
    questions: int


def read_prices(path: Path | None) -> Prices:
    """Read a price file, by default the bundled placeholders; raises UserError that names file, key and fix."""
    if path is None:
        text = files("eval").joinpath("prices.yaml").read_text(encoding="utf-8")
        return Prices.model_validate(parse_yaml(text, "eval/prices.yaml"))
    if not path.is_file():
        raise UserError(f"--prices {path}: no such file; copy eval/prices.yaml and put your prices in")
    prices = read_section(Prices, path)
    if (prices.tokens_in_per_million is None) != (prices.tokens_out_per_million is None):
        have = "in" if prices.tokens_out_per_million is None else "out"
        lacks = "out" if have == "in" else "in"
        raise UserError(
            f"{path}: tokens_{have}_per_million has a price and tokens_{lacks}_per_million has none; add it"
        )
    return prices


def economics(costs: Sequence[Cost], prices: Prices, *, bundled: bool) -> dict[str, Any]:
    """What economics.json holds: each candidate in money, when pairs break even, and what corpus updates change."""
    found = throughput(costs)
    arms = [arm_cost(c, prices, found) for c in costs if c.mode in MODES and MODES[c.mode].strategy is not None]
    priced = [a for a in arms if a.per_thousand is not None]
    return {
        "prices": prices.model_dump(),
        "placeholders": bundled,
        "arms": {a.mode: asdict(a) for a in arms},
        "throughput": asdict(found),
        "noise": noise(costs, found),
        "forecast": forecasts(costs, prices.machine_per_hour),
        "break_even": [_break_even(a, b) for a, b in combinations(priced, 2)],
        "updates": [_updates(a, b, prices) for a, b in combinations(priced, 2)],
    }


def arm_cost(cost: Cost, prices: Prices, found: Throughput) -> ArmCost:
    """One mode's machine seconds and tokens in money."""
    second = prices.machine_per_hour / HOUR
    mode, trained = MODES[cost.mode], found.train_seconds(cost)
    # An adapter trained with passages reads them; only one trained on the corpus's text has facts that go stale.
    stale = trained if mode.adapter and not mode.retrieves else 0.0
    update_seconds = prices.corpus_share_per_update * cost.index_seconds + stale
    paid = cost.extra.get("training_money", 0.0) if cost.extra.get("training_currency") == prices.currency else 0.0
    return ArmCost(
        mode=cost.mode,
        fixed=second * (cost.index_seconds + trained) + paid,
        per_thousand=_per_thousand(cost, prices, found),
        update=second * update_seconds,
        update_seconds=update_seconds,
        retrain=second * trained + paid,
        questions=cost.questions,
    )


def _per_thousand(cost: Cost, prices: Prices, found: Throughput) -> float | None:
    if cost.questions <= 0:
        return None
    if prices.tokens_in_per_million is not None and prices.tokens_out_per_million is not None:
        paid = cost.tokens_in * prices.tokens_in_per_million + cost.tokens_out * prices.tokens_out_per_million
        return 1000 * paid / MILLION / cost.questions
    seconds = found.answer_seconds(cost)
    spent = cost.predict_seconds if seconds is None else seconds
    return 1000 * spent * prices.machine_per_hour / HOUR / cost.questions


def break_even(fixed_a: float, each_a: float, fixed_b: float, each_b: float) -> int | None:
    """From how many questions the mode with the higher fixed cost is the cheaper one; None: never.

    Solves fixed_a + n each_a = fixed_b + n each_b for n, rounded up.
    """
    if fixed_a > fixed_b:
        fixed_a, each_a, fixed_b, each_b = fixed_b, each_b, fixed_a, each_a
    if fixed_a == fixed_b:
        return 0 if each_a != each_b else None
    return math.ceil((fixed_b - fixed_a) / (each_a - each_b)) if each_b < each_a else None


def _break_even(a: ArmCost, b: ArmCost) -> dict[str, Any]:
    low, high = (a, b) if a.fixed <= b.fixed else (b, a)
    each_low, each_high = (low.per_thousand or 0.0) / 1000, (high.per_thousand or 0.0) / 1000
    questions = break_even(low.fixed, each_low, high.fixed, each_high)
    cheaper = None if each_low == each_high else (low.mode if each_low < each_high else high.mode)
    return {"cheaper_to_build": low.mode, "dearer_to_build": high.mode, "questions": questions,
            "cheaper_per_question": cheaper}  # fmt: skip


def _updates(a: ArmCost, b: ArmCost, prices: Prices) -> dict[str, Any]:
    """Which mode is the cheaper to run for a month, and from how many corpus updates a month the other is."""
    volume = prices.questions_per_month / 1000
    run_a, run_b = volume * (a.per_thousand or 0.0), volume * (b.per_thousand or 0.0)
    first, second = (a, b) if (run_a, a.update) <= (run_b, b.update) else (b, a)
    dearer = abs(run_a - run_b)
    saved = first.update - second.update
    flips = dearer / saved if saved > 0 else None
    return {"cheaper_without_updates": first.mode, "other": second.mode, "flips_at_updates_per_month": flips}
