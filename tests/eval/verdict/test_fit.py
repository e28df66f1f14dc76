"""Verdicts that are not good enough, that the length limit keeps open, and that an adapter has no part in."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, replace

import pytest

from eval.config import DatasetConfig
from eval.metrics.knowledge.answer import UNREAD
from eval.pipeline.run_config import RunConfig
from eval.records import Score
from eval.verdict.decide import decide
from eval.verdict.decision import Decision
from eval.verdict.sensitivity import sensitivity
from reports.wording.verdict_sentence import verdict_sentence

Truth = dict[str, tuple[float, float | None]]
GOOD = 0.99
"""A share of well-formed replies that is shown to reach the style target of 0.95 on some 400 questions."""


def config(**dataset: object) -> RunConfig:
    given = {"name": "made-up", "instruction": "Answer.", **dataset}
    return RunConfig(dataset_path="datasets/made-up", dataset=DatasetConfig.model_validate(given))


def scores(truth: Truth, n: int = 400) -> list[Score]:
    """Exactly these shares of right answers, spread so that arms overlap as far as they can."""
    return [
        Score(f"q{i}", f"g{i}", mode, axis, "m", True, float((i * 37) % n < round(share * n)))  # type: ignore[arg-type]
        for mode, pair in truth.items() for axis, share in zip(("knowledge", "style"), pair, strict=True)
        if share is not None for i in range(n)
    ]  # fmt: skip


def verdict(made: Sequence[Score], **dataset: object) -> Decision:
    return decide(made, config(**dataset))[1]


def causes(decision: Decision) -> list[str]:
    return [step.cause for step in decision.next]


NOTHING: Truth = {"base": (0.0, GOOD), "fewshot": (0.02, GOOD), "rag": (0.04, GOOD), "oracle": (0.05, GOOD),
                  "ft": (0.03, GOOD), "hybrid": (0.04, GOOD)}  # fmt: skip


def test_where_nothing_works_the_verdict_is_none() -> None:
    decision = verdict(scores(NOTHING))
    assert (decision.strategy, decision.fit, decision.reaches_target) == ("none", "no", False)
    assert decision.mode == "rag" and decision.candidates == ()
    assert decision.quadrant == {"context": False, "llm": False}
    assert decision.questions_needed is None
    sentence = verdict_sentence(decision)
    assert sentence.startswith(
        "Nothing tried is good enough: RAG comes nearest, with knowledge 4 % where 80 % is wanted."
    )
    assert causes(decision) == ["reading"] and "Next: try a larger model" in sentence
    assert not any("not needed" in r for r in decision.reasons)
    assert any(r.startswith("Hybrid is not shown to be worth its cost over Few-shot") for r in decision.reasons)


def test_the_mode_of_none_falls_least_short_and_is_the_cheapest_of_equals() -> None:
    equal = dict.fromkeys(("base", "fewshot", "rag", "ft", "hybrid"), (0.1, 0.5))
    assert verdict(scores(equal)).mode == "base"
    assert verdict(scores(equal | {"ft": (0.12, 0.5)})).mode == "ft"


def test_of_none_a_mechanism_that_may_reach_the_target_is_not_said_to_miss_it() -> None:
    """rag lifts by 0.03, less than the margin, and its interval holds the target that the prompt is shown to miss."""
    decision = verdict(scores({"base": (0.75, GOOD), "rag": (0.78, GOOD)}, n=1200))
    assert (decision.strategy, decision.mode, decision.fit) == ("none", "rag", "not_shown")
    assert verdict_sentence(decision).startswith("Nothing tried is good enough to rely on: RAG comes nearest")
    assert causes(decision)[0] == "questions"


def test_a_prompt_that_may_reach_its_target_is_no_none_and_says_that_this_is_not_shown() -> None:
    decision = verdict(scores({"base": (0.80, GOOD), "rag": (0.81, GOOD)}, n=2000))
    assert (decision.strategy, decision.fit, decision.reaches_target) == ("prompt", "not_shown", None)
    assert verdict_sentence(decision).endswith("That this reaches the targets is not shown.")
    assert causes(decision)[0] == "questions"


def test_a_prompt_at_its_targets_is_advised_without_a_doubt() -> None:
    decision = verdict(scores({"base": (0.9, GOOD), "rag": (0.91, GOOD), "ft": (0.9, GOOD)}))
    assert (decision.strategy, decision.fit, causes(decision)) == ("prompt", "yes", ["use"])
    assert verdict_sentence(decision) == (
        "Improve the prompt; neither retrieval nor fine-tuning is shown to be worth its cost (Base)."
    )


@pytest.mark.parametrize(
    ("winner", "truth"),
    [
        ("rag", {"base": (0.1, GOOD), "rag": (0.5, GOOD), "ft": (0.1, GOOD), "hybrid": (0.5, GOOD)}),
        ("ft", {"base": (0.1, 0.2), "rag": (0.1, 0.2), "ft": (0.1, 0.7), "hybrid": (0.1, 0.7)}),
        ("hybrid", {"base": (0.1, 0.1), "rag": (0.4, 0.1), "ft": (0.1, 0.6), "hybrid": (0.6, 0.6)}),
    ],
)
def test_a_mechanism_that_wins_below_a_target_is_the_best_so_far(winner: str, truth: Truth) -> None:
    decision = verdict(scores(truth))
    assert (decision.strategy, decision.fit) == (winner, "no")
    assert verdict_sentence(decision).startswith("Best of what was tried, not good enough yet")
    assert "use" not in causes(decision)


@pytest.mark.parametrize(
    ("cause", "truth"),
    [
        ("retrieval", {"base": (0.0, GOOD), "rag": (0.02, GOOD), "oracle": (0.9, GOOD), "ft": (0.0, GOOD)}),
        ("reading", {"base": (0.0, GOOD), "rag": (0.02, GOOD), "oracle": (0.04, GOOD), "ft": (0.0, GOOD)}),
        ("oracle", {"base": (0.0, GOOD), "rag": (0.02, GOOD), "ft": (0.0, GOOD), "hybrid": (0.02, GOOD)}),
        ("form", {"base": (0.95, 0.1), "rag": (0.95, 0.1), "ft": (0.95, 0.12), "hybrid": (0.95, 0.1)}),
        ("untried", {"base": (0.1, GOOD), "fewshot": (0.1, GOOD)}),
        ("untried", {"base": (0.1, None), "rag": (0.1, None), "oracle": (0.1, None)}),
    ],
)
def test_the_first_step_is_what_the_evidence_points_to(cause: str, truth: Truth) -> None:
    decision = verdict(scores(truth))
    assert (decision.strategy, causes(decision)[0]) == ("none", cause)


def test_retrieval_and_reading_can_both_be_missing() -> None:
    truth: Truth = {"base": (0.0, GOOD), "rag": (0.3, GOOD), "oracle": (0.6, GOOD), "ft": (0.0, GOOD)}
    decision = verdict(scores(truth))
    assert causes(decision) == ["retrieval", "reading", "untried"]
    assert decision.next[0].text.startswith(
        "Improve retrieval: the untuned model answers 60 % with the right passages, "
    )
    assert "30 % with those that RAG finds (+30 points)" in decision.next[0].text
    assert "choose its settings by `rag tune datasets/made-up`" in decision.next[0].text


def test_a_tuned_mode_that_outdoes_the_oracle_is_not_told_to_read_better() -> None:
    truth: Truth = {
        "base": (0.0, 0.1),
        "rag": (0.2, 0.1),
        "oracle": (0.3, 0.1),
        "ft": (0.0, GOOD),
        "hybrid": (0.6, GOOD),
    }
    decision = verdict(scores(truth))
    assert (decision.strategy, decision.fit, causes(decision)) == ("hybrid", "no", ["reading"])
    assert "more than the untuned model with the right passages (30 %)" in decision.next[0].text


def test_the_check_that_fails_most_is_named() -> None:
    made = scores({"base": (0.95, 0.0), "ft": (0.95, 0.0), "rag": (0.95, 0.0)})
    made += [Score(f"q{i}", f"g{i}", "base", "style", name, False, value) for i in range(400)
             for name, value in (("json", float(i % 4 == 0)), ("words", 1.0))]  # fmt: skip
    assert "most often the check json (75 %)" in verdict(made).next[0].text


def test_a_metric_that_finds_no_answer_or_less_than_match_is_named() -> None:
    made = scores({"base": (0.02, GOOD), "ft": (0.02, GOOD), "rag": (0.02, GOOD), "oracle": (0.02, GOOD)})
    unread = [replace(s, reason=f"{UNREAD}; judged the whole") if s.axis == "knowledge" and s.mode == "base" else s
              for s in made]  # fmt: skip
    decision = verdict(unread, knowledge={"answer": "$.answer"})
    assert causes(decision)[0] == "metric" and "$.answer" in decision.next[0].text and "100 %" in decision.next[0].text
    matched = made + [Score(f"q{i}", f"g{i}", "base", "knowledge", "match", False, float(i % 2)) for i in range(400)]
    decision = verdict(matched, knowledge={"metric": "exact"})
    assert causes(decision)[0] == "metric" and "exact finds 2 % right, match 50 %" in decision.next[0].text
    assert causes(verdict(matched, knowledge={"metric": "match"}))[0] == "reading"


def test_gold_documents_that_not_even_the_oracle_gets_are_named() -> None:
    made = scores({"base": (0.0, None), "rag": (0.05, None), "oracle": (0.5, None), "ft": (0.0, None)})
    made += [Score(f"q{i}", f"g{i}", "oracle", "retrieval", "recall", False, float(i % 4 > 0)) for i in range(400)]
    decision = verdict(made)
    assert causes(decision)[:2] == ["unread", "retrieval"] and "for 25 % of the questions" in decision.next[0].text


def test_documents_that_do_not_state_the_answers_are_named_and_no_larger_model_is_advised_for_them() -> None:
    made = scores({"base": (0.0, None), "rag": (0.05, None), "oracle": (0.05, None), "ft": (0.0, None)})

    def stated(share: float) -> list[Score]:
        """So many of the questions that the oracle mode has wrong are stated in its passages, and all others."""
        wrong = [s for s in made if s.mode == "oracle" and s.axis == "knowledge" and not s.value]
        silent = {s.example_id for s in wrong[round(share * len(wrong)) :]}
        return [
            Score(f"q{i}", f"g{i}", "oracle", "retrieval", "answer_stated", False, float(f"q{i}" not in silent))
            for i in range(400)
        ]

    decision = verdict([*made, *stated(0.0)])
    assert causes(decision)[0] == "unstated" and "in 95 % of the questions" in decision.next[0].text
    assert "reading" not in causes(decision)
    half = causes(verdict([*made, *stated(0.5)]))  # with all that is not stated right, 52 of the 90 % that are wanted
    assert half.index("unstated") < half.index("reading")
    assert "unstated" not in causes(verdict([*made, *stated(0.9)]))


def cut(made: Sequence[Score], mode: str, share: float) -> list[Score]:
    """The same scores, with so many of a mode's replies cut; those that were wrong in knowledge first."""
    wrong = [s.example_id for s in made if s.mode == mode and s.axis == "knowledge" and not s.value]
    right = [s.example_id for s in made if s.mode == mode and s.axis == "knowledge" and s.value]
    ids = set([*wrong, *right][: round(share * (len(wrong) + len(right)))])
    return [replace(s, cut=True) if s.mode == mode and s.example_id in ids else s for s in made]


