"""Expected loss and the posterior, against formulas."""

from __future__ import annotations

import numpy as np
import pytest

from eval.analysis.economics import Prices
from eval.analysis.utility import MONTHS, envelope, posterior, utility
from eval.config import DatasetConfig
from eval.pipeline.run_config import RunConfig
from eval.records import Score

N = 200


def config() -> RunConfig:
    return RunConfig(dataset_path="made-up", dataset=DatasetConfig.model_validate({"name": "m", "instruction": "A."}))


def scores(truth: dict[str, tuple[float, float]]) -> list[Score]:
    return [
        Score(f"q{i}", f"g{i}", mode, axis, "m", True, float((i * step) % N < round(share * N)))  # type: ignore[arg-type]
        for mode, shares in truth.items()
        for axis, share, step in zip(("knowledge", "style"), shares, (37, 53), strict=True) for i in range(N)
    ]  # fmt: skip


def money(arms: dict[str, tuple[float, float]], **prices: float) -> dict[str, object]:
    made = {m: {"fixed": fixed, "per_thousand": each} for m, (fixed, each) in arms.items()}
    return {"prices": Prices(**prices).model_dump(), "placeholders": False, "arms": made}  # type: ignore[arg-type]


def test_the_mode_changes_where_the_lines_cross() -> None:
    """1 + 0.8 w and 2 + 0.3 w cross at w = 2; 10 + 0.1 w crosses the second at w = 40; the dearer twin never wins."""
    lines = {"base": (1.0, 0.8), "rag": (2.0, 0.3), "twin": (2.5, 0.3), "hybrid": (10.0, 0.1)}
    found = envelope(lines)
    assert [m for _, m in found] == ["base", "rag", "hybrid"]
    assert [w for w, _ in found] == pytest.approx([0.0, 2.0, 40.0])
    for worth in np.linspace(0.05, 100, 400):
        now = [m for w, m in found if w <= worth][-1]
        assert lines[now][0] + worth * lines[now][1] <= min(c + worth * x for c, x in lines.values()) + 1e-9


def test_the_loss_is_the_cost_and_the_worth_of_what_is_not_right() -> None:
    made = scores({"base": (0.4, 1.0), "rag": (0.9, 1.0)})
    found = utility(made, config(), money({"base": (0.0, 1.0), "rag": (12.0, 5.0)}, right_answer_worth=0.5))
    cost = 5.0 / 1000 + 12.0 / (MONTHS * 10_000)
    assert found["modes"]["rag"]["cost"] == pytest.approx(cost)
    assert found["modes"]["rag"]["loss"] == pytest.approx(cost + 0.5 * 0.1, abs=0.001)
    assert found["best"] == "rag" and found["changes"][-1]["mode"] == "rag"
    assert found["changes"][-1]["from_worth"] == pytest.approx((cost - 0.001) / 0.5, rel=0.02)
    assert utility(made, config(), money({"base": (0.0, 1.0), "rag": (0.0, 5.0)}))["best"] is None


def test_the_posterior_has_the_moments_of_the_bayesian_bootstrap() -> None:
    """Mean of the sample, variance of s^2 / (n + 1) with s^2 over n (Rubin, 1981)."""
    values = (np.arange(80) < 30).astype(float)[:, None]
    draws = posterior(values, np.arange(80), 80, 0)[:, 0]
    assert draws.mean() == pytest.approx(30 / 80, abs=0.005)
    assert draws.std() == pytest.approx(np.sqrt(30 / 80 * 50 / 80 / 81), rel=0.06)


def test_chances_add_up_and_a_clear_case_is_nearly_certain() -> None:
    clear = utility(scores({"base": (0.1, 0.99), "rag": (0.9, 0.99)}), config(), money({}))["chances"]
    assert clear["rag"] > 0.99 and sum(clear.values()) == pytest.approx(1.0)
    # A lift that is estimated at the margin itself is worth its cost in about half of the draws.
    even = utility(scores({"base": (0.5, 0.99), "rag": (0.55, 0.99)}), config(), money({}))["chances"]
    assert 0.3 < even["rag"] < 0.7
