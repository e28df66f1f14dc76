"""What training made of a run's adapters, from the files beside them: scores of the axis `training`, and failures.

No model, no torch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from eval.analysis.training_health import read_health
from eval.arms.modes import MODES
from eval.pipeline.plan import Plan
from eval.records import Score
from reports.wording.health_sentence import health_sentence

AXIS = "training"


def adapter_folder(plan: Plan, k: int, mode: str) -> Path | None:
    """Where a mode's adapter of the k-th training seed lies, or would lie; None for a mode without one."""
    adapter = MODES[mode].adapter
    return plan.adapter_folder(k, adapter) if adapter else None


def failure(plan: Plan, k: int, mode: str) -> str:
    """Why a mode has no adapter of the k-th seed, because its training diverged; empty where that is not so."""
    from finetune.adapter import read_failure

    folder = adapter_folder(plan, k, mode)
    known = read_failure(folder) if folder else None
    return str(known["message"]) if known else ""


def to_answer(plan: Plan, modes: Sequence[str]) -> list[tuple[int, str]]:
    """(k, mode) of the predictions that are wanted and not there, but for modes whose training has diverged."""
    return [(k, m) for k, m in plan.answers(modes) if not (plan.has(k, m) or failure(plan, k, m))]


def training_scores(plan: Plan, modes: Sequence[str]) -> Iterator[Score]:
    """One score a tuned mode and training seed: 1 when its adapter learned, 0 when not, with what was seen and the fix.

    None, with the reason, for an adapter that was trained before this was judged.
    """
    from finetune.adapter import is_complete, read_failure, read_training

    for k, mode in plan.answers(modes):
        folder = adapter_folder(plan, k, mode)
        if folder is None:
            continue
        if known := read_failure(folder):
            yield _score(mode, k, known["health"])
        elif is_complete(folder) and plan.has(k, mode):
            yield _score(mode, k, read_training(folder).get("health"))


def _score(mode: str, k: int, health: dict[str, Any] | None) -> Score:
    value, reason = None, "the adapter was trained before its training was judged"
    if health:
        value = float(health["outcome"] == "learned")
        reason = _said(health)
    return Score("adapter", "adapter", mode, "training", "learned", True, value, reason, seed=k)


def _said(health: dict[str, Any]) -> str:
    """The sentence of a health; an adapter of before it was kept in figures brings its own."""
    if "words" in health:
        return "; ".join(filter(None, (health["words"], health.get("fix"))))
    return health_sentence(read_health(health))