def test_cut_replies_that_could_turn_the_verdict_keep_it_open_and_name_the_limit() -> None:
    made = scores({"base": (0.05, GOOD), "rag": (0.06, GOOD), "ft": (0.05, GOOD)})
    assert verdict(made).strategy == "none"
    decision = verdict(cut(made, "rag", 0.7))
    assert (decision.strategy, decision.mode, decision.cut_open) == ("inconclusive", None, ("rag",))
    assert decision.cut == {"base": 0.0, "rag": 0.7, "ft": 0.0}
    assert decision.candidates == ("prompt", "rag") and decision.questions_needed is None
    sentence = verdict_sentence(decision)
    assert "70 % of RAG" in sentence and "raise generation.max_new_tokens" in sentence
    assert any("cut replies of RAG (70 %)" in r and "is retrieval" in r for r in decision.reasons)
    assert any("RAG 70 %" in c for c in decision.caveats)
    assert causes(decision)[0] == "cut"


def test_cut_replies_that_turn_nothing_are_a_caveat() -> None:
    decision = verdict(cut(scores(NOTHING), "base", 0.1))
    assert (decision.strategy, decision.cut_open) == ("none", ())
    assert any("Base 10 %" in c and "the verdict would be the same" in c for c in decision.caveats)


def test_modes_that_turn_the_verdict_only_together_are_both_named() -> None:
    """Base and few-shot are beaten by rag on knowledge; with either complete alone the other still is."""
    made = scores({"base": (0.50, GOOD), "rag": (0.50, 0.2), "ft": (0.5, 0.6)})
    both = cut(cut(made, "base", 0.25), "rag", 0.28)
    alone = {m: verdict(cut(made, m, s)).strategy for m, s in (("base", 0.25), ("rag", 0.28))}
    decision = verdict(both)
    named = {m for m, strategy in alone.items() if strategy == "inconclusive"}
    assert set(decision.cut_open) == (named or {"base", "rag"} if decision.strategy == "inconclusive" else set())


