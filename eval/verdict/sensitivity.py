"""How firm the verdict is: over which targets and margins the same scores give the same strategy. No model, no torch.

The intervals do not depend on targets or margin, so the rule alone runs again, over a grid of 0.01.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from eval.pipeline.run_config import RunConfig
from eval.records import Score
from eval.verdict.evidence import Evidence, gather
from eval.verdict.metric_bias import with_metric_bias
from eval.verdict.risk import measure, too_risky, without
from eval.verdict.rule import Ruling, apply_rule
from reports.wording.sensitivity_sentence import sensitivity_sentence, verdict_key

TARGETS = tuple(i / 100 for i in range(101))
MARGINS = tuple(i / 100 for i in range(1, 21))


@dataclass(frozen=True, slots=True)
class Segment:
    """Neighbouring grid values, both ends included, that give one strategy."""

    low: float
    high: float
    strategy: str
    candidates: tuple[str, ...]
    """The strategies still possible, where the strategy is `inconclusive`; else the strategy alone."""

    @property
    def verdict(self) -> tuple[str, tuple[str, ...]]:
        """The strategy, and those still possible."""
        return self.strategy, self.candidates


def sensitivity(scores: Sequence[Score], config: RunConfig) -> dict[str, Any]:
    """What sensitivity.json holds: for each target and the margin, the segments, the one that holds, and the words."""
    evidence = gather(scores, config)
    evidence = without(evidence, too_risky(evidence, measure(scores, config), config.dataset.risk.limit))
    evidence = with_metric_bias(evidence, scores)
    margin = config.dataset.decision.margin
    ruling = apply_rule(evidence, margin)
    swept = [
        _entry(f"{axis} target", target, _sweep(lambda t, a=axis: apply_rule(_with(evidence, a, t), margin),  # type: ignore[misc]
                                                (*TARGETS, target)))
        for axis, target in evidence.targets.items()
    ]  # fmt: skip
    swept.append(_entry("margin", margin, _sweep(lambda m: apply_rule(evidence, m), (*MARGINS, margin))))
    return {
        "strategy": ruling.strategy,
        "candidates": list(ruling.candidates),
        "parameters": swept,
    }


def _with(evidence: Evidence, axis: str, target: float) -> Evidence:
    targets: Mapping[str, float] = {**evidence.targets, axis: target}
    complete = {modes: _with(other, axis, target) for modes, other in evidence.complete.items()}
    bounds = {key: _with(other, axis, target) for key, other in evidence.bounds.items()}
    return replace(evidence, targets=targets, complete=complete, bounds=bounds)


def _sweep(rule: Callable[[float], Ruling], values: Sequence[float]) -> list[Segment]:
    """The rule at each value, neighbours with one strategy and the same candidates joined."""
    segments: list[Segment] = []
    for value in sorted(set(values)):
        ruling = rule(value)
        last = segments[-1] if segments else None
        if last and (last.strategy, last.candidates) == (ruling.strategy, ruling.candidates):
            segments[-1] = replace(last, high=value)
        else:
            segments.append(Segment(value, value, ruling.strategy, ruling.candidates))
    return segments


def _entry(name: str, value: float, segments: Sequence[Segment]) -> dict[str, Any]:
    """One parameter: the segments, and the widest run around the set value in which the strategy stays the same."""
    here = next(i for i, s in enumerate(segments) if s.low <= value <= s.high)
    first = last = here
    while first > 0 and segments[first - 1].strategy == segments[here].strategy:
        first -= 1
    while last + 1 < len(segments) and segments[last + 1].strategy == segments[here].strategy:
        last += 1
    below = segments[first - 1] if first else None
    above = segments[last + 1] if last + 1 < len(segments) else None
    return {
        "name": name,
        "value": value,
        "low": segments[first].low,
        "high": segments[last].high,
        "grid": [segments[0].low, segments[-1].high],
        "below": verdict_key(*below.verdict) if below else None,
        "above": verdict_key(*above.verdict) if above else None,
        "words": sensitivity_sentence(
            name,
            value,
            segments[here].strategy,
            (segments[first].low, segments[last].high),
            below.verdict if below else None,
            above.verdict if above else None,
        ),
        "segments": [
            {"low": s.low, "high": s.high, "strategy": s.strategy, "candidates": list(s.candidates)} for s in segments
        ],
    }
