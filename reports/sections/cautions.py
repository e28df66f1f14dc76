"""What to read with care: the verdict's caveats, what the checks of the data found, and how far checks that learn can be relied on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reports.run_folder import Run
from reports.sections.section import Section
from reports.text.markdown import bullets

HTML = """\
<section id="care" class="caveats">
<h2>Read with care</h2>
<ul>{% for note in care %}<li><span class="severity v-{{ note.kind }}">{{ note.kind }}</span> {{ note.text }}{% if note.where %} <span class="ci" dir="auto">{{ note.where }}</span>{% endif %}</li>{% endfor %}</ul>
</section>
"""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to know; kind is caveat, style, or the severity of a finding (error, warning, note)."""

    kind: str
    text: str
    where: str = ""


def notes(run: Run) -> list[Note]:
    """The caveats of decision.json, of style.json, and the findings of checks.json, gravest first."""
    ranks = {"error": 0, "warning": 1}
    findings = sorted(run.checks.findings, key=lambda f: ranks.get(f.severity, 2))
    return [
        *(Note("caveat", text) for text in (*run.decision.warnings, *run.decision.caveats)),
        *(Note("style", text) for text in _learned(run)),
        *(Note(f.severity, f.message, f.where) for f in findings),
    ]


def _learned(run: Run) -> Iterator[str]:
    for found in run.style.values():
        yield from found.caveats


def _data(run: Run) -> Mapping[str, Any] | None:
    return {"care": found} if (found := notes(run)) else None


def _markdown(run: Run) -> Iterable[str]:
    return [bullets("Caveats", [*run.decision.warnings, *run.decision.caveats])]


SECTION = Section("care", HTML, _data, markdown=_markdown)
