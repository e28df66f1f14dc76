"""Why questions failed, as rows of words and a stacked bar for each mode. It reads attribution.json."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from eval.records import Estimate
from reports.charts.svg import picture, rect, tag, text
from reports.language.language import translate
from reports.run_folder import Run, in_order, label, strategy
from reports.sections.costs import NONE
from reports.sections.section import Section
from reports.text.markdown import fold, plain, table
from reports.text.sentences import NBSP, percent

HTML = """\
<section id="failures">
<h2>Why questions failed</h2>
<div class="card">
{% if better_retrieval %}<p class="claim">{{ better_retrieval }}</p>{% endif %}
<div class="side">
{{ failure_chart }}
<ul class="key-list">{% for row in failure_rows if not row.total %}<li><i class="c-{{ row.name|replace("_", "-") }}"></i>{{ row.words }}</li>{% endfor %}</ul>
</div>
<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>
<caption><span>Each failed question has one cause: the number of questions, and the share of the mode’s failed ones</span></caption>
<thead><tr><th scope="col">Cause</th>{% for mode, failed, n in failure_arms %}<th scope="col" class="num s-{{ mode|strategy }}"><span class="key"></span>{{ mode|label }}<br><span class="ci">{{ failed }} failed, n = {{ n }}</span></th>{% endfor %}</tr></thead>
<tbody>
{% for row in failure_rows %}
<tr{% if row.total %} class="total"{% endif %}><th scope="row" class="wrap">{% if not row.total %}<i class="c-{{ row.name|replace("_", "-") }}"></i>{% endif %}{{ row.words }}</th>{% for count in row.counts %}<td class="num">{% if count %}{% if row.total %}{{ count }}{% else %}<a href="#mode={{ failure_arms[loop.index0][0]|urlencode }}&amp;cause={{ row.name|urlencode }}">{{ count }}</a>{% endif %} <span class="ci">{{ part(count, failure_arms[loop.index0][1]) }}</span>{% else %}–{% endif %}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table></div>
<p class="note">A question fails when its knowledge is wrong, its style is wrong, or it is refused or answered against its kind. An in-context memory problem: the model was not given the fact. A learned memory problem: it had what it needed and still acted wrongly. Where the files cannot tell the two apart, either is said.</p>
{% for note in failure_notes %}<p class="note">{{ note }}</p>{% endfor %}
<details class="long"><summary>Shares with their intervals ({{ failure_shares|length }} rows)</summary>
<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>
<caption><span>Shares with 95 % intervals from the bootstrap over groups</span></caption>
<thead><tr><th scope="col">Mode</th><th scope="col">Cause</th><th scope="col" class="num">Questions</th><th scope="col" class="num">Of the failed</th><th scope="col" class="num">Of all</th></tr></thead>
<tbody>
{% for mode, cause, count, of_failed, of_all in failure_shares %}
<tr>{{ arm(mode) }}<td class="wrap">{{ cause }}</td><td class="num">{{ count }}</td>{{ num(of_failed) }}{{ num(of_all) }}</tr>
{% endfor %}
</tbody></table></div></details>
</div>
</section>
"""

ROW, LABELS, PLOT, VALUES = 30.0, 130.0, 248.0, 92.0


TOTALS = {"either memory": "in-context or learned memory problem", "not scored": "cut or not scored"}
"""Kinds of memory problem whose sum is not named by the kind."""


@dataclass(frozen=True, slots=True)
class CauseRow:
    """One cause, or one kind of memory problem, across the modes."""

    name: str
    words: str
    memory: str
    total: bool
    """True for the sum of a kind of memory problem."""
    counts: tuple[int, ...]
    """One for each mode, in the order of `modes`."""


def arms(run: Run) -> list[tuple[str, int, int]]:
    """(mode, failed questions, questions) of every mode that attribution knows."""
    found = run.attribution.arms
    return [(mode, found[mode].failed, found[mode].n) for mode in in_order(found)]


def rows(run: Run) -> list[CauseRow]:
    """The causes that occur, below the kind of memory problem that they belong to."""
    found: list[CauseRow] = []
    causes = run.attribution.causes
    for memory in dict.fromkeys(c.memory for c in causes.values()):
        below = [_row(run, name, c.words, memory) for name, c in causes.items() if c.memory == memory]
        below = [row for row in below if any(row.counts)]
        if len(below) > 1:
            sums = tuple(sum(counts) for counts in zip(*(row.counts for row in below), strict=True))
            found.append(CauseRow(memory, TOTALS.get(memory, f"{memory} problem"), memory, True, sums))
        found.extend(below)
    return found


def _row(run: Run, name: str, words: str, memory: str) -> CauseRow:
    found = [run.attribution.arms[mode].causes.get(name) for mode, _, _ in arms(run)]
    counts = tuple(c.count if c else 0 for c in found)
    return CauseRow(name, words, memory, False, counts)


def shares(run: Run) -> list[tuple[str, str, int, Estimate | None, Estimate | None]]:
    """(mode, cause in words, count, share of the failed, share of all) for every mode and cause that occur."""
    causes = run.attribution.causes
    return [
        (mode, causes[name].words, c.count, c.of_failed, c.of_all)
        for mode, _, _ in arms(run)
        for name, c in run.attribution.arms[mode].causes.items()
    ]


def part(count: int, whole: int) -> str:
    """A share in whole per cent; what is not nothing is never shown as 0, what is not all never as 100."""
    share = 100 * count / whole
    if 0 < share < 0.5:
        return f"< 1{NBSP}%"
    return f"> 99{NBSP}%" if 99.5 <= share < 100 else f"{share:.0f}{NBSP}%"


def chart(run: Run) -> Markup:
    """One bar a mode: all questions as its length, the failed ones coloured by cause, the right ones left pale."""
    parts: list[Markup] = []
    for i, (mode, failed, n) in enumerate(arms(run)):
        parts.append(_bar(run, mode, failed, n, 6 + ROW * i))
    height = 6 + ROW * len(arms(run)) + 20
    for share in (0.0, 0.5, 1.0):
        parts.append(text(LABELS + PLOT * share, height - 4, percent(share), "tick", "middle"))
    description = "; ".join(f"{label(mode)} {failed} of {n} failed" for mode, failed, n in arms(run))
    return picture(LABELS + PLOT + VALUES, height, f"Failed questions by cause: {description}", *parts)


def _bar(run: Run, mode: str, failed: int, n: int, y: float) -> Markup:
    chosen = " chosen" if mode == run.decision.mode else ""
    x = LABELS
    parts = [rect(x, y, PLOT, 18, "bed", rx=3)]
    counts = run.attribution.arms[mode].causes
    for name, cause in run.attribution.causes.items():
        if (found := counts.get(name)) and n:
            width = PLOT * found.count / n
            words = f"{label(mode)}: {found.count} of {n}, {cause.words}"
            drawn = rect(x, y, max(width - 1, 0.6), 18, f"c-{name.replace('_', '-')}", rx=1.5)
            parts.append(tag("g", tag("title", translate(words)), drawn))
            x += width
    name_y = y + 13.5
    parts.append(
        tag("g", text(LABELS - 12, name_y, label(mode), f"row-name{chosen}", "end"), class_=f"s-{strategy(mode)}")
    )
    parts.append(text(LABELS + PLOT + VALUES - 2, name_y, f"{failed} of {n}", "row-value", "end"))
    return tag("g", *parts)


def _data(run: Run) -> Mapping[str, Any] | None:
    if not arms(run):
        return None
    return {
        "failure_arms": arms(run),
        "failure_rows": rows(run),
        "failure_shares": shares(run),
        "failure_chart": chart(run),
        "better_retrieval": run.attribution.better_retrieval.words,
        "failure_notes": run.attribution.notes,
        "part": part,
    }


def _markdown(run: Run) -> Iterable[str]:
    found = arms(run)
    if not found:
        return []
    heads = ["cause", *(f"{label(mode)} ({failed} of n={n} failed)" for mode, failed, n in found)]
    lines = [[row.words, *(str(count) if count else NONE for count in row.counts)] for row in rows(run)]
    said = plain(run.attribution.better_retrieval.words)
    return [fold("Why questions failed", [said, table(heads, lines) if lines else "No question failed."])]


SECTION = Section(
    "failures",
    HTML,
    _data,
    link="Failures",
    markdown=_markdown,
    terms={
        "in-context memory problem": "The model was not given the fact that the question needs.",
        "learned memory problem": "The model had what it needed and still acted wrongly.",
        "gold passage": "A passage of a document that the data set names as the source of the answer.",
    },
)
