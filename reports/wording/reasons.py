"""Why the verdict is what it is: a sentence for each mode that is beaten, vetoed, not needed or still open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from eval.arms.modes import MODES
from eval.pipeline.run_config import RunConfig
from eval.records import Comparison
from eval.verdict.decision import Risk
from eval.verdict.evidence import Evidence
from eval.verdict.metric_bias import METRIC_BIASES
from eval.verdict.rule import FEWEST, ORDER, Ruling, compared, independent, lifted, strategy
from reports.wording.phrases import figures, label, outcome, share


def vetoes(risky: Mapping[str, Risk], limit: float | None) -> Iterator[str]:
    """Why each of these modes is no candidate."""
    for mode, found in risky.items():
        e = found.wrong
        yield (
            f"{label(mode)} is vetoed, it answers wrongly and with confidence too often: {share(e.mean)} "
            f"[{share(e.low)}, {share(e.high)}], n={e.n}; the limit is {share(limit or 0.0)}."
        )


def reasons(evidence: Evidence, ruling: Ruling, config: RunConfig) -> Iterator[str]:
    """Why each cheaper candidate is not enough, why no dearer one is needed, or what stays open."""
    for loser, winner in ruling.beaten:
        lifts = [evidence.lift(axis, loser, winner) for axis in evidence.targets]
        yield (
            f"{label(winner)} beats {label(loser)}: "
            + "; ".join(_on_axis(x) for x in lifts if lifted(evidence, x.axis, loser, winner))
            + "."
        )
    for mode, change in evidence.forgot.items():
        yield f"{label(mode)} is vetoed, it forgets too much: {_forgotten(evidence, mode, change, config)}."
    for mode, seen in evidence.left_out.items():
        yield f"{label(mode)} is left out, its adapter did not learn: {seen}."
    yield from _what_keeps_it_open(evidence, ruling, config)
    if ruling.bias_open or ruling.mode is None:
        return
    yield from _against_targets(evidence, ruling, ruling.mode)
    stands = ruling.prompt or ruling.mode
    for other in evidence.modes:
        if _dearer(other, stands) and not any(b[0] == other for b in ruling.beaten):
            lifts = [evidence.lift(axis, stands, other) for axis in evidence.targets]
            over = f"{label(other)} is not shown to be worth its cost over {label(stands)}"
            yield (
                f"{over if ruling.strategy == 'none' else f'{label(other)} is not needed'}: "
                + "; ".join(_on_axis(x) for x in lifts)
                + "."
            )


def _what_keeps_it_open(evidence: Evidence, ruling: Ruling, config: RunConfig) -> Iterator[str]:
    """Missing scores, cut replies, the metric's bias, too few questions, and pairs that are not told apart."""
    for mode in ruling.missing:
        yield (
            f"Open: {label(mode)} has no score of {share(evidence.missing[mode])} of the questions; by the others the "
            f"verdict is {outcome(ruling.as_scored or '')}, and with these all right or all wrong it may be another."
        )
    for modes, turned in ruling.turned.items():
        cut = ", ".join(f"{label(mode)} ({share(evidence.cut[mode])})" for mode in modes)
        yield (
            f"Open: with the cut replies of {cut} counted as right, the verdict is {outcome(turned)}; as they are "
            f"scored, it is {outcome(ruling.as_scored or turned)}."
        )
    if ruling.bias_open:
        lengths = ", ".join(f"{label(mode)} {length:.0f}" for mode, length in evidence.lengths.items())
        metric = config.dataset.knowledge.metric
        points = 100 * (METRIC_BIASES.get(metric) or (0.0, 0.0))[ruling.bias_open == "long"]
        yield (
            f"Open: by the metric as it is, the verdict is {outcome(ruling.as_scored or '')}; {metric} may favour "
            f"{ruling.bias_open} replies by {points:.2g} points against people (typical length in characters: "
            f"{lengths}), and then it is another."
        )
        return
    if ruling.mode is None and not ruling.open_between and not ruling.turned and not ruling.missing:
        groups = min((independent(c) for c in compared(evidence)), default=0.0)
        if not groups:
            yield (
                "No comparison: "
                + (f"{' and '.join(map(label, evidence.modes))} alone" if evidence.modes else "no mode")
                + (" was scored, and a verdict compares.")
            )
            return
        yield f"Too few questions: {groups:.3g} independent groups on an axis, and a verdict needs {FEWEST}."
    for lift in ruling.open_between:
        pair = f"{label(lift.treatment)} against {label(lift.control)} on {lift.axis}"
        yield f"Open: {pair}, {_open(evidence, lift, config)}."


def _against_targets(evidence: Evidence, ruling: Ruling, chosen: str) -> Iterator[str]:
    """How the verdict's mode, and the prompt that it is put beside, stand to each target."""
    for mode in dict.fromkeys((chosen, ruling.prompt or chosen)):
        for axis, target in evidence.targets.items():
            e = evidence.estimates[axis][mode]
            reached = (
                "reaches"
                if e.low >= target
                else "misses"
                if evidence.below_target(axis, mode)
                else "may or may not reach"
            )
            interval = f"{e.mean:.2f} [{e.low:.2f}, {e.high:.2f}], n={e.n}"
            yield f"{label(mode)} {reached} the {axis} target of {target:g}: {interval}."


def _open(evidence: Evidence, lift: Comparison, config: RunConfig) -> str:
    """What is known of a lift, and what is not."""
    if not lift.n:
        return "no question is scored for both"
    margin = config.dataset.decision.margin
    alike = max(sum(strategy(m) == strategy(lift.control) for m in evidence.modes), 2)
    doubts = []
    if lift.low <= 0:
        doubts.append("not shown above 0")
    elif not lifted(evidence, lift.axis, lift.control, lift.treatment):
        doubts.append(f"not shown above 0 at the level for two axes that {label(lift.control)} is not shown to reach")
    elif lift.difference < margin:
        doubts.append(f"shown above 0, but estimated below the margin of {margin:g}")
    if lift.high >= 2 * margin:
        doubts.append(f"not shown below {2 * margin:g}")
    elif evidence.lift_at_most(lift.axis, lift.control, lift.treatment, alike) >= 2 * margin:
        several = "two" if alike == 2 else f"{alike}"
        doubts.append(f"not shown below {2 * margin:g} at the level for {several} modes of one strategy")
    own, target = evidence.estimates[lift.axis][lift.control], evidence.targets[lift.axis]
    if own.low < target <= own.high:
        doubts.append(f"and {label(lift.control)} is shown neither at nor below the target of {target:g}")
    return f"{figures(lift)}: {', '.join(doubts) or 'the other axis is worse'}"


def _forgotten(evidence: Evidence, mode: str, change: Comparison, config: RunConfig) -> str:
    before, after = evidence.retention["base"].mean, evidence.retention[mode].mean
    limit = config.dataset.retention.limit
    return f"retention {before:.2f} before, {after:.2f} after, {figures(change)}; the limit is {limit:g}"


def _on_axis(lift: Comparison) -> str:
    return f"{lift.axis} {figures(lift)}"


def _dearer(mode: str, than: str) -> bool:
    own, other = MODES[mode].strategy, MODES[than].strategy
    return own is not None and other is not None and ORDER.index(own) > ORDER.index(other)
