"""What a metric is known to favour keeps a verdict open where it would turn it, and marks settle it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from eval.config import DatasetConfig
from eval.pipeline.run_config import RunConfig
from eval.records import Score
from eval.verdict.decide import decide, verdict_sentence
from eval.verdict.evidence import gather
from eval.verdict.metric_bias import ERROR, bias_removed, bias_shifts
from eval.verdict.sensitivity import sensitivity

N = 400
LENGTHS = {"base": 20, "rag": 200, "ft": 200}
SHORTER = {"base": 200, "rag": 20, "ft": 20}


def config() -> RunConfig:
    return RunConfig(dataset_path="made-up", dataset=DatasetConfig.model_validate({"name": "m", "instruction": "A."}))


def scores(shares: dict[str, float], metric: str = "match", lengths: dict[str, int] = LENGTHS) -> list[Score]:
    return [
        Score(f"q{i}", f"g{i}", mode, "knowledge", metric, True, float((i * 37) % N < round(share * N)),
              length=lengths[mode])
        for mode, share in shares.items() for i in range(N)
    ]  # fmt: skip


def test_shifts_are_whole_from_four_times_the_length_on_and_none_at_the_same() -> None:
    found = bias_shifts({"base": 40.0, "rag": 10.0, "ft": 20.0}, "match")
    assert {m: -x for (_, m), x in found["short"].items()} == pytest.approx({"base": 0.0, "rag": 0.004, "ft": 0.002})
    assert {m: -x for (_, m), x in found["long"].items()} == pytest.approx({"base": 0.014, "rag": 0.0, "ft": 0.007})
    assert bias_shifts({"base": 40.0, "rag": 40.0}, "match") == {}
    assert bias_shifts({"base": 400.0, "rag": 4.0}, "sql") == {}
    assert list(bias_shifts({"base": 400.0, "rag": 4.0}, "exact")) == ["short"]


def test_a_lift_that_the_metric_may_have_made_is_no_verdict() -> None:
    """A lift of 0.06 is shown and above the margin of 0.05; with 0.014 less it is below it."""
    made = scores({"base": 0.40, "rag": 0.46})
    alike = scores({"base": 0.40, "rag": 0.46}, lengths=dict.fromkeys(LENGTHS, 20))
    assert decide(alike, config())[1].strategy == "rag"
    decision = decide(made, config())[1]
    assert (decision.strategy, decision.leaning, decision.questions_needed) == ("inconclusive", "long", None)
    assert "favour long replies" in verdict_sentence(decision) and "--label" in verdict_sentence(decision)
    assert any("Base 20, RAG 200" in r and "1.4 points" in r for r in decision.reasons)
    assert decision.next[0].cause == "metric"
    assert sensitivity(made, config())["strategy"] == "inconclusive"


def test_what_leans_the_other_way_or_by_less_does_not_keep_a_lift_open() -> None:
    """Short replies are favoured by 0.004 at most: of a lift of 0.06 that leaves more than the margin."""
    assert decide(scores({"base": 0.40, "rag": 0.46}, lengths=SHORTER), config())[1].strategy == "rag"


@pytest.mark.parametrize(
    ("favoured", "others", "quantile"),
    [
        ("rag", (), 1.6449),
        ("rag", ("rag-fewshot",), 1.8808),
        ("rag", ("ft",), 1.6449),
        ("base", ("rag-fewshot",), 1.6449),
    ],
)
def test_the_error_of_the_bias_adds_to_that_of_a_difference(
    favoured: str, others: tuple[str, ...], quantile: float
) -> None:
    """Half widths: of 94 % where one of several modes of a dearer strategy could be favoured, else of 90 %."""
    made = scores({"base": 0.40, "rag": 0.46} | dict.fromkeys(others, 0.46), lengths=LENGTHS | {"rag-fewshot": 200})
    evidence = gather(made, config())
    less = bias_removed(evidence, {("knowledge", favoured): -0.014})
    before, after = (e.lift("knowledge", "base", "rag") for e in (evidence, less))
    assert after.difference == pytest.approx(before.difference - (0.014 if favoured == "rag" else -0.014))
    for had, has in (
        (before.difference - before.low, after.difference - after.low),
        (before.high - before.difference, after.high - after.difference),
    ):
        assert has == pytest.approx(math.hypot(quantile / 1.95996 * had, quantile * ERROR), rel=1e-4)
    assert (
        bias_removed(evidence, {}).estimates["knowledge"]["base"].mean == evidence.estimates["knowledge"]["base"].mean
    )


def test_a_large_lift_stands_and_exact_match_of_long_against_short_replies_does_not() -> None:
    assert decide(scores({"base": 0.2, "rag": 0.7}), config())[1].strategy == "rag"
    exact = scores({"base": 0.2, "rag": 0.7}, metric="exact", lengths=SHORTER)
    assert decide(exact, config())[1].leaning == "short"
    assert decide(scores({"base": 0.2, "rag": 0.7}, metric="sql"), config())[1].strategy == "rag"


def test_marks_take_the_doubt_away() -> None:
    made = scores({"base": 0.40, "rag": 0.46})
    marks = [replace(s, metric="marked", primary=False) for s in made if int(s.example_id[1:]) < N // 2]
    assert decide([*made, *marks], config())[1].leaning == ""
