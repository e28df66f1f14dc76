"""The verdict in plain sentences, each with the figures that it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from eval.config import RunConfig
from eval.evidence import Evidence
from eval.modes import MODES
from eval.records import Comparison, Decision
from eval.rule import FEWEST, ORDER, Ruling

ADVICE: Mapping[str, str] = {
    "prompt": "improve the prompt; neither retrieval nor fine-tuning is shown to be worth its cost",
    "rag": "use retrieval (RAG); fine-tuning is not shown to be worth its cost on top",
    "ft": "fine-tune; retrieval is not shown to be worth its cost on top",
    "hybrid": "use both: retrieval for what the model needs to know, fine-tuning for how it needs to act",
}
NAMES: Mapping[str, str] = {"prompt": "a better prompt", "rag": "retrieval", "ft": "fine-tuning", "hybrid": "both"}
FEW = 100


def verdict_sentence(decision: Decision) -> str:
    """One sentence that says what to do, or between what the data set cannot decide."""
    if decision.strategy != "inconclusive":
        label = MODES[decision.mode].label if decision.mode else decision.strategy
        return f"{ADVICE[decision.strategy][0].upper()}{ADVICE[decision.strategy][1:]} ({label})."
    between = " or ".join(NAMES[c] for c in decision.candidates) or "nothing that was scored"
    more = f"; about {decision.questions_needed} questions would settle it" if decision.questions_needed else ""
    return f"Inconclusive: {between}{more}."


def reasons(evidence: Evidence, ruling: Ruling, config: RunConfig) -> Iterator[str]:
    """Why each cheaper candidate is not enough, why no dearer one is needed, or what stays open."""
    for loser, winner in ruling.beaten:
        lifts = [evidence.lift(axis, loser, winner) for axis in evidence.targets]
        yield f"{winner} beats {loser}: " + "; ".join(_on_axis(x) for x in lifts if x.low > 0) + "."
    for mode, change in evidence.forgot.items():
        yield f"{mode} is vetoed, it forgets too much: {_forgotten(evidence, mode, change, config)}."
    if ruling.mode is None and not ruling.open_between:
        groups = min((c.groups for c in evidence.comparisons() if c.axis in evidence.targets), default=0)
        yield f"Too few questions: {groups} independent groups on an axis, and a verdict needs {FEWEST}."
    for lift in ruling.open_between:
        yield f"Open: {lift.treatment} against {lift.control} on {lift.axis}, {_open(evidence, lift, config)}."
    if ruling.mode is None:
        return
    for axis, target in evidence.targets.items():
        e = evidence.estimates[axis][ruling.mode]
        reached = "reaches" if e.low >= target else "misses" if e.high < target else "may or may not reach"
        interval = f"{e.mean:.2f} [{e.low:.2f}, {e.high:.2f}], n={e.n}"
        yield f"{ruling.mode} {reached} the {axis} target of {target:g}: {interval}."
    for other in evidence.modes:
        if _dearer(other, ruling.mode) and not any(b[0] == other for b in ruling.beaten):
            lifts = [evidence.lift(axis, ruling.mode, other) for axis in evidence.targets]
            yield f"{other} is not needed: " + "; ".join(_on_axis(x) for x in lifts) + "."


def caveats(evidence: Evidence, ruling: Ruling, config: RunConfig) -> Iterator[str]:
    """What a careful reader should know before acting on the verdict."""
    for axis in ("knowledge", "style"):
        if axis not in evidence.targets:
            yield f"The {axis} axis was not scored; the verdict rests on the other alone."
    tried = {MODES[m].strategy for m in (*evidence.modes, *evidence.forgot)}
    missing = [s for s in ORDER if s not in tried]
    if missing:
        yield f"Not tried, so not ruled out: {', '.join(NAMES[s] for s in missing)}."
    smallest = min((e.n for modes in evidence.estimates.values() for e in modes.values()), default=0)
    if smallest < FEW:
        yield f"Only {smallest} questions on an axis; below {FEW}, intervals are wide."
    if config.limit:
        yield f"Run with --limit {config.limit}; the full test split decides more."
    dropped = sum(c.dropped for c in evidence.comparisons())
    if dropped:
        yield f"{dropped} paired scores were dropped because one side has none."
    if ruling.mode:
        for axis, target in evidence.targets.items():
            e = evidence.estimates[axis][ruling.mode]
            if e.low < target:
                yield f"The {axis} target of {target:g} is not shown to be reached ({e.mean:.2f})."


def _open(evidence: Evidence, lift: Comparison, config: RunConfig) -> str:
    """What is known of a lift, and what is not."""
    if not lift.n:
        return "no question is scored for both"
    margin = config.dataset.decision.margin
    doubts = []
    if lift.low <= 0:
        doubts.append("not shown above 0")
    elif lift.difference < margin:
        doubts.append(f"shown above 0, but estimated below the margin of {margin:g}")
    if lift.high >= 2 * margin:
        doubts.append(f"not shown below {2 * margin:g}")
    elif evidence.lift_at_most(lift.axis, lift.control, lift.treatment, 2) >= 2 * margin:
        doubts.append(f"not shown below {2 * margin:g} at the level for two modes of one strategy")
    own, target = evidence.estimates[lift.axis][lift.control], evidence.targets[lift.axis]
    if own.low < target <= own.high:
        doubts.append(f"and {lift.control} is shown neither at nor below the target of {target:g}")
    return f"{_figures(lift)}: {', '.join(doubts) or 'the other axis is worse'}"


def _forgotten(evidence: Evidence, mode: str, change: Comparison, config: RunConfig) -> str:
    before, after = evidence.retention["base"].mean, evidence.retention[mode].mean
    limit = config.dataset.retention.limit
    return f"retention {before:.2f} before, {after:.2f} after, {_figures(change)}; the limit is {limit:g}"


def _on_axis(lift: Comparison) -> str:
    return f"{lift.axis} {_figures(lift)}"


def _figures(lift: Comparison) -> str:
    return f"{lift.difference:+.2f} [{lift.low:+.2f}, {lift.high:+.2f}], n={lift.n}"


def _dearer(mode: str, than: str) -> bool:
    own, other = MODES[mode].strategy, MODES[than].strategy
    return own is not None and other is not None and ORDER.index(own) > ORDER.index(other)
