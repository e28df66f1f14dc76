"""A verdict that rejects what is far better on one axis says so, with what it would cost."""

from __future__ import annotations

import json
from pathlib import Path

from eval.config import DatasetConfig
from eval.pipeline.run_config import RunConfig, write_run_config
from eval.records import Score, write_records
from eval.verdict.decide import decide, verdict_sentence, write_decision

N = 300
FINDING = {
    "gate": "training-rows", "severity": "warning", "where": "train.jsonl:3",
    "message": "45 of 300 training replies (15 %) fail the style checks that replies are scored by: train.jsonl:3 "
               "(words: 80 words); fix the replies or the checks",
}  # fmt: skip


def config(knowledge: float = 0.6, style: float = 0.9) -> RunConfig:
    given = {"name": "m", "instruction": "A.", "knowledge": {"target": knowledge}, "style": {"target": style},
             "decision": {"seed_deviation": 0.0}}  # fmt: skip
    return RunConfig(dataset_path="made-up", dataset=DatasetConfig.model_validate(given))


def scores(truth: dict[str, tuple[float, float]]) -> list[Score]:
    made = []
    for mode, (knowledge, style) in truth.items():
        for i in range(N):
            kept = (i * 53) % N < round(style * N)
            made.append(
                Score(f"q{i}", f"g{i}", mode, "knowledge", "m", True, float((i * 37) % N < round(knowledge * N)))
            )
            made.append(Score(f"q{i}", f"g{i}", mode, "style", "all_checks", True, float(kept)))
            made.append(Score(f"q{i}", f"g{i}", mode, "style", "words", False, float(kept)))
            made.append(Score(f"q{i}", f"g{i}", mode, "style", "json", False, 1.0))
    return made


FEWSHOT_WINS = {"base": (0.30, 0.50), "fewshot": (0.56, 0.98), "ft": (0.78, 0.84)}


def test_the_check_that_cost_the_other_axis_is_named_with_the_finding_of_the_training_rows(tmp_path: Path) -> None:
    decision = decide(scores(FEWSHOT_WINS), config(), findings=[FINDING])[1]
    assert decision.strategy in ("prompt", "none") and decision.mode == "fewshot"
    sentence = verdict_sentence(decision)
    assert "It is a trade-off: Fine-tuned reaches the knowledge target of 60 % with 78 % (Few-shot 56 %)" in sentence
    assert "has style 84 % (Few-shot 98 %), most by the check words" in sentence
    assert "45 of 300 training replies (15 %) fail the style checks" in sentence and "checks.json" in sentence
    write_records(tmp_path / "scores.jsonl", scores(FEWSHOT_WINS))
    write_run_config(tmp_path / "config.yaml", config())
    (tmp_path / "checks.json").write_text(json.dumps({"findings": [FINDING]}))
    assert verdict_sentence(write_decision(tmp_path)) == sentence


def test_of_lost_knowledge_the_questions_are_counted() -> None:
    truth = {"base": (0.85, 0.60), "ft": (0.70, 0.99)}
    decision = decide(scores(truth), config(knowledge=0.8, style=0.62))[1]
    assert decision.mode == "base"
    assert f"in {round((0.85 - 0.70) * N)} questions where Base is right (" in verdict_sentence(decision)


def test_without_such_a_mode_there_is_no_trade_off() -> None:
    for truth in ({"base": (0.9, 0.98), "ft": (0.92, 0.98)}, {"base": (0.30, 0.98), "ft": (0.55, 0.5)}):
        assert not any("trade-off" in w for w in decide(scores(truth), config())[1].warnings)
