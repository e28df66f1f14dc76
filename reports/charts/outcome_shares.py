"""What became of every mode's questions, as one bar a mode: right, refused, or wrong with confidence."""

from __future__ import annotations

from markupsafe import Markup

from eval.verdict.decision import Risk
from reports.charts.svg import picture, rect

WIDTH, HEIGHT = 400.0, 22.0
KINDS = {
    "right": "right",
    "declined": "rightly refused",
    "withheld": "refused, though there is an answer",
    "wrong": "wrong with confidence",
}
"""Class of a piece of the bar -> what it stands for, in the order in which the pieces stand."""


def shares(risk: Risk) -> dict[str, float]:
    """The pieces of a mode's bar; together they are 1."""
    return dict(zip(KINDS, (risk.right, risk.refused_rightly, risk.refused_needlessly, risk.wrong.mean), strict=True))


def outcome_shares(name: str, risk: Risk) -> Markup:
    """The bar of one mode; whoever does not see it hears the four shares."""
    pieces, x = [], 0.0
    for kind, share in shares(risk).items():
        if share > 0:
            pieces.append(rect(x, 0, max(WIDTH * share - 1, 0.8), HEIGHT, f"a-{kind}"))
            x += WIDTH * share
    description = ", ".join(f"{KINDS[kind]} {100 * share:.0f} %" for kind, share in shares(risk).items() if share > 0)
    return picture(WIDTH, HEIGHT, f"{name}: {description}", *pieces, class_="outcome")
