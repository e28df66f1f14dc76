"""What better retrieval could give at most, and what is said when a mode is missing."""

from __future__ import annotations

import pytest

from eval.analysis.attribution import attribute
from eval.records import Example, Prediction, Score


def run(values: dict[str, list[float]]):
    n = len(next(iter(values.values())))
    examples = [Example(f"q{i}", "?", ("a",), documents=("d.md",), group=f"g{i}") for i in range(n)]
    scores = [
        Score(e.id, e.group, mode, "knowledge", "contains", True, of_mode[i])
        for mode, of_mode in values.items()
        for i, e in enumerate(examples)
    ]
    return attribute(examples, scores, {m: {e.id: Prediction(e.id, "") for e in examples} for m in values})


def test_gain_is_the_paired_difference_and_recoverable_the_questions_that_turn() -> None:
    better = run({"rag": [1, 0, 0, 0, 1, 0, 0, 1, 0, 0], "oracle": [1, 1, 1, 0, 0, 1, 0, 1, 0, 1]})["better_retrieval"]
    assert better["gain"]["mean"] == pytest.approx(0.3)  # 6 of 10 against 3 of 10
    assert better["recoverable"]["mean"] == pytest.approx(0.4)  # four turn right, one turns wrong
    assert better["gain"]["low"] < 0.3 < better["gain"]["high"]
    assert better["gain"]["n"] == 10
    assert "+30.0 points of knowledge at most" in better["words"] and "n=10" in better["words"]


def test_an_oracle_that_is_worse_promises_nothing() -> None:
    better = run({"rag": [1, 1, 0, 0], "oracle": [1, 0, 0, 0]})["better_retrieval"]
    assert better["words"].startswith("Better retrieval alone would not lift RAG: -25.0 points")


@pytest.mark.parametrize(
    ("modes", "missing"), [(("base", "rag"), "oracle not run"), (("base", "ft"), "rag and oracle not run")]
)
def test_absent_arms_are_said_not_invented(modes, missing) -> None:
    found = run({m: [0.0, 1.0] for m in modes})
    assert found["better_retrieval"]["gain"] is None and found["better_retrieval"]["recoverable"] is None
    assert missing in found["better_retrieval"]["words"]
    assert any("oracle mode was not run" in n or "No mode was given passages" in n for n in found["notes"])
