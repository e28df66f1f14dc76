"""The choice among models: only what is shown to reach the targets counts, and of that the cheapest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from eval.analysis.model_choice import ModelResult, cheapest, write_choice
from eval.errors import UserError
from eval.files import read_json
from eval.records import Estimate
from eval.verdict.decision import Decision
from reports.wording.model_choice_sentence import choice_sentence


def result(
    name: str, mode: str, fit: str, money: float | None, fixed: float = 0.0, currency: str = "USD"
) -> ModelResult:
    strategy = {"base": "prompt", "rag": "rag"}[mode]
    decision = Decision(
        "harbours", strategy, mode, (strategy,), {}, {"knowledge": {mode: Estimate(0.9, 0.85, 0.95, 100)}},
        fit=fit,  # type: ignore[arg-type]
    )  # fmt: skip
    return ModelResult(name, name, Path(name), decision, "q", money, fixed, currency, False)


def test_a_cheaper_model_that_is_not_shown_to_reach_the_targets_does_not_win() -> None:
    small, middle, large = (result("s", "base", "not_shown", 0.1), result("m", "rag", "yes", 0.5),
                            result("l", "base", "yes", 2.0))  # fmt: skip
    assert cheapest([small, large, middle]) is middle
    assert choice_sentence([small, large, middle]).startswith(
        "m with RAG is the cheapest pair that is shown to reach every target: 0.50 USD for a thousand questions. "
        "Also: l with Base, 2.00."
    )


def test_of_two_that_cost_as_much_to_ask_the_cheaper_to_build_wins() -> None:
    dear, cheap = result("a", "rag", "yes", 0.5, 9.0), result("b", "base", "yes", 0.5, 0.0)
    assert cheapest([dear, cheap]) is cheap


def test_without_a_model_that_reaches_them_or_comparable_prices_none_is_named() -> None:
    assert cheapest([result("a", "rag", "no", 0.5)]) is None
    assert choice_sentence([result("a", "rag", "no", 0.5)]).startswith("No model is shown to reach every target")
    two = [result("a", "rag", "yes", 0.5), result("b", "rag", "yes", 0.4, currency="EUR")]
    assert cheapest(two) is None and "their prices do not compare" in choice_sentence(two)


def test_other_questions_are_refused_and_the_document_holds_all_models(tmp_path: Path) -> None:
    one, two = result("a", "rag", "yes", 0.5), result("b", "base", "no", 0.1)
    document = read_json(write_choice([one, two], tmp_path, "a is it"))
    assert document["choice"] == {"model": "a", "mode": "rag"}
    assert [m["name"] for m in document["models"]] == ["a", "b"]
    with pytest.raises(UserError, match="asked different questions"):
        write_choice([one, replace(two, questions="other")], tmp_path, "")


def test_the_page_names_each_model_and_marks_the_choice() -> None:
    from reports.pages.model_matrix import html

    page = html([result("<a>", "rag", "yes", 0.5), result("b", "base", "no", 0.1)], Path())
    assert "&lt;a&gt;" in page and "<a>" not in page
    assert page.count("cheapest that reaches the targets") == 1 and "misses a target" in page
