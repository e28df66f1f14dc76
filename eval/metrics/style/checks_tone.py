"""The check of tone; it learns what it checks for, so it needs replies: see eval/metrics/style/tone.py."""

from __future__ import annotations

from typing import Any

from eval.metrics.style.check import Learnt, StyleContext, check


@check("tone")
def tone_check(argument: Any, context: StyleContext) -> Learnt:
    """The reply looks like the reference replies of train.jsonl, not like the base model's own."""
    if argument not in ({}, None):
        raise ValueError(f"expected `tone: {{}}`, found {argument!r}")
    if context.samples is None:
        return Learnt(lambda reply, group: "", "no replies of the base model to compare with")
    from eval.metrics.style.tone import fit_tone

    tone = fit_tone(context.samples)

    def fails(reply: str, group: str) -> str:
        if not reply:
            return "is empty"
        chance = tone.probability(reply, group)
        return "" if chance >= 0.5 else f"looks like the base model's own replies (reference: {chance:.2f})"

    return Learnt(fails, tone.reason, tone.summary())
