"""What holds of every verdict, over many combinations of modes and truths."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from eval.arms.modes import MODES
from eval.config import DatasetConfig
from eval.pipeline.run_config import RunConfig
from eval.records import Score
from eval.verdict.decide import decide, verdict_sentence
from eval.verdict.decision import Decision
from eval.verdict.evidence import gather
from eval.verdict.rule import ORDER, apply_rule

N = 160
CANDIDATES = [m.name for m in MODES.values() if m.strategy]
USUAL = ("base", "fewshot", "rag", "rag-fewshot", "ft", "hybrid")


def config() -> RunConfig:
    return RunConfig(dataset_path="made-up", dataset=DatasetConfig.model_validate({"name": "m", "instruction": "A."}))


def scores(modes: tuple[str, ...], seed: int) -> list[Score]:
    """Shares drawn from few levels, so that ties, lifts and losses all come up."""
    draw = np.random.default_rng(seed)
    levels = {m: (draw.choice([0.1, 0.6, 0.7, 0.9]), draw.choice([0.3, 0.9, 0.99])) for m in CANDIDATES}
    hard = draw.random((N, 2))
    made = []
    for m in CANDIDATES:
        own = np.where(draw.random((N, 2)) < 0.6, hard, draw.random((N, 2)))
        if m in modes:
            for k, axis in enumerate(("knowledge", "style")):
                made += [Score(f"q{i}", f"g{i}", m, axis, "m", True, float(own[i, k] < levels[m][k]))  # type: ignore[arg-type]
                         for i in range(N)]  # fmt: skip
    return made


def combos() -> list[tuple[str, ...]]:
    found = [c for size in (2, 3, 6) for c in combinations(USUAL, size)]
    return [*found[::2], *(("structured", m) for m in ("nearest", "full", "ft")), ("full", "rag", "rag-structured")]


@pytest.mark.parametrize("mode", CANDIDATES)
def test_no_comparison_gives_no_verdict(mode: str) -> None:
    for seed in range(3):
        decision = decide(scores((mode,), seed), config())[1]
        assert (decision.strategy, decision.mode, decision.questions_needed) == ("inconclusive", None, None)


def spoken(decision: Decision) -> str:
    """The sentence less what it advises to try, and less the names of modes."""
    said = verdict_sentence(decision).partition(" Next: ")[0]
    for m in MODES.values():
        said = said.replace(f"({m.label})", "")
    return said.lower()


@pytest.mark.parametrize("modes", combos(), ids="+".join)
def test_sentences_speak_of_nothing_that_did_not_run(modes: tuple[str, ...]) -> None:
    retrieves = any(MODES[m].retrieves for m in modes)
    tunes = any(MODES[m].adapter for m in modes)
    for seed in range(2):
        said = spoken(decide(scores(modes, seed), config())[1])
        assert retrieves or not any(word in said for word in ("retriev", "rag"))
        assert tunes or not any(word in said for word in ("tun", "adapter"))
        assert (retrieves and tunes) or "both" not in said
        assert any(MODES[m].strategy == "prompt" for m in modes) or "prompt" not in said


def test_more_arms_turn_no_settled_verdict_into_a_cheaper_one_without_a_cheaper_arm() -> None:
    """A dearer or equal arm may beat, or keep open, what stood; it can be no reason for something cheaper."""
    settled = 0
    for seed in range(24):
        draw = np.random.default_rng(1000 + seed)
        few = tuple(m for m in USUAL if draw.random() < 0.5)
        more = tuple(m for m in USUAL if m in few or draw.random() < 0.5)
        before, after = (apply_rule(gather(scores(modes, seed), config()), 0.05) for modes in (few, more))
        if before.mode is None or after.mode is None or "none" in (before.strategy, after.strategy):
            continue
        settled += 1
        cheaper = ORDER.index(after.strategy) < ORDER.index(before.strategy)
        new = {MODES[m].strategy for m in set(more) - set(few)}
        assert not cheaper or after.strategy in new, (seed, few, more)
    assert settled > 5
