"""Where tags have a verdict of their own, differ in what a mode lifts, or are worth a router, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eval.verdict.rule import Ruling
from reports.wording.phrases import called, label


def segment_sentences(
    rulings: Mapping[str, Ruling], whole: Ruling, differ: Sequence[Mapping[str, Any]], router: Mapping[str, Any] | None
) -> list[str]:
    """What is shown of tags; `differ` and `router` are the `interaction` and the `router` of segments.json."""
    said = []
    for tag, ruling in rulings.items():
        if ruling.strategy not in ("inconclusive", whole.strategy):
            by = f" ({label(ruling.mode)})" if ruling.mode else ""
            said.append(f"For {tag} the verdict is {called(ruling.strategy)}{by}.")
    for test in differ:
        said.append(
            f"{label(test['treatment'])} moves {test['axis']} against {label(test['control'])} by "
            f"{100 * test['inside']:+.0f} points for {test['tag']} and by {100 * test['outside']:+.0f} for the others "
            f"(p = {test['p_holm']:.2g} over all tags and modes)."
        )
    if router:
        routes = ", ".join(f"{label(mode)} for {tag}" for tag, mode in router["modes"].items())
        gain = router["gain"]
        said.append(
            f"A router ({routes}) would bring {100 * gain['mean']:+.1f} points [{100 * gain['low']:+.1f}, "
            f"{100 * gain['high']:+.1f}] of replies that are right on all axes over {label(router['single'])} for all."
        )
    return said
