"""What a reader needs first, in plain words: how sure the verdict is, and at most three reasons for it."""

from __future__ import annotations

from dataclasses import dataclass

from eval.arms.modes import MODES
from eval.records import Comparison, Estimate
from reports.run_folder import Run, label, strategy
from reports.sections.placement import Lift, Placement
from reports.sections.summary import arms, axes, groups
from reports.text.sentences import percent, points

SAID = {"knowledge": "knowledge", "style": "style"}
GIVES = {
    ("context", "knowledge"): "Retrieval supplies what the model must know.",
    ("context", "style"): "Retrieval shows the model how it must act.",
    ("llm", "style"): "Tuning teaches the model how it must act.",
    ("llm", "knowledge"): "Tuning teaches the model to use what it knows.",
}
MECHANISMS = {"context": "Retrieval", "llm": "Fine-tuning"}


@dataclass(frozen=True, slots=True)
class Reason:
    """A claim in a few words, and the figures that show it."""

    claim: str
    proof: str


def whole(value: float) -> str:
    """A share in whole per cent, for prose."""
    return percent(value, 0)


def is_missed(run: Run, estimate: Estimate, target: float) -> bool:
    """Whether the verdict's mode is shown to miss a target; never where the decision says that this is not shown."""
    return estimate.high < target and run.decision.fit != "not_shown"


def basis(run: Run) -> str:
    """On what the verdict stands, in one line."""
    asked, apart = len(run.examples), groups(run)
    asked_of = f"{asked} questions" if asked == apart else f"{asked} questions in {apart} independent groups"
    sure = "Settled by 95\u00a0% intervals" if run.decision.strategy != "inconclusive" else "Measured"
    arms_ = {1: "one mode", 2: "both modes"}.get(len(run.modes), f"all {len(run.modes)} modes")
    return f"{sure} on {asked_of}, each put to {arms_}."


def reasons(run: Run, placement: Placement) -> list[Reason]:
    """At most three reasons; the figures of the rule itself stand in decision.json and further down the page."""
    if run.decision.mode is None:
        return _open(run)
    possible = [name for name in MECHANISMS if name != "context" or run.config.corpus]
    if run.decision.strategy == "none":
        return [*_nearest(run), *(_not_needed(run, name) for name in possible)]
    lifts = {"context": placement.context, "llm": placement.llm}
    needed = [name for name in MECHANISMS if run.decision.quadrant.get(name)]
    found = [_needed(run, name, lift) for name in needed if (lift := lifts[name])]
    rest = [_not_needed(run, name) for name in possible if name not in needed]
    return [*found, *_targets(run, bool(needed)), *rest][:3]


def _nearest(run: Run) -> list[Reason]:
    """How far the best mode is from its targets."""
    mode = run.decision.mode or ""
    known = {a: (e, t) for a in axes(run) if (e := _stands(run, a)) and (t := run.target(a)) is not None}
    missed = {a: (e, t) for a, (e, t) in known.items() if e.mean < t}
    said = " and ".join(
        f"{SAID[a]} is right in {whole(e.mean)} ({100 * e.low:.0f} to {whole(e.high)}) where {whole(t)} is wanted"
        for a, (e, t) in missed.items()
    )
    return [Reason(f"{label(mode)} comes nearest, and is not good enough.", f"{said[:1].upper()}{said[1:]}.")]


def reference(run: Run) -> str:
    """The mode that mechanisms are held against: the verdict's own, or the prompt that comes nearest to its targets."""
    mode = run.decision.mode or ""
    prompts = [m for m in _candidates(run) if strategy(m) == "prompt"]
    if run.decision.strategy != "none" or not prompts or strategy(mode) == "prompt":
        return mode
    return min(prompts, key=lambda m: _shortfall(run, m))


def _shortfall(run: Run, mode: str) -> float:
    """How far a mode's means lie below the targets, as the rule has it."""
    known = [(e.mean, t) for a in axes(run) if (e := dict(arms(run, a)).get(mode)) and (t := run.target(a)) is not None]
    return sum(max(0.0, target - mean) for mean, target in known)


def _needed(run: Run, name: str, lift: Lift) -> Reason:
    with_, without = run.decision.axes[lift.axis][lift.treatment], run.decision.axes[lift.axis][lift.control]
    proof = (
        f"{SAID[lift.axis].capitalize()} is right in {whole(with_.mean)} of replies with it ({label(lift.treatment)}), "
        f"in {whole(without.mean)} without ({label(lift.control)})."
    )
    return Reason(GIVES[name, lift.axis], proof)


def _targets(run: Run, mechanism: bool) -> list[Reason]:
    """Whether what is recommended is good enough."""
    found = {axis: (_stands(run, axis), run.target(axis)) for axis in axes(run)}
    known = {axis: (e, t) for axis, (e, t) in found.items() if e is not None and t is not None}
    if not known or run.decision.mode is None:
        return []
    missed = sorted(
        (axis for axis, (e, t) in known.items() if e.low < t), key=lambda a: known[a][0].high >= known[a][1]
    )
    if missed:
        axis = missed[0]
        e, t = known[axis]
        shown = "is below" if is_missed(run, e, t) else "is not shown to reach"
        claim = f"It is the best here, but {SAID[axis]} {shown} the target."
        return [Reason(claim, f"{whole(e.mean)} right ({100 * e.low:.0f} to {whole(e.high)}), {whole(t)} wanted.")]
    risk, limit = run.decision.risk.get(run.decision.mode), run.decision.risk_limit
    if risk and limit is not None and risk.wrong.high > limit:
        shown = "is" if risk.floor > limit else "may be"
        e, claim = risk.wrong, f"It reaches the targets, but {shown} wrong with confidence too often."
        proof = f"{whole(e.mean)} of questions ({100 * e.low:.0f} to {whole(e.high)}), and {whole(limit)} is the limit."
        return [Reason(claim, proof)]
    claim = "It is good enough." if mechanism else "The prompt alone is good enough."
    said = " and ".join(f"{SAID[a]} {whole(e.mean)} (target {whole(t)})" for a, (e, t) in known.items())
    return [Reason(claim, f"{label(run.decision.mode)} reaches {said}.")]


