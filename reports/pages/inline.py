"""A template, its sheet and its script as one file that loads nothing and runs nothing else."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from reports.language.language import current_language, finalize, raw
from reports.language.scripts import script_texts
from reports.language.templates import localize_template
from reports.pages.page import asset, sha256
from reports.run_folder import label, strategy
from reports.sections.question_browser import embed
from reports.text import sentences as words


def inline(template: str, sheets: tuple[str, ...], script: str | None = None, **values: Any) -> str:
    """Render a template that lies beside this module, with sheets and script inside and a policy that admits no others.

    The template is given `policy`, `style` and `script` besides `values`; all text is escaped.
    """
    style = "\n".join(asset(sheet) for sheet in sheets)
    code = asset(script).replace("const TEXTS = {};", f"const TEXTS = {embed(script_texts())};") if script else ""
    scripts = f"script-src {sha256(code)}; " if script else ""
    policy = (
        f"default-src 'none'; style-src {sha256(style)}; {scripts}img-src data:; base-uri 'none'; form-action 'none'"
    )
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=finalize
    )
    environment.filters.update(
        raw=raw, label=label, strategy=strategy, percent=words.percent, column=words.column, points=words.points,
        signed=words.column_points,
    )  # fmt: skip
    return environment.from_string(localize_template(asset(template))).render(
        language=current_language(), policy=policy, style=Markup(style), script=Markup(code), **values
    )
