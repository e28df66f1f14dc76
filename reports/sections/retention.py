"""What tuning did to what the base model could do, as rows. It reads side_effects.json."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from eval.analysis.run_files import Retained
from eval.records import Estimate
from reports.charts import plots as charts
from reports.run_folder import Run, in_order, label
from reports.sections.costs import NONE
from reports.sections.section import Section
from reports.text.markdown import fold, table
from reports.text.sentences import column, column_points, counted

HTML = """\
<section id="retention">
<h2>Side effects: retention</h2>
<div class="card">
{% if retention_charts %}<div class="pair pictures">{% for name, chart in retention_charts %}<div><h3>{{ name|upper_first }}</h3>{{ chart }}</div>{% endfor %}</div>{% endif %}
<details class="numbers"><summary>The numbers</summary><div class="scroll" tabindex="0" role="group" aria-label="Table"><table>
<caption><span>What the base model could do, before and after tuning; changes are paired, with 95 % intervals</span></caption>
<thead><tr><th scope="col">Measured</th><th scope="col">Mode</th><th scope="col" class="num">Mean</th><th scope="col" class="num">95 % interval</th><th scope="col" class="num">Change from base</th><th scope="col" class="num">95 % interval</th><th scope="col" class="num">n</th></tr></thead>
<tbody>
{% for row in retention_rows %}
<tr><th scope="row">{{ row.metric }}</th><td class="one">{{ row.mode|label }}</td><td class="num"><b>{{ row.mean }}</b></td><td class="num">{{ row.mean_interval }}</td><td class="num"><b>{{ row.change }}</b></td><td class="num">{{ row.change_interval }}</td><td class="num">{{ row.n }}</td></tr>
{% endfor %}
</tbody></table></div></details>
<p class="note">Changes are in percentage points; of perplexity, the factor by which it grew (above 1: worse).</p>
</div>
</section>
"""

NAMES: Mapping[str, str] = {
    "choice": "multiple choice, right",
    "pairs": "sentence pairs, the good one likelier",
    "prose": "prose, perplexity",
    "refusal": "refuses what it should",
    "drift": "drift from the base model",
}


@dataclass(frozen=True, slots=True)
class RetentionRow:
    """One metric in one mode, as shown."""

    metric: str
    mode: str
    mean: str
    mean_interval: str
    change: str
    """The paired change from base; of prose, the ratio of the perplexities."""
    change_interval: str
    n: str


def rows(run: Run) -> list[RetentionRow]:
    """One row for each metric and mode that have scores; empty where retention was not measured."""
    found = run.side_effects.retention
    return [_row(metric, mode, found[metric][mode]) for metric in found for mode in in_order(found[metric])]


def _row(metric: str, mode: str, found: Retained) -> RetentionRow:
    mean, change = found.mean, found.change
    show: Callable[[float], str]
    lift: Callable[[float], str]
    if metric == "prose":
        show, lift = _perplexity, _ratio
    elif metric == "drift":
        show, lift = _plain, _plain_change
    else:
        show, lift = column, column_points
    return RetentionRow(
        metric=NAMES.get(metric, metric.replace("_", " ")),
        mode=mode,
        mean=NONE if mean is None else show(mean.mean),
        mean_interval=_ends(metric, mean, show),
        change=NONE if change is None else lift(change.mean),
        change_interval=_ends(metric, change, lift),
        n=NONE if mean is None else str(mean.n),
    )


def _ends(metric: str, found: Estimate | None, show: Callable[[float], str]) -> str:
    """An interval as shown; a perplexity falls as the log-likelihood rises, so its interval turns round."""
    if found is None:
        return NONE
    low, high = (found.high, found.low) if metric == "prose" else (found.low, found.high)
    return f"{show(low)} to {show(high)}"


def _perplexity(nats: float) -> str:
    """exp of minus the mean log-likelihood per token."""
    return f"{math.exp(min(-nats, 700.0)):.4g}"


def _ratio(nats: float) -> str:
    return f"× {math.exp(min(-nats, 700.0)):.3g}"


def _plain(value: float) -> str:
    return f"{value:.3g}"


def _plain_change(value: float) -> str:
    return f"{value:+.3g}"


def pictures(run: Run) -> list[tuple[str, Markup]]:
    """(what was measured, dots before and after tuning) of every share of the battery."""
    found = []
    for metric, modes in run.side_effects.retention.items():
        if metric in ("choice", "pairs", "refusal"):
            arms = [(m, Estimate(e.mean, e.low, e.high, e.n)) for m in modes if (e := modes[m].mean)]
            name = NAMES[metric]
            found.append((f"{name}, {counted(e.n for _, e in arms)}", charts.dots(name, arms, None, None)))
    return found


def _data(run: Run) -> Mapping[str, Any] | None:
    found = rows(run)
    return {"retention_rows": found, "retention_charts": pictures(run)} if found else None


def _markdown(run: Run) -> Iterable[str]:
    heads = ["measured", "mode", "mean", "95 % interval", "change from base", "95 % interval", "n"]
    lines = [[r.metric, label(r.mode), r.mean, r.mean_interval, r.change, r.change_interval, r.n] for r in rows(run)]
    return [fold("Side effects: retention", [table(heads, lines)] if lines else [])]


SECTION = Section(
    "retention",
    HTML,
    _data,
    link="Side effects",
    markdown=_markdown,
    terms={
        "retention": "What the base model could do and still can after tuning.",
        "perplexity": "How surprised a model is by a text, per token; lower is better.",
    },
)
