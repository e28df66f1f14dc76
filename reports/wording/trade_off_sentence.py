"""What a rejected mode would bring, and what it would cost, in a sentence."""

from __future__ import annotations

from eval.verdict.evidence import Evidence
from eval.verdict.trade_offs import GATE, TradeOff
from reports.wording.phrases import label, share

NAMED = 3
"""So many of the lost questions are named."""


def trade_off_sentence(found: TradeOff, evidence: Evidence) -> str:
    """The gain on one axis with its target, the loss on the other, and by what it is lost."""
    axes, modes = (found.gained, found.lost), (found.stands, found.other)
    has = {(a, m): share(evidence.estimates[a][m].mean) for a in axes for m in modes}
    stands, other = map(label, modes)
    said = (
        f"It is a trade-off: {other} reaches the {found.gained} target of {share(evidence.targets[found.gained])} with "
        f"{has[found.gained, found.other]} ({stands} {has[found.gained, found.stands]}), but has {found.lost} "
        f"{has[found.lost, found.other]} ({stands} {has[found.lost, found.stands]})"
    )
    cost = f", most by the check {found.check}" if found.check else _questions(found.questions, stands)
    why = f"; it may have learnt that: {found.taught} ({GATE} in checks.json)" if found.taught else ""
    return f"{said}{cost}{why}."


def _questions(lost: tuple[str, ...], stands: str) -> str:
    """How many questions are lost, and the first of them."""
    if not lost:
        return ""
    named = ", ".join(lost[:NAMED]) + (", ..." if len(lost) > NAMED else "")
    return f", in {len(lost)} questions where {stands} is right ({named})"
