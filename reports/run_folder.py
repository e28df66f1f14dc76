"""A run folder, read whole: what every page is made from. Nothing here computes a score or a verdict."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from eval.analysis.money_files import Economics, Utility
from eval.analysis.run_files import (
    Attribution,
    DataChecks,
    Environment,
    Judgement,
    LearnedStyle,
    RetrievalLosses,
    Segments,
    Sensitivity,
    SideEffects,
    read_analysis,
    read_environment,
)
from eval.arms.modes import MODES
from eval.errors import UserError
from eval.files import read_json
from eval.pipeline.run_config import RunConfig, read_run_config
from eval.records import Comparison, Cost, Example, Prediction, Record, Score, from_dict, read_records
from eval.verdict.decision import Decision, decision_from_dict
from eval.verdict.scores_file import read_scores
from reports.wording.phrases import label

__all__ = ["Run", "in_order", "label", "read_run", "strategy"]

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Run:
    """The files of one run folder as records."""

    path: Path
    config: RunConfig
    environment: Environment
    examples: tuple[Example, ...]
    predictions: Mapping[str, Mapping[str, Prediction]]
    """mode -> example id -> prediction; modes in the order in which they are shown."""
    scores: tuple[Score, ...]
    comparisons: tuple[Comparison, ...]
    decision: Decision
    costs: Mapping[str, Cost]
    attribution: Attribution = field(default_factory=Attribution)
    economics: Economics = field(default_factory=Economics)
    sensitivity: Sensitivity = field(default_factory=Sensitivity)
    segments: Segments = field(default_factory=Segments)
    utility: Utility = field(default_factory=Utility)
    side_effects: SideEffects = field(default_factory=SideEffects)
    losses: RetrievalLosses = field(default_factory=RetrievalLosses)
    """What eval.analysis.analyse wrote; empty where it did not run."""
    checks: DataChecks = field(default_factory=DataChecks)
    """What the checks of the data set found; empty where they did not run."""
    style: Mapping[str, LearnedStyle] = field(default_factory=dict)
    """Style check that learns -> what is to know about it; empty where none has learnt."""
    judge: Judgement | None = None
    """None where there was no judge and nobody marked replies."""

    @property
    def modes(self) -> tuple[str, ...]:
        """Every mode that replied, candidates in order of what they cost to own, unknown ones last."""
        return tuple(self.predictions)

    @property
    def margin(self) -> float:
        """The smallest lift worth a further mechanism."""
        return self.config.dataset.decision.margin

    def target(self, axis: str) -> float | None:
        """What the data set asks for on an axis; None for an axis without a target."""
        targets = {"knowledge": self.config.dataset.knowledge.target, "style": self.config.dataset.style.target}
        return targets.get(axis)


def read_run(path: Path) -> Run:
    """Read a run folder; raises UserError that names what is missing or unreadable."""
    if not path.is_dir():
        raise UserError(f"{path}: no such run folder; make one with: evaluate")
    predictions = _read_predictions(path / "predictions")
    return Run(
        path=path,
        config=_read(path / "config.yaml", read_run_config),
        environment=_read(path / "environment.json", read_environment),
        examples=tuple(_read(path / "examples.jsonl", lambda p: read_records(p, Example))),
        predictions={name: predictions[name] for name in in_order(predictions)},
        # The predictions hold the replies of the first seed alone.
        scores=tuple(s for s in _read(path / "scores.jsonl", lambda p: read_scores(p, any_mode=True)) if s.seed == 0),
        comparisons=tuple(_read(path / "comparisons.json", lambda p: _list(p, Comparison))),
        decision=_read(path / "decision.json", lambda p: decision_from_dict(_mapping(p))),
        costs={cost.mode: cost for cost in _read(path / "costs.json", lambda p: _list(p, Cost))},
        attribution=_optional(path / "attribution.json", Attribution) or Attribution(),
        economics=_optional(path / "economics.json", Economics) or Economics(),
        segments=_optional(path / "segments.json", Segments) or Segments(),
        utility=_optional(path / "utility.json", Utility) or Utility(),
        sensitivity=_optional(path / "sensitivity.json", Sensitivity) or Sensitivity(),
        side_effects=_optional(path / "side_effects.json", SideEffects) or SideEffects(),
        losses=_optional(path / "ladder.json", RetrievalLosses) or RetrievalLosses(),
        checks=_optional(path / "checks.json", DataChecks) or DataChecks(),
        style=_optional(path / "style.json", dict[str, LearnedStyle]) or {},
        judge=_optional(path / "judge.json", Judgement),
    )


def in_order(modes: Mapping[str, object]) -> list[str]:
    """Mode names as they are shown: the registered order, then unknown ones by name."""
    known = [name for name in MODES if name in modes]
    return known + sorted(set(modes) - set(known))


def strategy(mode: str) -> str:
    """The strategy a mode stands for, or `diagnosis` for one that is never recommended."""
    return (MODES[mode].strategy or "diagnosis") if mode in MODES else "diagnosis"


def _read(path: Path, reader: Callable[[Path], Value]) -> Value:
    if not path.is_file():
        raise UserError(f"{path}: no such file; the run is not complete, finish it with: evaluate")
    try:
        return reader(path)
    except UserError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f"{path}: cannot be read ({_one_line(error)}); make it again with: evaluate") from None


def _optional(path: Path, kind: type[Value]) -> Value | None:
    """A file as a record; None where the run has no such file."""
    return _read(path, lambda p: read_analysis(p, kind)) if path.is_file() else None


def _read_predictions(folder: Path) -> dict[str, dict[str, Prediction]]:
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise UserError(f"{folder}: no predictions; the run is not complete, finish it with: evaluate")
    return {f.stem: {p.id: p for p in _read(f, lambda path: read_records(path, Prediction))} for f in files}


def _mapping(path: Path) -> Mapping[str, Any]:
    data = read_json(path)
    if not isinstance(data, dict):
        raise ValueError(f"expected a JSON object, found {type(data).__name__}")
    return data


def _list(path: Path, kind: type[Record]) -> list[Record]:
    return [from_dict(kind, item) for item in read_json(path)]


def _one_line(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"bad JSON at line {error.lineno}, column {error.colno}"
    if isinstance(error, KeyError):
        return f"the key {error} is missing"
    return " ".join(str(error).split())
