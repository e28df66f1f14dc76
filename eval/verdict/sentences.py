"""The verdict in plain sentences, each with the figures that it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from eval.arms.modes import MODES
from eval.pipeline.run_config import RunConfig
from eval.records import Comparison
from eval.strategies import STRATEGIES, beyond
from eval.verdict.decision import Decision
from eval.verdict.doubts import look_doubts, metric_doubts, retention_doubts, seed_doubts, server_doubts
from eval.verdict.evidence import Evidence
from eval.verdict.leaning import LEANINGS
from eval.verdict.retriever_words import retriever_sentence
from eval.verdict.rule import FEWEST, ORDER, Ruling, compared, independent, lifted, strategy
from eval.verdict.shortfall import label, share, wanting

OTHERS: Mapping[str, str] = {"none": "nothing good enough", "inconclusive": "an open one"}
"""A verdict that is no strategy, as it stands in a sentence."""
FEW = 100


def verdict_sentence(decision: Decision) -> str:
    """What to do, or between what the data set cannot decide, in one to three sentences, and what warns of it.

    It begins "Nothing tried is good enough" where the strategy is `none`, and "Best of what was tried, not good enough
    yet" where a mechanism wins whose mode is shown to miss a target. The stamp of unreviewed questions stands last.
    """
    said = " ".join(s for s in (_verdict(decision), retriever_sentence(decision), *decision.warnings) if s)
    return f"{said} {decision.stamp}" if decision.stamp else said


def _verdict(decision: Decision) -> str:
    if decision.strategy == "inconclusive":
        return _undecided(decision)
    named = label(decision.mode) if decision.mode else decision.strategy
    if decision.strategy == "none" or (decision.strategy, decision.fit) == ("prompt", "no"):
        return _nothing(decision, named)
    aside = _aside(decision)
    if decision.falls_short:
        own = STRATEGIES[decision.strategy]
        what = "both retrieval and fine-tuning" if own.retrieves and own.tunes else own.mechanism
        return (
            f"Best of what was tried, not good enough yet: {what} ({named}), with {_wanting(decision)}{aside}."
            f"{_first(decision)}"
        )
    doubt = "" if decision.fit == "yes" or not decision.targets else " That this reaches the targets is not shown."
    advice = STRATEGIES[decision.strategy].advice
    added = "" if advice.endswith(f"({named})") and not aside else f" ({named})"
    return f"{advice[0].upper()}{advice[1:]}{aside}{added}.{doubt}"


def _nothing(decision: Decision, named: str) -> str:
    """What is said where every prompt is shown to miss a target, and no mechanism to be worth its cost."""
    if decision.fit == "no":
        return f"Nothing tried is good enough: {named} comes nearest, with {_wanting(decision)}.{_first(decision)}"
    has = f" with {wanting}," if (wanting := _wanting(decision)) else ""
    return (
        f"Nothing tried is good enough to rely on: {named} comes nearest,{has} shown neither to reach its targets nor "
        f"to miss them, nor to be worth its cost.{_first(decision)}"
    )


def verdict_name(decision: Decision) -> str:
    """The strategy in a table: by its key, and that it is not good enough yet where that is shown."""
    if decision.strategy == "none":
        return "none (nothing is good enough)"
    return f"{decision.strategy} (not good enough yet)" if decision.falls_short else decision.strategy


def _undecided(decision: Decision) -> str:
    between = " or ".join(STRATEGIES[c].mechanism for c in decision.candidates) or "nothing that was scored"
    if decision.cut_open:
        shares = ", ".join(f"{share(decision.cut[m])} of {label(m)}" for m in decision.cut_open)
        return (
            f"Inconclusive: {between}. The reply limit cut replies ({shares}), and were these right, the verdict would "
            "be another: raise generation.max_new_tokens."
        )
    if decision.missing_open:
        shares = ", ".join(f"{share(decision.missing[m])} of {label(m)}" for m in decision.missing_open)
        return f"Inconclusive: {between}. Scores are missing ({shares}), and what they may be could turn the verdict."
    if decision.leaning:
        return (
            f"Inconclusive: {between}. Did the metric favour {decision.leaning} replies as far as it is known to, the "
            "verdict would be another: mark 100 questions with `report RUN --label`."
        )
    scored = {m for modes in decision.axes.values() for m in modes}
    if len(scored) == 1:
        return f"Inconclusive: only {label(scored.pop())} was scored, and a verdict compares: run a second mode."
    more = f"; settled by {decision.questions_needed.words}" if decision.questions_needed else ""
    short = " Every candidate is shown to miss a target." if decision.fit == "no" else ""
    return f"Inconclusive: {between}{more}.{short}"


def _aside(decision: Decision) -> str:
    """What is not shown to be worth its cost beside the verdict, of what was tried; and what did not learn."""
    tried = {MODES[m].strategy for modes in decision.axes.values() for m in modes if m not in decision.left_out}
    names = [name for strategy, name in beyond(decision.strategy) if strategy in tried]
    if any(name.endswith(" on top") for name in names):
        names = names[:1]
    if decision.strategy == "prompt" and len(names) == 3:
        names = names[:2]
    lost = [label(m) for m in decision.left_out]
    said = f"; {_neither(names)} shown to be worth its cost" if names else ""
    return said + (f"; {' and '.join(lost)} did not learn, and so {'is' if len(lost) == 1 else 'are'} not ruled out"
                   if lost else "")  # fmt: skip


def _outcome(verdict: str) -> str:
    return OTHERS.get(verdict) or STRATEGIES[verdict].mechanism


def _neither(names: Sequence[str]) -> str:
    return f"neither {' nor '.join(names)} is" if len(names) > 1 else f"{names[0]} is not"


def _wanting(decision: Decision) -> str:
    mode = decision.mode or ""
    said = wanting({axis: modes[mode] for axis, modes in decision.axes.items() if mode in modes}, decision.targets)
    limit, risk = decision.risk_limit, decision.risk.get(mode)
    if limit is None or risk is None or risk.wrong.mean <= limit:
        return said
    wrong = f"{share(risk.wrong.mean)} answered wrongly and with confidence where {share(limit)} is the limit"
    return f"{said} and {wrong}" if said else wrong


def _first(decision: Decision) -> str:
    """The first step, where the sentence on the retriever does not say it."""
    first = decision.next[0] if decision.next else None
    if first is None or (decision.retriever and first.cause == "retrieval"):
        return ""
    return f" Next: {first.text[0].lower()}{first.text[1:]}"


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
    if ruling.leaning or ruling.mode is None:
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
    """Missing scores, cut replies, the metric's leaning, too few questions, and pairs that are not told apart."""
    for mode in ruling.missing:
        yield (
            f"Open: {label(mode)} has no score of {share(evidence.missing[mode])} of the questions; by the others the "
            f"verdict is {_outcome(ruling.as_scored or '')}, and with these all right or all wrong it may be another."
        )
    for modes, turned in ruling.turned.items():
        cut = ", ".join(f"{label(mode)} ({share(evidence.cut[mode])})" for mode in modes)
        yield (
            f"Open: with the cut replies of {cut} counted as right, the verdict is {_outcome(turned)}; as they are "
            f"scored, it is {_outcome(ruling.as_scored or turned)}."
        )
    if ruling.leaning:
        lengths = ", ".join(f"{label(mode)} {length:.0f}" for mode, length in evidence.lengths.items())
        metric = config.dataset.knowledge.metric
        points = 100 * (LEANINGS.get(metric) or (0.0, 0.0))[ruling.leaning == "long"]
        yield (
            f"Open: by the metric as it is, the verdict is {_outcome(ruling.as_scored or '')}; {metric} may favour "
            f"{ruling.leaning} replies by {points:.2g} points against people (typical length in characters: "
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


def caveats(evidence: Evidence, ruling: Ruling, config: RunConfig) -> Iterator[str]:
    """What a careful reader should know before acting on the verdict."""
    for axis in ("knowledge", "style"):
        if axis not in evidence.targets:
            yield f"The {axis} axis was not scored; the verdict rests on the other alone."
    tried = {MODES[m].strategy for m in (*evidence.modes, *evidence.forgot, *evidence.too_risky)}
    for mode, seen in evidence.left_out.items():
        yield f"{label(mode)} is left out, its adapter did not learn: {seen}."
    for mode, (lost, seeds, seen) in evidence.dropped_seeds.items():
        yield f"{lost} of the {seeds} trainings of {label(mode)} did not learn and are left out of its figures: {seen}."
    missing = [s for s in STRATEGIES.values() if s.name not in tried and (config.corpus or not s.retrieves)]
    if missing:
        yield f"Not tried, so not ruled out: {', '.join(s.mechanism for s in missing)}."
    if any(evidence.cut.values()):
        shares = ", ".join(f"{label(mode)} {share(cut)}" for mode, cut in evidence.cut.items() if cut)
        holds = "" if ruling.turned else "; were all of them right, the verdict would be the same"
        yield f"Replies that the length limit cut are scored as they are: {shares}{holds}."
    smallest = min((e.n for modes in evidence.estimates.values() for e in modes.values()), default=0)
    if smallest < FEW:
        yield f"Only {smallest} questions on an axis; below {FEW}, intervals are wide."
    if config.limit:
        yield f"Run with --limit {config.limit}; the full test split decides more."
    dropped = sum(c.dropped for c in evidence.comparisons())
    if dropped:
        holds = "; whatever they are, the verdict would be the same" if ruling.mode and evidence.missing else ""
        yield f"{dropped} paired scores were dropped because one side has none{holds}."
    yield from look_doubts(config)
    yield from server_doubts(config)
    yield from metric_doubts(evidence, ruling, config)
    yield from retention_doubts(evidence, config)
    yield from seed_doubts(evidence, ruling, config)
    if ruling.mode:
        for axis, target in evidence.targets.items():
            e = evidence.estimates[axis][ruling.mode]
            if evidence.below_target(axis, ruling.mode):
                yield f"The {axis} target of {target:g} is missed ({e.mean:.2f})."
            elif e.low < target:
                yield f"The {axis} target of {target:g} is not shown to be reached ({e.mean:.2f})."


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
