"""Every mode on the axes that the verdict stands on: one picture of both, dots and error bars, replies by outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eval.records import Estimate
from reports.charts import plots as charts
from reports.charts.target_plane import narrow_plane, plane
from reports.run_folder import Run, in_order
from reports.sections import summary
from reports.sections.costs import NONE
from reports.sections.section import Section
from reports.sections.summary import Outcomes, arm_name
from reports.text import sentences as words
from reports.text.markdown import heading, table

HTML = """\
<section id="axes">
<h2>{{ "Both axes" if axes|length > 1 else axes|map(attribute="name")|join }}, every mode</h2>
{% if plane %}
<div class="card">
<h3>Which modes are good enough <span class="ci">the tinted corner reaches both targets; whiskers are 95 % intervals; n stands with the numbers below</span></h3>
{{ plane }}{{ narrow }}
</div>
{% endif %}
<div class="pair">
{% for axis in axes %}
<div class="card">
<h3>{{ axis.name }} <span class="ci">{{ axis.question }}{% if axis.metrics %} · {{ axis.metrics|join(", ")|replace("_", " ") }}{% endif %}{% if axis.n %} · {{ axis.n }}{% endif %}</span></h3>
{{ axis.chart }}
<details class="numbers"><summary>The numbers</summary><div class="scroll" tabindex="0" role="group" aria-label="Table"><table>
<caption><span>Means with 95 % intervals{% if axis.target is not none %}, target {{ axis.target|percent }}{% endif %}</span></caption>
<thead><tr><th scope="col">Mode</th><th scope="col" class="num">Mean</th><th scope="col" class="num">95 % interval</th><th scope="col" class="num">n</th>{% if axis.target is not none %}<th scope="col">Target</th>{% endif %}</tr></thead>
<tbody>
{% for mode, e in axis.arms %}
<tr{% if mode == decision.mode %} class="chosen"{% endif %}>{{ arm(mode) }}<td class="num"><b>{{ e.mean|column }}</b></td><td class="num">{{ "%.1f"|format(100 * e.low) }} to {{ "%.1f"|format(100 * e.high) }}</td><td class="num">{{ e.n }}</td>{% if axis.target is not none %}<td>{{ "reached" if e.low >= axis.target else "missed" if e.high < axis.target else "open" }}</td>{% endif %}</tr>
{% endfor %}
</tbody></table></div></details>
</div>
{% endfor %}
</div>
{% if unscored %}<p class="note after">{{ unscored }}</p>{% endif %}
<div class="card">
<h3>Replies by outcome</h3>
<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>
<caption><span>How many of {{ questions }} replies are right{% if axes|length > 1 %} in knowledge, in style, in both{% endif %}; a number leads to its questions</span></caption>
<thead><tr><th scope="col">Mode</th><th scope="col">Share</th><th scope="col" class="num"><i class="o-both"></i>right</th>{% if axes|length > 1 %}<th scope="col" class="num"><i class="o-content-only"></i>knowledge only</th><th scope="col" class="num"><i class="o-form-only"></i>style only</th>{% endif %}<th scope="col" class="num"><i class="o-neither"></i>{{ "neither" if axes|length > 1 else "wrong" }}</th><th scope="col" class="num"><i class="o-unscored"></i>not scored</th></tr></thead>
<tbody>
{% for o, bar in outcomes %}
<tr{% if o.mode == decision.mode %} class="chosen"{% endif %}>{{ arm(o.mode) }}<td class="mid">{{ bar }}</td>{% for name, count in counts(o) if axes|length > 1 or not name.endswith("-only") %}<td class="num">{% if count %}<a href="#mode={{ o.mode|urlencode }}&amp;outcome={{ name }}">{{ count }}</a>{% else %}0{% endif %}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table></div>
</div>
<details class="card"><summary>What each mode is</summary>
<dl>{% for mode in modes %}<dt class="s-{{ mode|strategy }}"><span class="key"></span>{{ mode|label }}</dt><dd>{{ mode|why }}</dd>{% endfor %}</dl></details>
</section>
"""


def axis(run: Run, name: str) -> dict[str, Any]:
    """One axis: its dots and whiskers, and the numbers of every mode."""
    arms, target = summary.arms(run, name), run.target(name)
    return {
        "name": words.AXES[name],
        "question": words.QUESTIONS[name],
        "metrics": sorted({s.metric for s in run.scores if s.axis == name and s.primary}),
        "target": target,
        "arms": arms,
        "n": words.counted(e.n for _, e in arms),
        "chart": charts.dots(words.AXES[name], arms, target, run.decision.mode),
    }


def counts(outcomes: Outcomes) -> list[tuple[str, int]]:
    """(outcome as the browser's filter names it, replies)."""
    names = ("both", "content_only", "form_only", "neither", "unscored")
    return [(name.replace("_", "-"), getattr(outcomes, name)) for name in names]


def overview(run: Run) -> list[str]:
    """The axes as a Markdown table below its heading; empty when nothing was scored."""
    scored = summary.axes(run)
    heads = ["mode"] + [f"{axis}{_target(run, axis)} (95 % interval, n)" for axis in scored]
    found = {axis: run.decision.axes[axis] for axis in scored}
    modes = in_order({mode: None for estimates in found.values() for mode in estimates})
    rows = [[arm_name(run, mode), *(estimate(found[axis].get(mode)) for axis in scored)] for mode in modes]
    return [heading("Both axes" if len(scored) > 1 else "The axis"), table(heads, rows)] if rows else []


def _target(run: Run, axis: str) -> str:
    target = run.target(axis)
    return "" if target is None else f", target {words.percent(target)}"


def estimate(found: Estimate | None) -> str:
    """A mean with its interval and n, as it stands in a Markdown table."""
    if found is None:
        return NONE
    return f"{words.column(found.mean)} ({100 * found.low:.1f} to {100 * found.high:.1f}, {found.n})"


def data(run: Run) -> Mapping[str, Any]:
    """The pictures and the numbers of every mode."""
    return {
        "plane": plane(run),
        "narrow": narrow_plane(run),
        "axes": [axis(run, name) for name in summary.axes(run)],
        "unscored": words.unscored(run),
        "outcomes": [(o, charts.outcome_bar(o)) for o in summary.outcomes(run)],
        "counts": counts,
        "questions": len(run.examples),
        "modes": run.modes,
    }


SECTION = Section(
    "axes",
    HTML,
    data,
    link="Axes",
    terms={
        "mode": "One way to answer, as it was run: with its model, prompt and weights.",
        "knowledge": "Whether the content of a reply is right.",
        "style": "Whether a reply has the wanted form.",
        "target": "The share of replies that has to be right for a mode to be good enough.",
    },
)
