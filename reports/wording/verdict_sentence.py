"""The verdict in one to three sentences, from a decision alone."""

from __future__ import annotations

from collections.abc import Sequence

from eval.arms.modes import MODES
from eval.strategies import STRATEGIES, beyond
from eval.verdict.decision import Decision, Needed
from reports.wording.phrases import label, share, wanting


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
    more = f"; settled by {needed_words(decision.questions_needed)}" if decision.questions_needed else ""
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


def needed_words(needed: Needed) -> str:
    """`200 to 400 questions in all (100 to 300 more), with a chance of 50 to 80 %`."""
    (low, high), (less, most), (worst, best) = needed.total, needed.more, needed.chance
    if low == high:
        return f"about {low} questions in all ({less} more), with a chance of {100 * best:.0f} %"
    return (
        f"{low} to {high} questions in all ({less} to {most} more), "
        f"with a chance of {100 * worst:.0f} to {100 * best:.0f} %"
    )


def retriever_sentence(decision: Decision) -> str:
    """That the verdict could be RAG with a better retriever, the figures, and the command; empty where it could not."""
    found = decision.retriever
    if found is None:
        return ""
    name = label(found.mode)
    proof = (
        f"handed the gold passages the untuned model answers {share(found.then)}, with those that {name} finds "
        f"{share(found.now)}"
        if found.by == "oracle"
        else f"where {name} is given the gold documents it answers {share(found.then)}, in all {share(found.now)}"
    )
    head = "RAG" if decision.strategy == "rag" else "It could be RAG"
    return f"{head}, with a better retriever first: {proof}; `{found.command}` looks for one."
