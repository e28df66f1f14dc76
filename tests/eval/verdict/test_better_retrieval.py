"""Where better passages would turn the verdict to RAG, and where not: by the oracle, and by what RAG was given."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from eval.config import DatasetConfig
from eval.pipeline.run_config import RunConfig
from eval.records import Score
from eval.verdict.decide import decide
from eval.verdict.decision import Decision, decision_from_dict
from reports.wording.verdict_sentence import verdict_sentence

GOOD = 0.99
N = 200
Truth = dict[str, tuple[float, float]]


def score(mode: str, axis: str, i: int, share: float) -> Score:
    right = float((i * 37) % N < round(share * N))
    return Score(f"q{i}", f"g{i}", mode, axis, "m", True, right)  # type: ignore[arg-type]


def scores(truth: Truth) -> list[Score]:
    return [
        score(mode, axis, i, share)
        for mode, pair in truth.items() for axis, share in zip(("knowledge", "style"), pair, strict=True)
        for i in range(N)
    ]  # fmt: skip


def verdict(made: list[Score], path: str = "datasets/made-up") -> Decision:
    dataset = DatasetConfig.model_validate({"name": "made-up", "instruction": "Answer."})
    return decide(made, RunConfig(dataset_path=path, dataset=dataset))[1]


NONE: Truth = {"base": (0.0, GOOD), "rag": (0.3, GOOD), "oracle": (0.95, GOOD), "ft": (0.0, GOOD)}
BOTH: Truth = {"base": (0.0, GOOD), "rag": (0.3, GOOD), "oracle": (0.95, GOOD), "ft": (0.0, GOOD),
               "hybrid": (0.9, GOOD)}  # fmt: skip
OPEN: Truth = {"base": (0.60, GOOD), "rag": (0.66, GOOD), "oracle": (0.95, GOOD), "ft": (0.6, GOOD)}


@pytest.mark.parametrize("truth", [NONE, BOTH, OPEN], ids=["rag", "hybrid", "open"])
def test_the_sentence_says_so_with_figures_and_command(truth: Truth) -> None:
    decision = verdict(scores(truth))
    found = decision.retriever
    assert found is not None and (found.mode, found.by, found.then) == ("rag", "oracle", 0.95)
    sentence = verdict_sentence(decision)
    assert sentence.count("RAG, with a better retriever first: handed the gold passages the untuned ") == 1
    assert "95 %" in sentence and sentence.count("`rag tune datasets/made-up`") == 1
    assert "retrieval" in [step.cause for step in decision.next]
    assert sum("rag tune" in step.text for step in decision.next) == 1


@pytest.mark.parametrize(
    "truth",
    [
        NONE | {"oracle": (0.6, GOOD)},
        NONE | {"oracle": (0.95, 0.3), "rag": (0.3, 0.3)},
        NONE | {"rag": (0.93, GOOD)},
        {"base": (0.95, GOOD), "rag": (0.5, GOOD), "oracle": (0.97, GOOD)},
        {"base": (0.0, GOOD), "ft": (0.5, GOOD)},
    ],
    ids=["read too little", "style is missed", "enough as it is", "the prompt is enough", "no retrieval"],
)
def test_it_is_not_said_where_passages_would_not_turn_it(truth: Truth) -> None:
    decision = verdict(scores(truth))
    assert decision.retriever is None and "better retriever" not in verdict_sentence(decision)


def given(made: list[Score], lost: int) -> list[Score]:
    """What RAG was given: of every tenth question, `lost` of ten, no gold document."""
    recall = [
        Score(f"q{i}", f"g{i}", "rag", "retrieval", "recall", True, float(i % 10 >= lost)) for i in range(N)
    ]  # fmt: skip
    return [*made, *recall]


@pytest.mark.parametrize(("right_where_given", "said"), [(True, True), (False, False)])
def test_without_the_oracle_the_questions_tell_whose_documents_were_given(right_where_given: bool, said: bool) -> None:
    made = scores({"base": (0.0, GOOD), "rag": (0.0, GOOD), "ft": (0.0, GOOD)})
    made = [
        replace(s, value=float((int(s.example_id[1:]) % 10 >= 5) == right_where_given))
        if (s.mode, s.axis) == ("rag", "knowledge") else s for s in made
    ]  # fmt: skip
    decision = verdict(given(made, 5))
    assert decision.strategy in ("none", "rag")
    assert (decision.retriever is not None) is said
    if said:
        assert decision.retriever and decision.retriever.by == "passages"
        assert "where RAG is given the gold documents it answers 100 %, in all 50 %" in verdict_sentence(decision)
    assert verdict(given(made, 0)).retriever is None


def test_the_command_quotes_a_path_and_the_record_comes_back_from_its_file() -> None:
    decision = verdict(scores(NONE), "my sets/desk")
    assert "`rag tune 'my sets/desk'`" in verdict_sentence(decision)
    assert decision_from_dict(json.loads(json.dumps(asdict(decision)))).retriever == decision.retriever
    assert decision_from_dict({k: v for k, v in asdict(decision).items() if k != "retriever"}).retriever is None
