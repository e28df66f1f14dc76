"""How training went: the loss by step of every mode that was trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from reports.charts import plots as charts
from reports.run_folder import Run
from reports.sections import costs
from reports.sections.section import Section

LOSS_ROWS = 12
HTML = """\
<div class="pair">
{% for mode, chart, rows in curves %}
<div class="card"><h3>Training of {{ mode|label }} <span class="ci">loss by step; bold: running mean, rings: held-back replies</span></h3>{{ chart }}
<p class="note first">Steps on text of the corpus, if any, lie higher than steps on replies.</p>
<details class="numbers"><summary>The numbers</summary><div class="scroll" tabindex="0" role="group" aria-label="Table"><table>
<thead><tr><th scope="col" class="num">Step</th><th scope="col" class="num">Training loss</th><th scope="col" class="num">Loss on held-back replies</th></tr></thead>
<tbody>{% for cells in rows %}<tr>{% for cell in cells %}<td class="num">{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table></div></details></div>
{% endfor %}
</div>

"""


def curves(run: Run) -> list[tuple[str, Markup, list[tuple[str, str, str]]]]:
    """(mode, loss curve, rows of step, training loss, held-back loss) of every mode that was trained."""
    found = []
    for row in costs.cost_rows(run):
        train, held = costs.curve(run.costs[row.mode], "losses"), costs.curve(run.costs[row.mode], "validation")
        if chart := charts.losses(row.mode, train, held):
            found.append((row.mode, chart, _loss_rows(dict(train), dict(held))))
    return found


def _loss_rows(train: dict[float, float], held: dict[float, float]) -> list[tuple[str, str, str]]:
    """Evenly spaced steps, the last one, and every step at which the held-back loss was measured."""
    steps = sorted({*train, *held})
    every = max(1, len(steps) // LOSS_ROWS)
    shown = sorted({*steps[::every], *steps[-1:], *held})
    return [(f"{s:g}", *(f"{x[s]:.3f}" if s in x else costs.NONE for x in (train, held))) for s in shown]  # type: ignore[misc]


def _data(run: Run) -> Mapping[str, Any] | None:
    return {"curves": found} if (found := curves(run)) else None


SECTION = Section("training", HTML, _data, within="costs")
