"""The verdict: one hand-made set of scores for each outcome, and what decision.json says about it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from eval.config import DatasetConfig, RunConfig, write_run_config
from eval.decide import decide, write_decision
from eval.errors import UserError
from eval.records import Decision, Score, write_records

KNOWLEDGE_TARGET, STYLE_TARGET = 0.8, 0.95


def config(**changes: object) -> RunConfig:
    dataset = DatasetConfig.model_validate({"name": "made-up", "instruction": "Answer."})
    return RunConfig(dataset_path="datasets/made-up", dataset=dataset, **changes)  # type: ignore[arg-type]


def scores(truth: dict[str, tuple[float, float | None]], n: int = 300, seed: int = 1) -> list[Score]:
    """0/1 scores of each mode with these shares of right answers, correlated between modes as real arms are."""
    draw = random.Random(seed)
    made = []
    for i in range(n):
        difficulty = draw.random()
        for mode, (knowledge, style) in truth.items():
            for axis, share in (("knowledge", knowledge), ("style", style)):
                if share is not None:
                    level = difficulty if draw.random() < 0.6 else draw.random()
                    made.append(Score(f"q{i}", f"g{i}", mode, axis, "m", True, float(level < share)))  # type: ignore[arg-type]
    return made


ARMS = {
    "prompt": {"base": (0.1, 0.1), "fewshot": (0.9, 0.99), "rag": (0.9, 0.2), "rag-fewshot": (0.91, 0.99),
               "ft": (0.5, 0.99), "hybrid": (0.91, 1.0)},
    "rag": {"base": (0.1, 0.98), "fewshot": (0.1, 0.98), "rag": (0.9, 0.98), "rag-fewshot": (0.8, 0.98),
            "ft": (0.1, 1.0), "hybrid": (0.9, 0.99)},
    "ft": {"base": (0.9, 0.1), "fewshot": (0.9, 0.4), "rag": (0.9, 0.1), "rag-fewshot": (0.9, 0.4),
           "ft": (0.9, 0.99), "hybrid": (0.9, 0.99)},
    "hybrid": {"base": (0.05, 0.0), "fewshot": (0.05, 0.8), "rag": (0.3, 0.0), "rag-fewshot": (0.2, 0.6),
               "ft": (0.1, 1.0), "hybrid": (0.9, 1.0)},
}  # fmt: skip


@pytest.mark.parametrize("strategy", ARMS)
def test_each_strategy_is_found_where_it_is_right(strategy: str) -> None:
    _, decision = decide(scores(ARMS[strategy]), config())
    assert decision.strategy == strategy
    assert decision.candidates == (strategy,)
    assert decision.quadrant == {"context": strategy in ("rag", "hybrid"), "llm": strategy in ("ft", "hybrid")}
    assert decision.questions_needed is None


def test_better_arm_stands_for_the_strategy() -> None:
    assert decide(scores(ARMS["prompt"]), config())[1].mode == "fewshot"
    assert decide(scores(ARMS["rag"]), config())[1].mode == "rag"


def test_reaches_target_needs_the_whole_interval() -> None:
    assert decide(scores(ARMS["hybrid"], n=400), config())[1].reaches_target is True
    near = ARMS["hybrid"] | {"hybrid": (0.84, 1.0)}
    assert decide(scores(near), config())[1].reaches_target is None
    below = ARMS["hybrid"] | {"hybrid": (0.5, 1.0)}
    assert decide(scores(below), config())[1].reaches_target is False


def test_lift_of_one_to_two_margins_on_few_questions_is_inconclusive() -> None:
    arms = {"base": (0.50, 0.99), "rag": (0.58, 0.99)}
    _, decision = decide(scores(arms, n=60), config())
    assert decision.strategy == "inconclusive"
    assert decision.mode is None
    assert decision.candidates == ("prompt", "rag")
    assert decision.quadrant == {"context": None, "llm": False}
    assert decision.questions_needed is not None and decision.questions_needed > 60


def test_upgrade_that_harms_the_other_axis_does_not_beat() -> None:
    """ft lifts style and loses knowledge, so it cannot replace rag; nothing else lifts rag's style."""
    arms = {"base": (0.1, 0.1), "rag": (0.7, 0.1), "ft": (0.1, 0.99)}
    assert decide(scores(arms), config())[1].strategy == "rag"


def test_missed_target_below_the_margin_is_not_worth_a_mechanism() -> None:
    arms = {"base": (0.70, 0.99), "rag": (0.71, 0.99)}
    assert decide(scores(arms, n=3000), config())[1].strategy == "prompt"


def test_intervals_pair_on_the_questions_that_both_modes_have() -> None:
    made = scores({"base": (0.2, None), "rag": (0.9, None)}, n=100)
    made = [s for s in made if not (s.mode == "rag" and s.example_id == "q7")]
    made.append(Score("q7", "g7", "rag", "knowledge", "m", True, None, "the reply could not be read"))
    comparisons, decision = decide(made, config())
    assert [(c.control, c.treatment, c.n, c.dropped) for c in comparisons] == [("base", "rag", 99, 1)]
    assert decision.axes["knowledge"]["rag"].n == 99
    assert any("dropped" in c for c in decision.caveats)


def test_unscored_axis_is_a_caveat_not_a_score() -> None:
    _, decision = decide(scores({"base": (0.1, None), "rag": (0.9, None)}), config())
    assert list(decision.axes) == ["knowledge"]
    assert any("style axis was not scored" in c for c in decision.caveats)
    assert decision.strategy == "rag"


def test_strategies_that_were_not_run_are_named() -> None:
    _, decision = decide(scores({"base": (0.1, 0.1), "rag": (0.9, 0.99)}), config())
    assert any("fine-tuning, both" in c for c in decision.caveats)


def test_oracle_is_compared_and_never_recommended() -> None:
    arms = {"base": (0.1, 0.99), "rag": (0.6, 0.99), "oracle": (0.95, 0.99)}
    comparisons, decision = decide(scores(arms), config())
    assert decision.mode == "rag"
    assert ("rag", "oracle") in {(c.control, c.treatment) for c in comparisons}


def test_no_scores_at_all_is_inconclusive() -> None:
    assert decide([], config())[1].strategy == "inconclusive"


def test_written_decision_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    write_records(tmp_path / "scores.jsonl", scores(ARMS["hybrid"], n=120))
    write_run_config(tmp_path / "config.yaml", config(limit=120))
    first: Decision = write_decision(tmp_path)
    files = [(tmp_path / name).read_bytes() for name in ("decision.json", "comparisons.json")]
    write_decision(tmp_path)
    assert files == [(tmp_path / name).read_bytes() for name in ("decision.json", "comparisons.json")]
    assert first.strategy == "hybrid"
    assert any("--limit 120" in c for c in first.caveats)


def test_folder_without_scores_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"scores\.jsonl: no such file"):
        write_decision(tmp_path)
