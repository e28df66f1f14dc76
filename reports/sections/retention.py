"""What tuning did to what the base model could do, as rows. It reads side_effects.json."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reports.run_folder import Run, in_order
from reports.sections.costs import NONE
from reports.text.sentences import column, column_points

NAMES: Mapping[str, str] = {
    "choice": "multiple choice, right",
    "pairs": "sentence pairs, the good one likelier",
    "prose": "prose, perplexity",
    "refusal": "refuses what it should",
    "drift": "drift from the base model",
}


@dataclass(frozen=True, slots=True)
class RetentionRow:
    """One metric in one mode, as shown."""

    metric: str
    mode: str
    mean: str
    mean_interval: str
    change: str
    """The paired change from base; of prose, the ratio of the perplexities."""
    change_interval: str
    n: str


def rows(run: Run) -> list[RetentionRow]:
    """One row for each metric and mode that have scores; empty where retention was not measured."""
    found = run.side_effects.get("retention", {})
    return [_row(metric, mode, found[metric][mode]) for metric in found for mode in in_order(found[metric])]


def _row(metric: str, mode: str, found: Mapping[str, Any]) -> RetentionRow:
    mean, change = found["mean"], found["change"]
    show: Callable[[float], str]
    lift: Callable[[float], str]
    if metric == "prose":
        show, lift = _perplexity, _ratio
    elif metric == "drift":
        show, lift = _plain, _plain_change
    else:
        show, lift = column, column_points
    # A perplexity falls as the log-likelihood rises, so its interval turns round.
    ends = ("high", "low") if metric == "prose" else ("low", "high")
    return RetentionRow(
        metric=NAMES.get(metric, metric.replace("_", " ")),
        mode=mode,
        mean=NONE if mean is None else show(mean["mean"]),
        mean_interval=NONE if mean is None else f"{show(mean[ends[0]])} to {show(mean[ends[1]])}",
        change=NONE if change is None else lift(change["mean"]),
        change_interval=NONE if change is None else f"{lift(change[ends[0]])} to {lift(change[ends[1]])}",
        n=NONE if mean is None else str(mean["n"]),
    )


def _perplexity(nats: float) -> str:
    """exp of minus the mean log-likelihood per token."""
    return f"{math.exp(min(-nats, 700.0)):.4g}"


def _ratio(nats: float) -> str:
    return f"× {math.exp(min(-nats, 700.0)):.3g}"


def _plain(value: float) -> str:
    return f"{value:.3g}"


def _plain_change(value: float) -> str:
    return f"{value:+.3g}"
