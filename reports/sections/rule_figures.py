"""The verdict in the figures of the rule, and what each mechanism adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reports.run_folder import Run
from reports.sections.placement import place
from reports.sections.section import Section
from reports.text import sentences as words
from reports.text.markdown import bullets, fold

HTML = """\
<details class="card rule"><summary>The verdict in figures, as the rule has it</summary>
{% if evidence %}<p>{{ evidence }}</p>{% endif %}
<p>{{ sureness }}{% if not_measured %} {{ not_measured }}{% endif %}</p>
{% if decision.reasons %}<ul>{% for reason in decision.reasons %}<li>{{ reason }}</li>{% endfor %}</ul>{% endif %}
</details>
"""


def data(run: Run) -> Mapping[str, Any]:
    """The sentences around the rule's own reasons."""
    return {
        "evidence": words.evidence(run),
        "sureness": words.sureness(run),
        "not_measured": words.not_measured(run),
    }


def markdown(run: Run) -> Iterable[str]:
    """The reasons, and the lift of each mechanism."""
    placement = place(run.decision, run.comparisons, run.margin)
    places = words.lifts(run, placement)
    return [fold("Why", [bullets("", run.decision.reasons), bullets("What each mechanism adds", places)])]


SECTION = Section(
    "rule",
    HTML,
    data,
    markdown=markdown,
    terms={
        "lift": "How many points more a mode reaches than another on the same questions.",
        "margin": "The smallest lift that is worth a further mechanism (decision.margin).",
    },
)
