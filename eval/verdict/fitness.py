"""Whether what wins is fit for use: no, not yet shown, or yes. The second answer, beside which strategy it is.

A mode is fit where it is shown to reach the target of every scored axis and, where the data set sets `risk.limit`, to
answer wrongly and with confidence no more often than that. It is not fit where it is shown to miss one of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from eval.verdict.decision import Fit, Risk
from eval.verdict.evidence import Evidence
from eval.verdict.rule import Ruling


def fits(evidence: Evidence, risk: Mapping[str, Risk], limit: float | None) -> dict[str, Fit]:
    """Of each candidate, whether it is fit for use."""
    return {m: fit_of(evidence, m, risk.get(m), limit) for m in evidence.modes}


def fit_of(evidence: Evidence, mode: str, risk: Risk | None, limit: float | None) -> Fit:
    """Whether a mode is fit for use, by the targets and by the limit of its risk."""
    if evidence.falls_short(mode) or (limit is not None and risk is not None and risk.floor > limit):
        return "no"
    safe = limit is None or (risk is not None and risk.wrong.high <= limit)
    return "yes" if evidence.reaches(mode) and safe else "not_shown"


def fitness(evidence: Evidence, ruling: Ruling, risk: Mapping[str, Risk], limit: float | None) -> Fit:
    """Whether the verdict's mode is fit; of an open verdict, `no` where every candidate is shown not to be.

    Where the length limit keeps the verdict open, cut replies count as right; of too few questions nothing is shown.
    """
    if ruling.mode is not None:
        return fit_of(evidence, ruling.mode, risk.get(ruling.mode), limit)
    if not ruling.open_between and not ruling.turned and not ruling.bias_open:
        return "not_shown"
    judged = list(evidence.complete.values())[-1] if ruling.turned and evidence.complete else evidence
    found = set(fits(judged, {} if ruling.turned else risk, limit).values())
    return "no" if found == {"no"} else "not_shown"