def test_a_cut_reply_without_a_score_stays_without_one() -> None:
    made = [replace(s, value=None, reason="unreadable") if s.mode == "rag" and s.axis == "knowledge" and s.cut else s
            for s in cut(scores({"base": (0.5, GOOD), "rag": (0.5, GOOD)}), "rag", 0.3)]  # fmt: skip
    assert verdict(made).axes["knowledge"]["rag"].n == 280


def test_what_was_cut_counts_in_the_firmness_too() -> None:
    made = cut(scores({"base": (0.05, GOOD), "rag": (0.06, GOOD), "ft": (0.05, GOOD)}), "rag", 0.7)
    assert sensitivity(made, config())["strategy"] == verdict(made).strategy == "inconclusive"


def training(mode: str, value: float | None, seed: int = 0, reason: str = "loss 2.1 before, 2.4 at best") -> Score:
    return Score("adapter", "adapter", mode, "training", "learned", True, value, reason, seed)  # type: ignore[arg-type]


HYBRID: Truth = {"base": (0.05, 0.1), "rag": (0.4, 0.1), "ft": (0.1, GOOD), "hybrid": (0.9, GOOD)}


def test_an_adapter_that_did_not_learn_is_no_candidate_and_not_ruled_out() -> None:
    made = scores({"base": (0.1, GOOD), "rag": (0.9, GOOD), "ft": (0.0, GOOD), "hybrid": (0.1, GOOD)})
    left = [training("ft", 0.0), training("hybrid", 0.0)]
    decision = verdict([*made, *left])
    assert decision.strategy == "rag" and decision.left_out == dict.fromkeys(
        ("ft", "hybrid"), "loss 2.1 before, 2.4 at best"
    )
    sentence = verdict_sentence(decision)
    assert "worth its cost" not in sentence and "Fine-tuned and Hybrid did not learn" in sentence
    assert any("Not tried, so not ruled out: fine-tuning, both" in c for c in decision.caveats)
    assert any("Hybrid is left out" in c and "2.4 at best" in c for c in decision.caveats)
    assert not any("Hybrid is not needed" in r for r in decision.reasons)
    assert "fine-tuning is not shown to be worth its cost" not in " ".join(decision.reasons)


