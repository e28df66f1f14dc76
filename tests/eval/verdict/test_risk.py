"""How often a mode is wrong with confidence, whether it is fit for use, and what a limit does."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from eval.config import DatasetConfig
from eval.pipeline.run_config import RunConfig
from eval.records import Score
from eval.verdict.decide import decide
from eval.verdict.decision import Decision, decision_from_dict
from eval.verdict.fitness_tests import fitness_tests
from eval.verdict.risk import measure
from reports.wording.fitness_sentence import fitness_sentence

Counts = tuple[int, int, int, int, int]
"""Of the answerable questions: right, refused, wrong; of the others: refused, answered."""


def config(limit: float | None = None, target: float = 0.6) -> RunConfig:
    given = {"name": "made-up", "instruction": "Answer.", "refusal": "I don't know", "risk": {"limit": limit},
             "knowledge": {"target": target}}  # fmt: skip
    return RunConfig(dataset_path="datasets/made-up", dataset=DatasetConfig.model_validate(given))


def replies(mode: str, counts: Counts, seed: int = 0) -> list[Score]:
    """One group a question, so that the counts are all that the interval depends on."""
    right, refused, wrong, declined, invented = counts
    found = []
    for i, (good, gave) in enumerate([(1.0, 1.0)] * right + [(0.0, 0.0)] * refused + [(0.0, 1.0)] * wrong):
        found.append(Score(f"a{i}", f"a{i}", mode, "knowledge", "match", True, good, seed=seed))
        found.append(Score(f"a{i}", f"a{i}", mode, "abstention", "answers_answerable", False, gave, seed=seed))
    for i, refusal in enumerate([1.0] * declined + [0.0] * invented):
        found.append(Score(f"u{i}", f"u{i}", mode, "abstention", "refuses_unanswerable", False, refusal, seed=seed))
    return found


def decided(modes: dict[str, Counts], limit: float | None = None, target: float = 0.6) -> Decision:
    """The verdict over these modes, beside a dearer one that adds nothing."""
    modes = modes if len(modes) > 1 else modes | {"rag": modes["base"]}
    return decide([s for m, counts in modes.items() for s in replies(m, counts)], config(limit, target))[1]


def test_the_shares_are_those_counted_by_hand() -> None:
    risk = measure(replies("base", (50, 10, 20, 15, 5)), config())["base"]
    assert (risk.right, risk.refused_rightly, risk.refused_needlessly) == (0.5, 0.15, 0.1)
    assert (risk.wrong.mean, risk.wrong.n) == (0.25, 100)
    assert risk.wrong.low < 0.25 < risk.wrong.high
    assert risk.answerable and (risk.answerable.mean, risk.answerable.n) == (0.25, 80)
    assert risk.unanswerable and (risk.unanswerable.mean, risk.unanswerable.n) == (0.25, 20)


def test_a_right_answer_beside_a_refusal_is_right_and_a_missing_score_counts_nowhere() -> None:
    both = [Score("q", "q", "base", "knowledge", "match", True, 1.0),
            Score("q", "q", "base", "abstention", "answers_answerable", False, 0.0),
            Score("r", "r", "base", "knowledge", "match", True, None, "no prediction"),
            Score("s", "s", "base", "knowledge", "match", True, 0.0)]  # fmt: skip
    risk = measure(both, config())["base"]
    assert (risk.right, risk.wrong.mean, risk.wrong.n) == (0.5, 0.5, 2)
    assert risk.unanswerable is None


def test_seeds_count_as_one_reply_and_widen_the_interval() -> None:
    one = replies("ft", (80, 0, 20, 0, 0))
    alike = measure([*one, *replies("ft", (80, 0, 20, 0, 0), seed=1)], config())["ft"]
    apart = measure([*one, *replies("ft", (60, 0, 40, 0, 0), seed=1)], config())["ft"]
    assert (alike.wrong.mean, alike.wrong.n) == (0.2, 100)
    assert (apart.wrong.mean, apart.wrong.n) == (pytest.approx(0.3), 100)
    assert apart.wrong.high - apart.wrong.low > alike.wrong.high - alike.wrong.low


def test_without_a_limit_the_risk_is_told_and_decides_nothing() -> None:
    decision = decided({"base": (300, 0, 20, 0, 80)})
    assert (decision.strategy, decision.fit, decision.too_risky) == ("prompt", "yes", ())
    assert [s.cause for s in decision.next] == ["use", "risk"] and "risk.limit" in decision.next[1].text
    assert [t.outcome for t in fitness_tests(decision)] == ["reached", "no limit"]
    assert fitness_sentence(decision).startswith("Fit for use: yes (Base: knowledge 93.8 %, target 60 % reached). ")
    assert "wrongly and with confidence in 25 % of questions" in fitness_sentence(decision)


def test_what_reaches_its_targets_and_invents_too_much_is_not_fit_and_is_not_to_be_served() -> None:
    decision = decided({"base": (300, 0, 20, 0, 80)}, limit=0.1)
    assert (decision.strategy, decision.fit, decision.fits) == ("prompt", "no", {"base": "no", "rag": "no"})
    assert [s.cause for s in decision.next] == ["risk"]
    assert "of those that it should refuse it answers 100 %" in decision.next[0].text


def test_a_risk_that_may_or_may_not_be_within_the_limit_is_not_yet_shown() -> None:
    decision = decided({"base": (370, 0, 0, 0, 30)}, limit=0.08)
    assert (decision.fit, [s.cause for s in decision.next]) == ("not_shown", ["questions"])
    assert [t.outcome for t in fitness_tests(decision)] == ["reached", "open"]


def test_a_limit_vetoes_the_better_mode_where_another_keeps_it() -> None:
    modes: dict[str, Counts] = {"base": (200, 110, 10, 80, 0), "rag": (300, 0, 20, 0, 80)}
    assert decided(modes, target=0.8).strategy == "rag"
    decision = decided(modes, limit=0.1, target=0.8)
    assert (decision.too_risky, decision.mode) == (("rag",), "base")
    assert any(
        r.startswith("RAG is vetoed, it answers wrongly and with confidence too often") for r in decision.reasons
    )
    assert not any("Not tried" in c and "retrieval" in c for c in decision.caveats)


def test_where_every_mode_passes_the_limit_none_is_vetoed_and_none_is_fit() -> None:
    decision = decided({"base": (10, 0, 310, 0, 80), "rag": (300, 0, 20, 0, 80)}, limit=0.05, target=0.8)
    assert (decision.too_risky, decision.mode, decision.fit) == ((), "rag", "no")
    assert set(decision.fits.values()) == {"no"}


def test_a_decision_comes_back_from_its_file() -> None:
    decision = decided({"base": (30, 10, 20, 15, 5)}, limit=0.2)
    assert decision_from_dict(json.loads(json.dumps(asdict(decision)))).risk == decision.risk
