"""The page of a run: one self-contained file that opens from disk without network."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from eval.files import write_text
from reports.charts import plots as charts
from reports.charts.quadrant import quadrant
from reports.charts.target_plane import plane
from reports.run_folder import Run, label, read_run, strategy
from reports.sections import breakeven, costs, endings, evidence, failures, money, retention, summary
from reports.sections import cautions as care
from reports.sections import first_screen as plain
from reports.sections import question_browser as browser
from reports.sections import robustness as firmness
from reports.sections.interaction import interactions
from reports.sections.judging import section
from reports.sections.placement import place
from reports.sections.tipping_points import changes
from reports.text import sentences as words
from reports.text.markdown import markdown

STYLES = ("page.css", "verdict.css", "evidence.css", "questions.css", "print.css")
SCRIPTS = ("payload.js", "dom.js", "diff.js", "filter.js", "list.js", "detail.js", "page.js")


def write_report(run: Path) -> Path:
    """Write report.html and report.md into a run folder and return the page's path.

    Raises UserError when the folder or one of its files is missing or unreadable.
    """
    found = read_run(run)
    page = run / "report.html"
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
    environment = Environment(
        loader=FunctionLoader(asset), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        label=label,
        strategy=strategy,
        percent=words.percent,
        points=words.points,
        column=words.column,
        signed=words.column_points,
        why=words.why,
        part=failures.part,
        counts=evidence.counts,
    )
    return environment.get_template("template.html").render(
        policy=policy,
        style=Markup(style),
        script=Markup(script),
        blocks=browser.blocks(run),
        judging=section(run),
        **_verdict(run),
        **_tables(run),
        **_analyses(run),
    )


def _verdict(run: Run) -> dict[str, Any]:
    decision = run.decision
    placement = place(decision, run.comparisons, run.margin)
    return {
        "decision": decision,
        "headline": words.headline(run),
        "badges": plain.badges(run),
        "basis": plain.basis(run),
        "plain_reasons": plain.reasons(run, placement),
        "changes": changes(run),
        "care": care.notes(run),
        "evidence": words.evidence(run),
        "sureness": words.sureness(run),
        "not_measured": words.not_measured(run),
        "unscored": words.unscored(run),
        "next_steps": words.next_steps(run),
        "quadrant": quadrant(decision, placement, run.margin),
        "across": words.lift_words(placement.llm, "Across, tuning"),
        "up": words.lift_words(placement.context, "Up, retrieval"),
        "outside": words.outside(decision, placement, run.margin),
        "margin": run.margin,
    }


def _tables(run: Run) -> dict[str, Any]:
    deciding, rest = summary.deciding(run)
    return {
        "plane": plane(run),
        "axes": [evidence.axis(run, axis) for axis in summary.axes(run)],
        "axis_names": words.AXES,
        "outcomes": [(o, charts.outcome_bar(o)) for o in summary.outcomes(run)],
        "forests": evidence.forests(run, deciding),
        "deciding": evidence.differences(run, deciding),
        "rest": evidence.differences(run, rest),
        "interactions": interactions(run, summary.axes(run)),
        "metric_tables": evidence.metric_tables(run),
        "ending_columns": endings.COLUMNS,
        "ending_rows": endings.ending_rows(run),
        "ending_note": endings.NOTE,
        "cost_columns": costs.COLUMNS,
        "cost_rows": costs.cost_rows(run),
        "curves": evidence.curves(run),
        "modes": run.modes,
        "questions": len(run.examples),
        "groups": summary.groups(run),
        "environment": run.environment,
        "settings": _flat(run.config.model_dump()),
    }  # fmt: skip


def _analyses(run: Run) -> dict[str, Any]:
    return {
        "failure_arms": failures.arms(run),
        "failure_rows": failures.rows(run),
        "failure_shares": failures.shares(run),
        "failure_chart": failures.chart(run) if run.attribution else None,
        "better_retrieval": run.attribution.get("better_retrieval", {}).get("words", ""),
        "failure_notes": run.attribution.get("notes", []),
        "money_columns": money.COLUMNS,
        "money_rows": money.rows(run),
        "cost_curve": breakeven.curve(run),
        "cost_totals": [(mode, [money.amount(x) for x in sums]) for mode, sums in breakeven.totals(run)],
        "volumes": [f"{volume:,}".replace(",", "\u202f") for volume in breakeven.VOLUMES],
        "currency": run.economics.get("prices", {}).get("currency", ""),
        "money_prices": money.prices(run) if run.economics else "",
        "break_even": money.break_even(run),
        "updates": money.updates(run) if run.economics else [],
        "strips": firmness.strips(run),
        "strip_key": firmness.strategies(run),
        "retention_rows": retention.rows(run),
        "retention_charts": evidence.retention_charts(run),
    }


def _flat(settings: Any, prefix: str = "") -> list[tuple[str, str]]:
    """Nested settings as (dotted key, value) rows."""
    if isinstance(settings, dict) and settings:
        return [row for key, value in settings.items() for row in _flat(value, f"{prefix}.{key}" if prefix else key)]
    return [(prefix, "–" if settings is None else str(settings))]


def asset(name: str) -> str:
    """The text of a file that lies beside this module."""
    return files("reports").joinpath("assets", name).read_text(encoding="utf-8")


def sha256(text: str) -> str:
    """The source expression by which a content security policy admits an inline style or script."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
