"""The phrases that all sentences share: shares, names of modes and verdicts, figures with their interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.arms.modes import MODES
from eval.records import Comparison, Estimate
from eval.strategies import STRATEGIES

DASH = "–"
"""Nothing, or not measured."""
NOTHING = "nothing good enough"
"""The verdict `none`."""
OTHERS: Mapping[str, str] = {"none": NOTHING, "inconclusive": "an open one"}
"""A verdict that is no strategy, as it stands in a sentence."""


def share(value: float) -> str:
    """A share in per cent, with one decimal where it has one: 0.975 -> `97.5 %`; what is above 0 is never 0."""
    if 0 < value < 0.0005:
        return "under 0.1 %"
    return f"{100 * value:.1f}".removesuffix(".0") + " %"


def seconds(value: float) -> str:
    """A duration: `0.31 s`, `45 s`, `12 min 5 s`; a dash for none."""
    if value <= 0:
        return DASH
    if value < 10:
        return f"{f'{value:.2f}'.rstrip('0').rstrip('.')} s"
    if value < 120:
        return f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def amount(value: float | None) -> str:
    """An amount with two decimals, or two digits where it is less than a tenth; a dash for nothing or not measured."""
    if not value:
        return DASH
    if value >= 0.1:
        return f"{value:,.2f}".replace(",", "\u202f")
    return f"{value:#.2g}" if value >= 1e-4 else "< 0.0001"


def label(mode: str) -> str:
    """A mode's name for people; a mode that is not registered keeps its own."""
    return MODES[mode].label if mode in MODES else mode


def outcome(verdict: str) -> str:
    """A verdict by its mechanism, as it stands in a sentence."""
    return OTHERS.get(verdict) or STRATEGIES[verdict].mechanism


def called(verdict: str) -> str:
    """A verdict as the best of what was tried; an open one by its key."""
    return STRATEGIES[verdict].alone if verdict in STRATEGIES else NOTHING if verdict == "none" else verdict


def wanting(estimates: Mapping[str, Estimate], targets: Mapping[str, float]) -> str:
    """What is there of each axis whose target the mean does not reach: `knowledge 5 % where 90 % is wanted`."""
    return " and ".join(
        f"{axis} {share(estimates[axis].mean)} where {share(target)} is wanted"
        for axis, target in targets.items() if axis in estimates and estimates[axis].mean < target
    )  # fmt: skip


def listed(numbers: Sequence[int]) -> str:
    """`100, 200, 300`."""
    return ", ".join(map(str, numbers))


def figures(lift: Comparison) -> str:
    """A difference with its interval: `+0.12 [+0.05, +0.19], n=200`."""
    return f"{lift.difference:+.2f} [{lift.low:+.2f}, {lift.high:+.2f}], n={lift.n}"
