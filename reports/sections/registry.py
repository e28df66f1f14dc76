"""The sections of the report in the order in which they stand on the page and in report.md.

A plugin adds one to SECTIONS; it stands after ours, or inside the one that it names.
"""

from __future__ import annotations

from collections.abc import Iterable

from eval.registry import Registry
from reports.sections import (
    axes,
    cautions,
    choices,
    costs,
    differences,
    endings,
    failures,
    interaction,
    judging,
    money,
    question_browser,
    retention,
    retrieval,
    robustness,
    rule_figures,
    settings,
    training,
    verdict,
)
from reports.sections.section import Section

SECTIONS: Registry[Section] = Registry("section of the report")

for _topic in (
    verdict, rule_figures, cautions, axes, differences, interaction, retrieval, failures, robustness, choices, costs, endings,
    money, training, judging, retention, question_browser, settings,
):  # fmt: skip
    SECTIONS.add(_topic.SECTION.name, _topic.SECTION)


def terms(shown: Iterable[str]) -> list[tuple[str, str]]:
    """The words that these sections bring in with what they mean, by the alphabet."""
    found = {term: said for name in shown for term, said in SECTIONS[name].terms.items()}
    return sorted(found.items(), key=lambda item: item[0].lower())
