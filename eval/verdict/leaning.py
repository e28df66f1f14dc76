"""How far a knowledge metric is known to lean to short or long replies, and which modes that could favour.

Measured on TriviaQA answers of five systems that people marked (EVOUNA, 700 questions each; `benchmarks/agreement.py`):
what a metric accepts less what people call right, in points, by the system's typical length in characters,

    length       9    54    71    74   304
    match     -3.1  -3.9  -2.4  -4.3  -2.3      apart by 2.0, in no order of length
    contains  -9.4  -8.0  -8.7  -9.0  -9.0      apart by 1.4
    exact      -12   -54   -86   -76   -90      the longer, the less
    f1          -3   -43   -74   -69   -90

Metrics that people were not asked about are taken as they are, and so are modes whose replies are about as long.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median

from eval.records import Score
from eval.registry import Registry
from eval.verdict.evidence import Evidence
from eval.verdict.shifted import Shifts

LEANINGS: Registry[tuple[float, float]] = Registry("leaning of a metric")
"""Metric -> by how much more it may say of short replies than of long ones, and of long ones than of short."""
LEANINGS.add("match", (0.02, 0.02))
LEANINGS.add("contains", (0.014, 0.014))
LEANINGS.add("exact", (0.78, 0.0))
LEANINGS.add("f1", (0.87, 0.0))
WHOLE = 4.0
"""Times as long as the shortest: from there on the whole of it is reckoned with, in between by the logarithm."""


def with_leaning(evidence: Evidence, scores: Sequence[Score]) -> Evidence:
    """The evidence with what its knowledge metric could favour; marks that correct it leave nothing of that."""
    metric = next((t.metric for t in evidence.tables if t.axis == "knowledge"), "")
    lengths = {m: length for m, length in typical_lengths(scores).items() if m in evidence.modes}
    leaning = {} if "knowledge" in evidence.corrected else leanings(lengths, metric)
    return replace(evidence, leaning=leaning, lengths=lengths)


def typical_lengths(scores: Sequence[Score]) -> dict[str, float]:
    """mode -> the median length of its replies in characters, where that is known."""
    found: dict[str, list[int]] = {}
    for s in scores:
        if s.axis == "knowledge" and s.primary and s.length is not None and s.value is not None:
            found.setdefault(s.mode, []).append(max(s.length, 1))
    return {mode: float(median(lengths)) for mode, lengths in found.items()}


def leanings(lengths: Mapping[str, float], metric: str) -> dict[str, Shifts]:
    """`short` and `long` -> how the means would move, did the metric favour replies of that kind; empty if unknown."""
    known = LEANINGS.get(metric)
    if known is None or len(lengths) < 2:
        return {}
    least = min(lengths.values())
    away = {m: min(math.log(length / least) / math.log(WHOLE), 1.0) for m, length in lengths.items()}
    if not any(away.values()):
        return {}
    cases = {
        "short": {("knowledge", m): -known[0] * (1 - a) for m, a in away.items()},
        "long": {("knowledge", m): -known[1] * a for m, a in away.items()},
    }
    return {kind: shifts for kind, shifts in cases.items() if any(shifts.values())}
