"""How far a knowledge metric is known to be biased to short or long replies, and which modes that could favour.

Measured on TriviaQA answers of five systems that people marked (EVOUNA, 1,938 questions; `benchmarks/agreement.py`):
what a metric accepts less what people call right, in points, by the system's typical length in characters,

    length       9    57    71    74   300    error of a difference
    match     -2.6  -2.9  -2.4  -2.9  -1.5    0.5    most for the shorter of two 0.4, for the longer 1.4
    contains  -8.0  -7.6  -8.1  -7.8  -8.3    0.6    0.6 and 0.4
    exact      -10   -56   -86   -77   -90    1.1    80 and none
    f1          -2   -45   -75   -69   -89    1.2    87 and none

The largest of ten differences is partly luck, so this rather says too much than too little.

Metrics that people were not asked about are taken as they are, and so are modes whose replies are about as long.

A verdict stands where it is the same with all of this bias, either way. Its whole and luck at 95 % together would be
two bad cases at once, so a difference is held to 90 %; but to 94 % where the bias could have made it, between a cheaper
mode and one of several modes of a dearer strategy, for the better of several is the luckier. The error of the bias is
added to that of each difference. docs/evidence.md has what this errs were all of the bias true, and what it costs
where the metric is fair.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import NormalDist, median

from eval.arms.modes import MODES
from eval.records import Score
from eval.registry import Registry
from eval.verdict.evidence import Evidence
from eval.verdict.shifted import Shifts, blurred, moved

METRIC_BIASES: Registry[tuple[float, float]] = Registry("bias of a metric")
"""Metric -> by how much more it may say of short replies than of long ones, and of long ones than of short."""
METRIC_BIASES.add("match", (0.004, 0.014))
METRIC_BIASES.add("contains", (0.006, 0.004))
METRIC_BIASES.add("exact", (0.80, 0.0))
METRIC_BIASES.add("f1", (0.87, 0.0))
ERROR = 0.006
"""The standard error of the bias of `match` and `contains`, whose difference the intervals can feel."""
LEVELS = (0.90, 0.94)
"""Of the intervals by which a verdict is to stand, whatever of the bias is true; the second of a difference that the
bias could have made, between a cheaper mode and one of several of a dearer strategy."""
WHOLE = 4.0
"""Times as long as the shortest: from there on the whole of it is reckoned with, in between by the logarithm."""


def with_metric_bias(evidence: Evidence, scores: Sequence[Score]) -> Evidence:
    """The evidence with what its knowledge metric could favour; marks that correct it leave nothing of that."""
    metric = next((t.metric for t in evidence.tables if t.axis == "knowledge"), "")
    lengths = {m: length for m, length in typical_lengths(scores).items() if m in evidence.modes}
    shifts = {} if "knowledge" in evidence.corrected else bias_shifts(lengths, metric)
    return replace(evidence, bias_shifts=shifts, lengths=lengths)


def typical_lengths(scores: Sequence[Score]) -> dict[str, float]:
    """mode -> the median length of its replies in characters, where that is known."""
    found: dict[str, list[int]] = {}
    for s in scores:
        if s.axis == "knowledge" and s.primary and s.length is not None and s.value is not None:
            found.setdefault(s.mode, []).append(max(s.length, 1))
    return {mode: float(median(lengths)) for mode, lengths in found.items()}


def bias_shifts(lengths: Mapping[str, float], metric: str) -> dict[str, Shifts]:
    """`short` and `long` -> how the means would move, did the metric favour replies of that kind; empty if unknown."""
    known = METRIC_BIASES.get(metric)
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


def bias_removed(evidence: Evidence, shifts: Shifts) -> Evidence:
    """The evidence less so much of the bias, with the intervals by which a verdict must stand all the same."""
    order = {m: k for k, m in enumerate(MODES)}  # cheapest first
    chances = Counter(MODES[m].strategy for m in evidence.modes)
    had, *wanted = (NormalDist().inv_cdf((1 + share) / 2) for share in (0.95, *LEVELS))

    def reach(i: str, j: str) -> tuple[float, float]:
        cheap, dear = sorted((i, j), key=order.__getitem__)
        favoured = shifts.get(("knowledge", cheap), 0.0) > shifts.get(("knowledge", dear), 0.0)
        own = MODES[dear].strategy
        quantile = wanted[favoured and own != MODES[cheap].strategy and chances[own] > 1]
        return quantile / had, quantile * ERROR

    return blurred(moved(evidence, shifts, 1.0, 1.0), "knowledge", reach)
