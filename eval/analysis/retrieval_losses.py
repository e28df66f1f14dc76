"""Is it the retriever? Where what a failed question needs was lost, from a run's files alone. No model, no torch.

Each failed question of an arm is lost at the first of these stages that holds: its answer is in no document, in no
chunk whole, not among the passages that were looked through, among them but not in the prompt, in the prompt and not
used. The share of a stage is the most that its repair can give: a question that gets its passage may still go wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from eval.arms.modes import MODES
from eval.metrics.retrieval import tells
from eval.records import PASS, Example, Prediction, Score
from eval.stats.intervals import mean_intervals

REACH = "reach.json"
"""In the run folder: what `rag.reach` found."""
LOSSES = "ladder.json"
"""In the run folder: what `retrieval_losses` returns."""

STAGES = ("not_in_corpus", "in_no_chunk", "not_found", "not_in_prompt", "not_used")
"""Where a question can be lost, in the order in which it is asked."""


def retrieval_losses(
    examples: Sequence[Example],
    scores: Sequence[Score],
    predictions: Mapping[str, Mapping[str, Prediction]],
    reach: Any,
) -> dict[str, Any]:
    """{depth, arms: {mode: {n, failed, rungs}}} of all modes that retrieve; shares with intervals over groups."""
    known = reach["questions"]
    right = {
        (s.mode, s.example_id): s.value >= PASS
        for s in scores if s.axis == "knowledge" and s.primary and s.value is not None
    }  # fmt: skip
    arms = {}
    for mode, replies in predictions.items():
        spec = MODES.get(mode)
        if spec is None or not spec.retrieves or mode in ("oracle", "full"):
            continue
        asked = [e for e in examples if e.id in known and e.id in replies and (mode, e.id) in right]
        if asked:
            arms[mode] = _arm(asked, [_stage(e, known[e.id], right[mode, e.id], replies[e.id]) for e in asked])
    return {"depth": reach["depth"], "arms": arms}


def _stage(example: Example, known: Mapping[str, Any], right: bool, reply: Prediction) -> str | None:
    if right:
        return None
    if not known["corpus"]:
        return "not_in_corpus"
    if not known["chunk"]:
        return "in_no_chunk"
    if _given(example, known["literal"], reply):
        return "not_used"
    return "not_found" if known["rank"] is None else "not_in_prompt"


def _given(example: Example, literal: bool, reply: Prediction) -> bool:
    """Whether the prompt held what the question needs."""
    own = [p for p in reply.passages if not example.documents or p.document in example.documents]
    return any(tells(p.text, example.answers) for p in own) if literal else bool(own)


def _arm(asked: Sequence[Example], found: Sequence[str | None]) -> dict[str, Any]:
    groups = [e.group or e.id for e in asked]
    columns = np.array([[float(stage == name) for name in STAGES] for stage in found])
    spans = mean_intervals(columns, groups)
    rungs = {
        name: {"count": int(columns[:, i].sum()), "of_all": span.figures() if span else None}
        for i, (name, span) in enumerate(zip(STAGES, spans, strict=True)) if columns[:, i].any()
    }  # fmt: skip
    return {"n": len(asked), "failed": sum(stage is not None for stage in found), "rungs": rungs}
