"""What a run costs and what would change its verdict read the same wherever they stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from eval.analysis.cost_said import cost_said
from eval.analysis.money_files import ArmMoney, Economics, PriceList
from eval.analysis.run_files import Parameter, Sensitivity
from eval.records import Cost
from eval.terminal.result import Result
from eval.verdict.decision import Decision
from finetune.hub.card_language import card_in
from reports.language.language import in_language, translate
from reports.run_folder import read_run
from reports.sections.answers import answers
from reports.wording.change_sentence import change_sentence
from reports.wording.cost_sentence import cost_sentence, cost_words

PRICES = PriceList("EUR", 1.0, None, None, 10_000, 0.1)


def decision(strategy: str = "rag", mode: str | None = "rag", **more: object) -> Decision:
    return Decision(
        dataset="d", strategy=strategy, mode=mode, candidates=(), quadrant={}, axes={}, reasons=(), caveats=(),
        questions_needed=None, fits={"base": "no", "rag": "yes", "ft": "no"}, **more,
    )  # type: ignore[arg-type]  # fmt: skip


def money(placeholders: bool = False) -> Economics:
    arms = {"base": ArmMoney(0.0, 0.05), "rag": ArmMoney(0.01, 1234.5), "ft": ArmMoney(0.2, None)}
    return Economics(PRICES, placeholders, arms)


COSTS = {
    "base": Cost("base", questions=10),
    "rag": Cost("rag", questions=10, index_seconds=14.2),
    "ft": Cost("ft", questions=10, train_seconds=600.0, train_work=187.0),
}


def parameter(name: str, low: float, high: float, below: str | None = None, above: str | None = None) -> Parameter:
    grid = (0.01, 0.2) if name == "margin" else (0.0, 1.0)
    return Parameter(name, 0.5, low, high, grid, below, above, "", ())


def test_the_cost_is_that_of_the_verdicts_mode_of_another_or_of_all_candidates() -> None:
    assert cost_sentence(decision(), money(), COSTS) == (
        "Cost: 1\u202f234.50 EUR for 1,000 questions; 14 s to build, once."
    )
    assert cost_sentence(decision(), money(True), COSTS, "base") == (
        "Cost: 0.050 EUR for 1,000 questions; nothing to build. Prices are placeholders (--prices)."
    )
    # Of training the work counts, 187 s, and not the 600 s that passed meanwhile; what was not priced is left out.
    assert cost_sentence(decision("inconclusive", None), money(), COSTS) == (
        "Cost: 0.050–1\u202f234.50 EUR for 1,000 questions, by mode; up to 3 min 7 s to build, once."
    )
    assert cost_words(decision(mode="ft"), money(), COSTS) is None
    assert cost_sentence(decision(), Economics(), COSTS) == ""


def test_what_would_change_the_verdict_is_named_with_its_edge() -> None:
    held = [parameter("style target", 0.0, 1.0)]
    cut = [parameter("knowledge target", 0.2, 0.875, "inconclusive (ft or rag)", "none"),
           parameter("margin", 0.01, 0.1, None, "prompt")]  # fmt: skip
    known = Sensitivity("rag", ("rag",), (*held, *cut))
    assert change_sentence(decision(), known) == (
        "Would change the verdict: knowledge target below 20 % (not settled); knowledge target above 87.5 % "
        "(nothing good enough); smallest lift that counts above 10 % (a better prompt alone)."
    )
    assert change_sentence(decision(), replace(known, parameters=tuple(held))) == (
        "No other target or smallest lift would change the verdict."
    )
    assert change_sentence(decision("ft", "ft"), known) == change_sentence(decision(), Sensitivity()) == ""
    assert change_sentence(decision("inconclusive", None), replace(known, strategy="inconclusive")) == ""


@pytest.mark.parametrize("state", ["settled", "vetoed", "open", "none"])
def test_page_terminal_and_card_say_the_same_in_every_language(every_state: dict[str, Path], state: str) -> None:
    run = read_run(every_state[state])
    *_, cost, change = answers(run)
    found = Result(run.decision, {}, every_state[state])
    assert f"Cost: {cost.answer} for 1,000 questions" in found.cost == cost_said(every_state[state], run.decision)
    for line in change.lines if run.decision.strategy != "inconclusive" else ():
        plain = line.replace("\u00a0", " ")
        assert "No other" in found.changes or plain[0].lower() + plain[1:] in found.changes
    with in_language("ko"):
        for said in (found.cost, found.changes, *change.lines, *cost.lines):
            assert not any(word in translate(said) for word in ("would", "build", "below", "above", "questions"))
    assert "questions" not in card_in(found.cost, "ko-KR")
