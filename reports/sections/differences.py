"""The paired differences: each mode against another on the same questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from eval.records import Comparison
from reports.charts import plots as charts
from reports.charts.forest_plot import forest_plot
from reports.run_folder import Run, label
from reports.sections import summary
from reports.sections.section import Section
from reports.text import sentences as words
from reports.text.markdown import fold, table

HTML = """\
{% macro differences(rows, caption) %}
<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>
<caption><span>{{ caption }}</span></caption>
<thead><tr><th scope="col">Difference</th><th scope="col">Axis</th><th scope="col">−100 to +100 points</th><th scope="col" class="num">Points</th><th scope="col" class="num">95 % interval</th><th scope="col" class="num">n</th><th scope="col" class="num">Groups</th><th scope="col" class="num">Dropped</th><th scope="col">Reads as</th></tr></thead>
<tbody>
{% for row in rows %}
<tr><th scope="row">{{ row.c.treatment|label }} <span class="ci">over</span> {{ row.c.control|label }}</th><td class="one">{{ axis_names[row.c.axis] }} <span class="ci">{{ row.c.metric }}</span></td><td class="mid">{{ row.chart }}</td><td class="num"><b>{{ row.c.difference|signed }}</b></td><td class="num">{{ row.c.low|signed }} to {{ row.c.high|signed }}</td><td class="num">{{ row.c.n }}</td><td class="num">{{ row.c.groups }}</td><td class="num">{{ row.c.dropped }}</td><td><span class="reads r-{{ row.reading.split()[0] }}">{{ row.reading }}</span></td></tr>
{% endfor %}
</tbody></table></div>
{% endmacro %}
<section id="differences">
<h2>The paired differences</h2>
{% if forests %}
<div class="pair">
{% for axis, n, chart in forests %}
<div class="card"><h3>{{ axis_names[axis] }} <span class="ci">percentage points, with 95 % intervals, on the same questions · {{ n }}</span></h3>{{ chart }}</div>
{% endfor %}
</div>
{% endif %}
<div class="card">
{% if deciding %}
<details class="numbers"{% if not forests %} open{% endif %}><summary>The numbers: those that decided</summary>
{{ differences(deciding, "Those that decided: " ~ (decision.mode|label if decision.mode else "the strategies still possible") ~ " against the others, on the same questions") }}
</details>
{% else %}<p class="none">No two candidates were compared.</p>{% endif %}
{% if rest %}<details class="numbers long"><summary>All other pairs ({{ rest|length }})</summary>{{ differences(rest, "All other pairs, diagnosis included") }}</details>{% endif %}
<p class="note">“better” and “worse”: the whole interval lies on one side of 0. “no material lift”: it lies below {{ (2 * margin)|points }} points, twice the margin (thin line: {{ margin|points }}). “open”: these questions do not tell.</p>
</div>
</section>
"""


def rows(run: Run, comparisons: Sequence[Comparison]) -> list[dict[str, Any]]:
    """Rows of the table of paired differences."""
    return [
        {"c": c, "reading": summary.reading(c, run.margin), "chart": charts.forest(c, run.margin)} for c in comparisons
    ]


def forests(run: Run, deciding: Sequence[Comparison]) -> list[tuple[str, str, Markup]]:
    """(axis, n, forest plot) of the deciding differences, each turned so that the verdict's mode is the treatment."""
    found = []
    for name in summary.axes(run):
        own = [_turned(c) if c.control == run.decision.mode else c for c in deciding if c.axis == name]
        if own:
            found.append((name, words.counted(c.n for c in own), forest_plot(own, run.margin)))
    return found


def _turned(c: Comparison) -> Comparison:
    return Comparison(
        c.axis, c.metric, c.treatment, c.control, c.n, c.groups, c.dropped, -c.difference, -c.high, -c.low
    )


def data(run: Run) -> Mapping[str, Any]:
    """The differences that decided, and all others."""
    deciding, rest = summary.deciding(run)
    return {
        "axis_names": words.AXES,
        "forests": forests(run, deciding),
        "deciding": rows(run, deciding),
        "rest": rows(run, rest),
    }


def markdown(run: Run) -> Iterable[str]:
    """Those that decided, as a table."""
    deciding, _ = summary.deciding(run)
    lines = [
        [
            c.axis,
            f"{label(c.treatment)} − {label(c.control)}",
            words.column_points(c.difference),
            f"{words.column_points(c.low)} to {words.column_points(c.high)}",
            str(c.n),
            str(c.groups),
            summary.reading(c, run.margin),
        ]
        for c in deciding
    ]
    heads = ["axis", "difference", "points", "95 % interval", "n", "groups", "reads as"]
    return [fold("Paired differences", [table(heads, lines)] if lines else [])]


SECTION = Section(
    "differences",
    HTML,
    data,
    link="Differences",
    markdown=markdown,
    terms={
        "paired difference": "The mean of one mode minus that of another over the questions that both were asked.",
        "95 % interval": "The range in which a figure lies in 95 of 100 repetitions with other questions of this kind.",
        "group": "Questions about one fact or document; they count as one independent piece of evidence.",
    },
)
