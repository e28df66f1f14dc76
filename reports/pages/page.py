"""The page of a run: one self-contained file that opens from disk without network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from eval.files import write_text
from reports.language.language import current_language, finalize, in_language, raw
from reports.language.templates import localize_template
from reports.pages.markdown_page import markdown
from reports.run_folder import Run, label, read_run, strategy
from reports.sections import question_browser, summary
from reports.sections.registry import SECTIONS, terms
from reports.sections.section import render
from reports.text import sentences as words

STYLES = ("page.css", "verdict.css", "evidence.css", "questions.css", "print.css")
SCRIPTS = ("payload.js", "dom.js", "diff.js", "filter.js", "list.js", "detail.js", "page.js")


def write_report(run: Path, language: str = "en") -> Path:
    """Write report.html and report.md into a run folder, in a language of LANGUAGES, and return the page's path.

    Raises UserError when the folder or one of its files is missing or unreadable, or the language has no table.
    """
    found = read_run(run)
    page = run / "report.html"
    with in_language(language):
        write_text(run / "report.md", markdown(found))
        write_text(page, html(found))
    return page


def html(run: Run) -> str:
    """The page as text: the same run folder, the same page."""
    # A page without its own assets cannot follow a link into the network, and a policy that names their hashes
    # keeps it so even where a reply of a model carries markup.
    style, script = "".join(map(asset, STYLES)), "".join(map(asset, SCRIPTS))
    policy = (
        f"default-src 'none'; style-src {sha256(style)}; script-src {sha256(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    environment = _environment()
    known = [(section, section.data(run)) for section in SECTIONS.values()]
    shown = {section.name: data for section, data in known if data is not None}
    return environment.get_template("template.html").render(
        policy=policy,
        language=current_language(),
        style=Markup(style),
        script=Markup(script),
        blocks=question_browser.blocks(run),
        run=run,
        groups=summary.groups(run),
        links=[(name, SECTIONS[name].link) for name in shown if SECTIONS[name].link],
        sections=_inside("", run, shown, environment),
        terms=terms(shown),
    )


def _inside(parent: str, run: Run, shown: Mapping[str, Mapping[str, Any]], environment: Environment) -> Markup:
    """The sections that stand within another, or by themselves (empty), one after the other."""
    own = [SECTIONS[name] for name in shown if SECTIONS[name].within == parent]
    parts = (render(s, run, shown[s.name], environment, _inside(s.name, run, shown, environment)) for s in own)
    return Markup("\n").join(parts)


def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(lambda name: localize_template(asset(name))), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=finalize,
    )  # fmt: skip
    environment.filters.update(
        raw=raw,
        label=label,
        strategy=strategy,
        percent=words.percent,
        points=words.points,
        column=words.column,
        signed=words.column_points,
        why=words.why,
        upper_first=lambda text: f"{text[:1].upper()}{text[1:]}",
    )
    return environment


def asset(name: str) -> str:
    """The text of a file that lies beside this module."""
    return files("reports").joinpath("assets", name).read_text(encoding="utf-8")


def sha256(text: str) -> str:
    """The source expression by which a content security policy admits an inline style or script."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
