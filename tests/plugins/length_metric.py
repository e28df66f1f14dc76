"""A plugin: a metric by which every reply is right that has an even number of letters."""

from __future__ import annotations

from collections.abc import Sequence

from eval.metrics.knowledge.metric import metric


@metric("even")
def even(given: str, answers: Sequence[str], question: str = "") -> float:
    return float(len(given) % 2 == 0)