def test_the_verdict_does_not_rest_on_an_arm_that_did_not_learn() -> None:
    assert verdict(scores(HYBRID)).strategy == "hybrid"
    assert verdict([*scores(HYBRID), training("hybrid", 1.0)]).strategy == "hybrid"
    decision = verdict([*scores(HYBRID), training("hybrid", 0.0)])
    assert decision.strategy != "hybrid" and "hybrid" in decision.left_out
    assert decision.axes["knowledge"]["hybrid"].mean == pytest.approx(0.9)


def test_a_mode_whose_training_left_no_replies_is_named_as_left_out() -> None:
    made = [s for s in scores(HYBRID) if s.mode != "hybrid"]
    decision = verdict([*made, training("hybrid", 0.0, reason="diverged; lower learning_rate")])
    assert decision.left_out == {"hybrid": "diverged; lower learning_rate"}
    assert any("both" in c for c in decision.caveats if c.startswith("Not tried"))


def test_of_several_seeds_those_that_learnt_stand_for_the_mode() -> None:
    made = scores(HYBRID)
    broken = [replace(s, seed=1, value=0.0) for s in made if s.mode == "hybrid"]
    decision = verdict([*made, *broken, training("hybrid", 1.0), training("hybrid", 0.0, seed=1)])
    assert (decision.strategy, decision.left_out) == ("hybrid", {})
    assert decision.axes["knowledge"]["hybrid"].mean == pytest.approx(0.9)
    assert any("1 of the 2 trainings of Hybrid did not learn" in c for c in decision.caveats)
    assert "hybrid" in verdict([*made, *broken, training("hybrid", 0.0), training("hybrid", 0.0, seed=1)]).left_out


