"""What a section of the report is: one topic with its HTML, its Markdown and its terms, in a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from reports.language.templates import localize_template
from reports.run_folder import Run

MACROS = '{% from "macros.html" import num, arm with context %}'


def _no_markdown(run: Run) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Section:
    """One topic of the report."""

    name: str
    """The id of its element on the page."""
    template: str
    """Jinja; it sees `run`, `decision`, `margin`, the macros `num` and `mode`, what `data` gives, and, as `parts`, the
    sections within this one."""
    data: Callable[[Run], Mapping[str, Any] | None]
    """What the template needs; None leaves the section out."""
    link: str = ""
    """Its words in the page's navigation; empty: none."""
    within: str = ""
    """The section that it is a part of; empty: it stands by itself."""
    markdown: Callable[[Run], Iterable[str]] = _no_markdown
    """Its blocks in report.md; empty ones are left out."""
    terms: Mapping[str, str] = field(default_factory=dict)
    """The words that it brings in -> what they mean, in a sentence."""


def render(section: Section, run: Run, data: Mapping[str, Any], environment: Environment, parts: Markup) -> Markup:
    """The section as HTML."""
    template = environment.from_string(MACROS + localize_template(section.template))
    return Markup(template.render(run=run, decision=run.decision, margin=run.margin, parts=parts, **data))
