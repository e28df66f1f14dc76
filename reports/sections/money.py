"""What each mode costs in money, as rows and sentences. It reads economics.json."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from eval.analysis.money_files import BreakEven
from reports.run_folder import Run, in_order, label
from reports.sections import breakeven
from reports.sections.section import Section
from reports.sections.summary import arm_name
from reports.text.markdown import bullets, fold, plain, table
from reports.text.sentences import percent
from reports.wording.phrases import amount

HTML = """\
<div class="card">
<h3>In money</h3>
{% if cost_curve %}
<div class="scroll" tabindex="0" role="group" aria-label="Cost">{{ cost_curve }}</div>
<p class="note first">What 1,000 questions cost, in {{ currency }}, with the building shared by all that are asked: flat is answering, falling is building. A ring: the verdict’s mode and another cost the same. Both scales are logarithmic.</p>
<details class="numbers"><summary>The numbers</summary><div class="scroll" tabindex="0" role="group" aria-label="Table"><table>
<caption><span>In all after so many questions, {{ currency }}</span></caption>
<thead><tr><th scope="col">Mode</th>{% for volume in volumes %}<th scope="col" class="num">{{ volume }}</th>{% endfor %}</tr></thead>
<tbody>
{% for mode, sums in cost_totals %}
<tr{% if mode == decision.mode %} class="chosen"{% endif %}>{{ arm(mode) }}{% for sum in sums %}<td class="num">{{ sum }}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table></div></details>
{% endif %}
<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>
<caption><span>{{ money_prices }}</span></caption>
<thead><tr><th scope="col">Mode</th>{% for column in money_columns %}<th scope="col" class="num">{{ column }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in money_rows %}
<tr{% if row.mode == decision.mode %} class="chosen"{% endif %}>{{ arm(row.mode) }}{% for cell in row.cells %}<td class="num">{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table></div>
<p class="note">A corpus update indexes again what changed; an adapter that was trained on the corpus itself is trained again, one that reads passages is not.</p>
<div class="pair">
<div><h4>When building pays back</h4><ul class="said-list">{% for said in break_even %}<li>{{ said }}</li>{% endfor %}</ul></div>
<div><h4>When the corpus changes</h4><ul class="said-list">{% for said in updates %}<li>{{ said }}</li>{% endfor %}</ul></div>
</div>
{% if measured %}<p class="note">{{ measured }}</p>{% endif %}
{% if forecast %}
<details class="numbers"><summary>With a larger model on one card: a forecast</summary><div class="scroll" tabindex="0" role="group" aria-label="Table"><table>
<caption><span>The same questions and training rows in all modes of this run, by their tokens and the card’s data sheet; nothing of this was measured</span></caption>
<thead><tr><th scope="col">Model</th><th scope="col">Card</th><th scope="col" class="num">Time</th><th scope="col" class="num">{{ currency }}, at this machine’s price an hour</th></tr></thead>
<tbody>{% for size, card, time, sum in forecast %}<tr><th scope="row">{{ size }}</th><td>{{ card }}</td><td class="num">{{ time }}</td><td class="num">{{ sum }}</td></tr>{% endfor %}</tbody></table></div></details>
{% endif %}
<p class="note">Money alone: what a mode gets right stands above.</p>
</div>

"""

COLUMNS = ("To build, once", "Per 1,000 questions", "One corpus update", "Adapter again")


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """One mode's money as shown, in the order of COLUMNS."""

    mode: str
    cells: tuple[str, ...]


def rows(run: Run) -> list[MoneyRow]:
    """One row for each candidate that has costs."""
    arms = run.economics.arms
    return [
        MoneyRow(mode, tuple(amount(x) for x in (arm.fixed, arm.per_thousand, arm.update, arm.retrain)))
        for mode, arm in ((mode, arms[mode]) for mode in in_order(arms))
    ]


def prices(run: Run) -> str:
    """By which prices the table is made; empty where nothing was counted."""
    found = run.economics.prices
    if found is None:
        return ""
    currency, hour = found.currency, f"{found.machine_per_hour:g}"
    said = f"Amounts in {currency}, at {hour} for a machine hour"
    if found.tokens_in_per_million is not None:
        paid = f"{found.tokens_in_per_million:g} and {found.tokens_out_per_million:g}"
        said += f" of indexing and training, {paid} for a million tokens in and out of answering"
    share = percent(found.corpus_share_per_update)
    said += f"; an update changes {share} of the corpus."
    if run.economics.placeholders:
        said += (
            " These prices are placeholders: copy eval/prices.yaml, put in yours, and run: report RUN --prices FILE."
        )
    return said


def break_even(run: Run) -> list[str]:
    """From how many questions a mode that is dearer to build pays back: the verdict's mode, or every pair, in words."""
    pairs = [p for p in run.economics.break_even if _about(run, p.cheaper_to_build, p.dearer_to_build)]
    return [_pays_back(p) for p in pairs]


def _about(run: Run, *modes: str) -> bool:
    return run.decision.mode is None or run.decision.mode in modes


def _pays_back(pair: BreakEven) -> str:
    low, high = label(pair.cheaper_to_build), label(pair.dearer_to_build)
    cheaper = pair.cheaper_per_question
    if cheaper is None:
        return f"{low} and {high} cost the same per question, so neither pays back."
    if pair.questions is None:
        return f"{high} never pays back in money over {low}, which is cheaper to build and for each question."
    if pair.questions == 0:
        other = low if label(cheaper) == high else high
        return f"{label(cheaper)} is cheaper than {other} from the first question."
    return f"{high} pays back over {low} from {_count(pair.questions)} questions on."


def updates(run: Run) -> list[str]:
    """From how many corpus updates a month another mode is the cheaper one; pairs that never flip are left out."""
    if run.economics.prices is None:
        return []
    volume = _count(run.economics.prices.questions_per_month)
    said = []
    for pair in run.economics.updates:
        flips = pair.flips_at_updates_per_month
        if flips is not None and _about(run, pair.cheaper_without_updates, pair.other):
            first, other = label(pair.cheaper_without_updates), label(pair.other)
            said.append(
                f"At {volume} questions a month {first} is cheaper to run than {other} up to {flips:.2g} corpus "
                f"updates a month; with more, {other} is."
            )
    return said or [f"At {volume} questions a month no number of corpus updates changes which mode is cheaper to run."]


def _count(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u202f")


def currency(run: Run) -> str:
    """In which currency amounts are; empty where nothing was counted."""
    return run.economics.prices.currency if run.economics.prices else ""


def _data(run: Run) -> Mapping[str, Any] | None:
    found = rows(run)
    if not found:
        return None
    return {
        "money_columns": COLUMNS,
        "money_rows": found,
        "cost_curve": breakeven.curve(run),
        "cost_totals": [(mode, [amount(x) for x in sums]) for mode, sums in breakeven.totals(run)],
        "volumes": [_count(volume) for volume in breakeven.VOLUMES],
        "currency": currency(run),
        "money_prices": prices(run),
        "break_even": break_even(run),
        "updates": updates(run),
        "measured": measured(run),
        "forecast": forecast(run),
    }


def measured(run: Run) -> str:
    """By which throughput tokens became money, and which modes' own times say otherwise."""
    rates = run.economics.throughput
    if rates.prefill is None or rates.decode is None:
        return "Answering is counted by wall time here, which also holds what else the machine did."
    said = f"Counted by tokens: {_count(rates.prefill)} read and {_count(rates.decode)} written in a machine second"
    said += f", {_count(rates.training)} trained on" if rates.training else ""
    off = [f"{label(n.mode)} {n.ratio:.2f} times" for n in run.economics.noise]
    differing = f" Their own times differ from that, by batch or by chance: {', '.join(off)}." if off else ""
    return f"{said}, over all modes together, so that equal tokens cost the same.{differing}"


def forecast(run: Run) -> list[tuple[str, str, str, str]]:
    """(model, card, time, money) of larger models, in words."""
    return [
        (f"{row.weights / 1e9:g}B", row.card, _about_time(row.seconds), amount(row.money))
        for row in run.economics.forecast
    ]


def _about_time(value: float) -> str:
    if value < 90:
        return f"about {max(1, round(value))} s"
    return f"about {value / 60:.0f} min" if value < 5400 else f"about {value / 3600:.1f} h"


def _markdown(run: Run) -> Iterable[str]:
    lines = [[arm_name(run, row.mode), *row.cells] for row in rows(run)]
    if not lines:
        return []
    said = [bullets("When building pays back", break_even(run)), bullets("Corpus updates", updates(run))]
    return [fold("In money", [plain(prices(run)), plain(measured(run)), table(["mode", *COLUMNS], lines), *said])]


SECTION = Section("money", HTML, _data, within="costs", markdown=_markdown)
