"""What each mode cost, as rows of words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from eval.records import Cost
from reports.run_folder import Run, in_order
from reports.sections.section import Section
from reports.sections.summary import arm_name
from reports.text.markdown import fold, table
from reports.wording.phrases import DASH, seconds

HTML = """\
<section id="costs">
<h2>What each mode costs</h2>
<div class="card"><div class="scroll" tabindex="0" role="group" aria-label="Table"><table>
<caption><span>Built once, then for each question; a dash: the mode does not need it</span></caption>
<thead><tr><th scope="col">Mode</th>{% for column in cost_columns %}<th scope="col" class="num">{{ column }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in cost_rows %}
<tr{% if row.mode == decision.mode %} class="chosen"{% endif %}>{{ arm(row.mode) }}{% for cell in row.cells %}<td class="num">{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table></div>
{% for row in cost_rows if row.notes %}
<p class="note"><b>{{ row.mode|label }}</b>: {% for key, value in row.notes %}{{ key }} {{ value }}{{ ", " if not loop.last }}{% endfor %}</p>
{% endfor %}
</div>
{{ parts }}
</section>
"""

COLUMNS = (
    "Indexing",
    "Training",
    "Training tokens",
    "Tokens in / question",
    "Tokens out / question",
    "Time / question",
    "Peak memory",
)

NONE = DASH


@dataclass(frozen=True, slots=True)
class CostRow:
    """One mode's costs as shown, in the order of COLUMNS, and what else was noted."""

    mode: str
    cells: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]


def cost_rows(run: Run) -> list[CostRow]:
    """One row for each mode that has costs; a step that the mode does not need is a dash."""
    return [_row(run.costs[mode]) for mode in in_order(run.costs)]


def _row(cost: Cost) -> CostRow:
    asked = cost.questions
    cells = (
        seconds(cost.index_seconds),
        seconds(cost.train_seconds),
        _count(cost.train_tokens),
        _count(cost.tokens_in / asked) if asked else NONE,
        _count(cost.tokens_out / asked) if asked else NONE,
        seconds(cost.predict_seconds / asked) if asked else NONE,
        f"{cost.peak_memory_mb / 1000:.1f} GB" if cost.peak_memory_mb > 0 else NONE,
    )
    return CostRow(cost.mode, cells, tuple(_notes(cost.extra)))


def _count(value: float) -> str:
    """A count with thin spaces between thousands; one decimal below 10 only where it says something."""
    if value <= 0:
        return NONE
    return f"{value:.1f}" if value < 10 and value != int(value) else f"{value:,.0f}".replace(",", "\u202f")


def _notes(extra: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The single values among a cost's extras; lists are curves and are drawn instead."""
    return [
        (key.replace("_", " ").replace(" mb", " MB"), f"{value:g}" if isinstance(value, float) else str(value))
        for key, value in extra.items()
        if isinstance(value, str | int | float)
    ]


def curve(cost: Cost, key: str) -> list[tuple[float, float]]:
    """A curve among a cost's extras as (step, loss); empty when there is none or when it is not made of pairs."""
    found = cost.extra.get(key) or ()
    return [(float(step), float(loss)) for step, loss in found if loss is not None]


def _data(run: Run) -> Mapping[str, Any]:
    return {"cost_columns": COLUMNS, "cost_rows": cost_rows(run)}


def _markdown(run: Run) -> Iterable[str]:
    rows = [[arm_name(run, row.mode), *row.cells] for row in cost_rows(run)]
    return [fold("Costs", [table(["mode", *COLUMNS], rows)] if rows else [])]


SECTION = Section("costs", HTML, _data, link="Costs", markdown=_markdown)
