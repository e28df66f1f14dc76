"""How the replies of each mode ended, as rows of words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reports.language.language import translate
from reports.run_folder import Run, in_order
from reports.sections.section import Section
from reports.sections.summary import arm_name
from reports.text.markdown import fold, table
from reports.text.sentences import column

HTML = """\
<div class="card" id="endings">
<h3>How replies ended</h3>
<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>
<caption><span>Share of each mode’s replies</span></caption>
<thead><tr><th scope="col">Mode</th>{% for column in ending_columns %}<th scope="col" class="num">{{ column }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in ending_rows %}
<tr{% if row.mode == decision.mode %} class="chosen"{% endif %}>{{ arm(row.mode) }}{% for cell in row.cells %}<td class="num">{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table></div>
<p class="note">{{ ending_note }}</p>
</div>

"""

COLUMNS = ("Ended by themselves", "Cut at the limit", "In a loop", "Thinking tokens / question")
NOTE = (
    "A reply that is cut at the limit (generation.max_new_tokens, for thinking generation.max_think_tokens) is scored "
    "as it stands. One in a loop repeats a piece of itself without end; it is ended early, scored as it stands, and "
    "does not count as cut."
)


@dataclass(frozen=True, slots=True)
class EndingRow:
    """One mode's shares as shown, in the order of COLUMNS."""

    mode: str
    cells: tuple[str, ...]


def ending_rows(run: Run) -> list[EndingRow]:
    """One row for each mode that answered questions; shares are of its replies."""
    costs = [run.costs[mode] for mode in in_order(run.costs) if run.costs[mode].questions]
    return [
        EndingRow(
            c.mode,
            (
                *(column(count / c.questions) for count in (c.questions - c.cut - c.loops, c.cut, c.loops)),
                f"{c.thinking_tokens / c.questions:,.0f}".replace(",", "\u202f"),
            ),
        )
        for c in costs
    ]


def _data(run: Run) -> Mapping[str, Any] | None:
    rows = ending_rows(run)
    return {"ending_columns": COLUMNS, "ending_rows": rows, "ending_note": NOTE} if rows else None


def _markdown(run: Run) -> Iterable[str]:
    rows = [[arm_name(run, row.mode), *row.cells] for row in ending_rows(run)]
    return [fold("How replies ended", [table(["mode", *COLUMNS], rows), translate(NOTE)] if rows else [])]


SECTION = Section(
    "endings",
    HTML,
    _data,
    within="costs",
    markdown=_markdown,
    terms={
        "cut": "A reply that ran into the limit on its length; it is scored as it stands.",
        "loop": "A reply that repeats a piece of itself without end; it is ended early.",
    },
)