def test_training_that_could_not_be_judged_leaves_the_mode_in() -> None:
    assert verdict([*scores(HYBRID), training("hybrid", None)]).strategy == "hybrid"


ADVICE = ("keep the prompt", "serve the", "stay with", "put the worked examples", "improve the prompt", "use retrieval",
          "use both", "fine-tune;")  # fmt: skip


@pytest.mark.parametrize("seed", range(30))
def test_no_text_advises_what_is_shown_below_a_target(seed: int) -> None:
    """Any shares, cut replies and failed trainings: nothing advises what misses a target."""
    draw = random.Random(seed)
    modes = [m for m in ("base", "fewshot", "rag", "rag-fewshot", "oracle", "ft", "hybrid") if draw.random() < 0.8]
    level = draw.choice([0.1, 0.5, 0.8, 0.95])
    truth = {m: (min(1.0, level + draw.random() * 0.2), draw.choice([0.5, 0.95, 0.99])) for m in modes or ["base"]}
    made = scores(truth, n=draw.choice([60, 300]))
    made = [replace(s, cut=draw.random() < 0.2) for s in made] if draw.random() < 0.3 else made
    made += [training(m, float(draw.random() < 0.7)) for m in ("ft", "hybrid") if m in truth]
    decision = verdict(made)
    json.dumps(asdict(decision), allow_nan=False)
    said = " ".join([verdict_sentence(decision), *(s.text for s in decision.next), *decision.reasons]).lower()
    if decision.fit == "no":
        assert not [words for words in ADVICE if words in said]
        assert decision.next and "use" not in causes(decision)
    if decision.mode is None:
        assert decision.strategy == "inconclusive"
        return
    reached = [decision.axes[a][decision.mode].low >= t for a, t in decision.targets.items()]
    missed = [decision.axes[a][decision.mode].high < t for a, t in decision.targets.items()]
    assert (decision.fit == "yes") == all(reached)
    assert decision.fit != "no" or any(missed)
    assert decision.strategy != "none" or decision.fit != "yes"
    assert decision.strategy != "prompt" or decision.fit != "no"
    assert decision.mode not in decision.left_out
