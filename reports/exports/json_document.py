"""A run in one JSON document, for whatever reads runs without this package. Its schema: schema/summary.schema.json."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from eval.analysis.run_files import ArmCauses
from eval.files import read_json
from eval.records import Cost
from reports.run_folder import Run
from reports.sections import summary
from reports.sections.placement import place
from reports.text import sentences as words

VERSION = 2
"""Raised when a key changes its meaning or goes; new keys do not raise it."""


def document(run: Run) -> dict[str, Any]:
    """The verdict with all that it rests on; shares are in [0, 1], durations in seconds, what is not known is null."""
    placement = place(run.decision, run.comparisons, run.margin)
    config = run.config
    return {
        "schema": VERSION,
        "dataset": run.decision.dataset,
        "headline": words.headline(run),
        "decision": read_json(run.path / "decision.json"),
        "targets": {axis: run.target(axis) for axis in summary.axes(run)},
        "margin": run.margin,
        "questions": len(run.examples),
        "groups": summary.groups(run),
        "placement": {
            "context": asdict(placement.context) if placement.context else None,
            "llm": asdict(placement.llm) if placement.llm else None,
        },
        "comparisons": [asdict(c) for c in run.comparisons],
        "metrics": {axis: _metrics(run, axis) for axis in ("retrieval", "abstention")},
        "outcomes": {o.mode: {k: v for k, v in asdict(o).items() if k != "mode"} for o in summary.outcomes(run)},
        "failures": {mode: _failed(arm) for mode, arm in run.attribution.arms.items()},
        "costs": {mode: _cost(cost) for mode, cost in run.costs.items()},
        "next": words.next_steps(run),
        "settings": {
            "model": config.model, "embedder": config.embedder, "seed": config.seed, "seeds": config.seeds,
            "limit": config.limit,
        },
        "environment": dict(run.environment.facts),
    }  # fmt: skip


def _metrics(run: Run, axis: str) -> dict[str, dict[str, Any]]:
    """mode -> metric -> estimate."""
    table = summary.metric_table(run, axis)
    return {
        mode: {metric: asdict(e) for metric, e in zip(table.metrics, cells, strict=True) if e}
        for mode, cells in table.rows
    }


def _failed(arm: ArmCauses) -> dict[str, Any]:
    return {"n": arm.n, "failed": arm.failed, "causes": {name: c.count for name, c in arm.causes.items()}}


def _cost(cost: Cost) -> dict[str, Any]:
    """Without the curves, which the run's own costs.json holds."""
    return {key: value for key, value in asdict(cost).items() if key not in ("mode", "extra")}
