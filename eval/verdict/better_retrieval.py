"""Whether the verdict could be RAG with a better retriever: the rule, on what the untuned model makes of its passages.

Either the oracle mode, which is handed the gold passages in the prompt of RAG, takes the place of RAG; or, where it was
not run, only those questions count whose gold documents RAG was given, for every mode. Where the rule then says RAG,
and RAG is not shown to miss a target, better retrieval could turn the verdict. A bound, not a forecast: no retriever
finds everything, and questions whose documents are found may be the easier ones.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from eval.arms.modes import MODES
from eval.pipeline.run_config import RunConfig
from eval.records import Score
from eval.verdict.decision import Retriever
from eval.verdict.evidence import Evidence, gather
from eval.verdict.risk import without
from eval.verdict.rule import Ruling, apply_rule
from eval.verdict.shortfall import Action

RAG = "rag"
"""The strategy that better retrieval may lead to, and the plain mode that stands for it."""
ORACLE = "oracle"


def better_retrieval(
    evidence: Evidence, ruling: Ruling, scores: Sequence[Score], config: RunConfig
) -> Retriever | None:
    """What better passages would give, where they could turn the verdict to RAG; None where that is not shown."""
    mode = _reader(evidence)
    open_for_another_reason = ruling.turned or ruling.missing or ruling.bias_open
    if mode is None or open_for_another_reason or _enough(evidence, ruling):
        return None
    given = _handed(evidence, mode) if _scored(evidence, ORACLE) else _found(evidence, mode, scores, config)
    if given is None:
        return None
    then, now = given.estimates["knowledge"][mode].mean, evidence.estimates["knowledge"][mode].mean
    margin = config.dataset.decision.margin
    other = apply_rule(given, margin)
    if other.strategy != RAG or given.falls_short(other.mode or mode) or then - now < margin:
        return None
    by: Literal["oracle", "passages"] = "oracle" if _scored(evidence, ORACLE) else "passages"
    return Retriever(mode, by, now, then, f"rag tune {shlex.quote(config.dataset_path)}")


def _reader(evidence: Evidence) -> str | None:
    """The untuned mode that answers from passages in the oracle's prompt, or the best of its strategy."""
    mine = [m for m in evidence.modes if MODES[m].strategy == RAG]
    if "knowledge" not in evidence.targets or not mine:
        return None
    return RAG if RAG in mine else min(mine, key=evidence.shortfall)


def _scored(evidence: Evidence, mode: str) -> bool:
    return all(mode in modes for modes in evidence.estimates.values())


def _enough(evidence: Evidence, ruling: Ruling) -> bool:
    """True where a prompt or RAG wins that is shown to reach every target."""
    return ruling.mode is not None and ruling.strategy in ("prompt", RAG) and evidence.reaches(ruling.mode)


def _handed(evidence: Evidence, mode: str) -> Evidence | None:
    """The evidence with the oracle's scores in the place of the mode's; None where it is not shown to know more."""
    if evidence.lift("knowledge", mode, ORACLE).low <= 0:
        return None

    def called(name: str) -> str:
        return mode if name == ORACLE else "" if name == mode else name

    pairs = {
        (axis, called(i), called(j)): replace(c, control=called(i), treatment=called(j))
        for (axis, i, j), c in evidence.pairs.items() if called(i) and called(j)
    }  # fmt: skip
    tops = {(a, called(i), called(j)): v for (a, i, j), v in evidence.tops.items() if called(i) and called(j)}
    estimates = {a: {called(m): e for m, e in modes.items() if called(m)} for a, modes in evidence.estimates.items()}
    ceilings = {(a, called(m)): high for (a, m), high in evidence.ceilings.items() if called(m)}
    return replace(
        evidence, pairs=pairs, tops=tops, estimates=estimates, ceilings=ceilings, complete={}, bounds={}, bias_shifts={}
    )


def _found(evidence: Evidence, mode: str, scores: Sequence[Score], config: RunConfig) -> Evidence | None:
    """The evidence of the questions whose gold documents the mode was given; None where it was given all."""
    recall: Mapping[str, float] = {
        s.example_id: s.value for s in scores
        if s.axis == "retrieval" and s.mode == mode and s.metric == "recall" and s.value is not None
    }  # fmt: skip
    lost = {example for example, value in recall.items() if value < 1}
    if not lost or lost == set(recall):
        return None
    kept = without(gather([s for s in scores if s.example_id not in lost], config), evidence.too_risky)
    return replace(kept, complete={}, bounds={}, bias_shifts={}) if mode in kept.modes else None


def with_retriever(steps: Sequence[Action], found: Retriever | None) -> tuple[Action, ...]:
    """The steps, with the command that looks for a better retriever where none of them names it."""
    if found is None or any(step.cause == "retrieval" for step in steps):
        return tuple(steps)
    return (*steps, Action("retrieval", "better_retriever", {"command": found.command}))
