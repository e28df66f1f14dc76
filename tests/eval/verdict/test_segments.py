"""Verdicts by tag: the family's error, the interaction test against another implementation, and the router's gain."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from eval.config import DatasetConfig
from eval.pipeline.run_config import RunConfig
from eval.records import Score
from eval.verdict.segments import contrast, segments


def config() -> RunConfig:
    given = {"name": "m", "instruction": "A.", "decision": {"seed_deviation": 0.0}}
    return RunConfig(dataset_path="made-up", dataset=DatasetConfig.model_validate(given))


def made(shares: dict[str, dict[str, float]], n: int = 200, seed: int = 0) -> tuple[list[Score], dict[str, list[str]]]:
    """`n` questions of each tag, with each mode's share of right answers there."""
    draw, scores, tags = np.random.default_rng(seed), [], {}
    for tag, modes in shares.items():
        for i in range(n):
            example, hard = f"{tag}{i}", draw.random()
            tags[example] = [tag]
            for mode, share in modes.items():
                level = hard if draw.random() < 0.6 else draw.random()
                scores.append(Score(example, example, mode, "knowledge", "m", True, float(level < share)))
    return scores, tags


SPLIT = {"numbers": {"base": 0.2, "rag": 0.85}, "words": {"base": 0.85, "rag": 0.5}}


def test_tags_that_want_different_modes_get_verdicts_of_their_own_and_a_router() -> None:
    found = segments(*made(SPLIT), config())
    assert {s["tag"]: s["strategy"] for s in found["segments"]} == {"numbers": "rag", "words": "prompt"}
    assert [s["error"] for s in found["segments"]] == [0.025, 0.025]
    assert {t["tag"] for t in found["interaction"]} == {"numbers", "words"}
    router = found["router"]
    assert router["modes"] == {"numbers": "rag", "words": "base"} and router["single"] == "rag"
    # One for all has (0.85 + 0.5) / 2, the router 0.85.
    assert router["gain"]["low"] < 0.85 - (0.85 + 0.5) / 2 < router["gain"]["high"]
    assert any(w.startswith("A router (RAG for numbers, Base for words) would bring +") for w in found["words"])


def test_where_tags_do_not_differ_nothing_is_shown() -> None:
    """Of twenty sets without an interaction, at most three show one, or a router (P(more than 3) = 2 % at 5 %)."""
    shown = 0
    for seed in range(20):
        found = segments(*made({tag: {"base": 0.4, "rag": 0.6} for tag in "ab"}, n=60, seed=seed), config())
        shown += bool(found["interaction"] or found["router"])
    assert shown <= 3


def test_small_tags_and_tags_of_all_questions_are_left_out() -> None:
    scores, tags = made({"many": {"base": 0.2, "rag": 0.7}, "few": {"base": 0.2, "rag": 0.7}}, n=15)
    found = segments(scores, {e: [*t, "all"] for e, t in tags.items()}, config())
    assert found["segments"] == [] and {x["tag"] for x in found["left_out"]} == {"many", "few"}
    assert segments(scores[:0], tags, config())["words"] == []


def test_the_contrast_is_welchs_where_each_question_is_its_own_group() -> None:
    draw = np.random.default_rng(3)
    values, inside = draw.integers(-1, 2, 300).astype(float), np.arange(300) < 100
    found = contrast(values, inside, np.arange(300))
    a, b = values[inside], values[~inside]
    error = np.sqrt(a.var() / len(a) + b.var() / len(b)) * np.sqrt(300 / 299)
    assert found["difference"] == pytest.approx(a.mean() - b.mean(), abs=1e-4)
    assert found["p"] == pytest.approx(2 * stats.t.sf(abs(a.mean() - b.mean()) / error, 299), rel=1e-6)
    assert found["p"] == pytest.approx(stats.ttest_ind(a, b, equal_var=False).pvalue, abs=0.02)