def _not_needed(run: Run, name: str) -> Reason:
    """Why a mechanism is left out: what it would add to the verdict's mode."""
    mechanism, mode = MECHANISMS[name], reference(run)
    rivals = [m for m in _candidates(run) if _adds(name, mode, m)]
    if not rivals:
        tried = [m for m in _candidates(run) if _has(m)[name]]
        if tried:
            return Reason(f"{mechanism} on top of it was not tried.", f"{label(tried[0])} ran without it.")
        return Reason(f"{mechanism} was not tried.", "This run says nothing about it.")
    lost = [m for m in rivals if m in run.decision.left_out]
    if len(lost) == len(rivals):
        return Reason(f"{mechanism} is not ruled out.", f"{label(lost[0])}: {run.decision.left_out[lost[0]]}.")
    rivals = [m for m in rivals if m not in lost]
    first = "knowledge" if "knowledge" in axes(run) else axes(run)[0]
    rival = max(rivals, key=lambda m: run.decision.axes[first][m].mean if m in run.decision.axes[first] else -1.0)
    lifts = [
        f"{SAID[axis]} by {points(c)} points" for axis in axes(run) if (c := _lift(run, axis, mode, rival)) is not None
    ]
    if run.decision.strategy == "none":
        claim = f"{mechanism} is not shown to be worth its cost."
        return Reason(claim, f"{label(rival)} moves {' and '.join(lifts)} from {label(mode)}.")
    met = all((e := _stands(run, axis)) and (t := run.target(axis)) is not None and e.low >= t for axis in axes(run))
    enough = "but the targets are reached without it" if met else "less than what is worth a mechanism here"
    return Reason(f"{mechanism} is not needed.", f"{label(rival)} would move {' and '.join(lifts)}, {enough}.")


def _adds(name: str, mode: str, rival: str) -> bool:
    """True when the rival has what the verdict's mode lacks, and is alike in the other mechanism."""
    own, others = _has(mode), _has(rival)
    other = "llm" if name == "context" else "context"
    return others[name] and not own[name] and own[other] == others[other]


def _has(mode: str) -> dict[str, bool]:
    """Which mechanisms a mode takes."""
    return {"context": MODES[mode].retrieves, "llm": MODES[mode].adapter is not None}


def _open(run: Run) -> list[Reason]:
    """Which comparisons between the strategies that are left do not tell, the widest first."""
    left = [m for m in _candidates(run) if strategy(m) in run.decision.candidates and m not in run.decision.left_out]
    cut = _cut(run)
    found = [
        c for c in run.comparisons
        if c.axis in axes(run) and {c.control, c.treatment} <= set(left)
        and strategy(c.control) != strategy(c.treatment) and _matters(run, c)
    ]  # fmt: skip
    return [*cut, *(_untold(run, c) for c in sorted(found, key=lambda c: c.low - c.high))][:3]


def _cut(run: Run) -> list[Reason]:
    """Why the length limit keeps the verdict open; nothing where it does not."""
    if not run.decision.cut_open:
        return []
    shares = ", ".join(f"{label(m)} {percent(run.decision.cut[m])}" for m in run.decision.cut_open)
    claim = "Replies were cut at the length limit."
    return [Reason(claim, f"{shares} of the replies: were these right, the verdict would be another.")]


def _matters(run: Run, c: Comparison) -> bool:
    """False when the cheaper mode is shown good enough on the axis, shown too poor, or no lift that counts is left."""
    e, target = run.decision.axes[c.axis][c.control], run.target(c.axis)
    enough = target is not None and e.low >= target
    settled = c.low > 0 and target is not None and e.high < target
    return not enough and not settled and c.high >= 2 * run.margin


def _untold(run: Run, c: Comparison) -> Reason:
    better, other, e = label(c.treatment), label(c.control), run.decision.axes[c.axis][c.control]
    said = f"{points(round(c.low, 2))} to {points(round(c.high, 2))} points"
    target = run.target(c.axis)
    if c.low <= 0 or target is None:
        return Reason(f"{better} or {other}?", f"They may differ in {SAID[c.axis]} by {said} (n\u00a0=\u00a0{c.n}).")
    reach = f"{whole(e.mean)} right ({100 * e.low:.0f} to {whole(e.high)}), and {whole(target)} is wanted"
    return Reason(
        f"{better} is better, but {other} may be good enough.", f"By {said} of {SAID[c.axis]}; {other} has {reach}."
    )


def _stands(run: Run, axis: str) -> Estimate | None:
    return dict(arms(run, axis)).get(run.decision.mode or "")


def _candidates(run: Run) -> list[str]:
    return [m for m in run.modes if strategy(m) != "diagnosis" and m in MODES]


def _lift(run: Run, axis: str, control: str, treatment: str) -> float | None:
    found = run.decision.axes[axis]
    return found[treatment].mean - found[control].mean if {control, treatment} <= set(found) else None
