"""The first screen: the verdict, how sure it is, why, what next, and what would change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reports.charts.outcome_shares import KINDS, outcome_shares, shares
from reports.charts.quadrant import quadrant
from reports.run_folder import Run, in_order, label
from reports.sections import answers, axes, cautions, first_screen
from reports.sections.placement import place
from reports.sections.section import Section
from reports.sections.tipping_points import changes
from reports.text import sentences as words
from reports.text.markdown import bullets, named, plain
from reports.wording.change_sentence import change_sentence
from reports.wording.cost_sentence import cost_sentence
from reports.wording.fitness_sentence import fitness_sentence
from reports.wording.verdict_sentence import retriever_sentence

HTML = """\
<section id="verdict" class="hero s-{{ decision.strategy }}">
<div class="head">
<p class="eyebrow s-{{ decision.strategy }}"><span class="key"></span>Verdict for <span dir="auto">{{ decision.dataset|raw }}</span></p>
<h1>{{ headline|replace("-", "‑") }}</h1>
<dl class="answers">
{% for a in answers %}
<div class="answer k-{{ a.kind }}"><dt>{{ a.question }}</dt><dd><b>{{ a.answer|replace("-", "‑") }}</b>{% for line in a.lines %}<span>{{ line }}</span>{% endfor %}</dd></div>
{% endfor %}
</dl>
<p class="sure">{{ basis }}{% if care %} <a href="#care">Read with care: {{ care|length }} {{ "note" if care|length == 1 else "notes" }}</a>.{% endif %}</p>
</div>
<div class="body">
<h2>Why</h2>
{% if plain_reasons %}
<ol class="why">{% for reason in plain_reasons %}<li><b>{{ reason.claim }}</b> {{ reason.proof }}</li>{% endfor %}</ol>
{% else %}
<p class="why">These questions do not tell the strategies apart.</p>
{% endif %}
{% if next_steps %}
<h2>What next</h2>
<ol class="next">{% for part, step in next_steps %}<li><b>{{ part }}</b> {{ step }}</li>{% endfor %}</ol>
{% endif %}
{% if changes %}
<h2>What would change the verdict</h2>
<table class="changes">
<thead class="spoken"><tr><th scope="col">Setting</th><th scope="col">Range</th><th scope="col">Verdict beyond</th></tr></thead>
<tbody>
{% for change in changes %}
<tr><th scope="row">{{ change.name }}</th><td>{{ change.strip }}</td><td>{{ change.holds }}</td></tr>
{% endfor %}
</tbody></table>
{% endif %}
</div>
{% if outcome_bars %}
<figure class="place outcomes">
<table>
<caption>What became of every question</caption>
<thead><tr><th scope="col"><span class="spoken">Mode</span></th><th scope="col"><span class="spoken">Right, refused, wrong</span></th><th scope="col">wrong</th></tr></thead>
<tbody>
{% for mode, bar, wrong in outcome_bars %}
<tr{% if mode == decision.mode %} class="chosen"{% endif %}><th scope="row" dir="auto"><span class="key s-{{ mode|strategy }}"></span>{{ mode|label }}</th><td>{{ bar }}</td><td class="num">{{ wrong|percent(0) }}</td></tr>
{% endfor %}
</tbody></table>
<figcaption><ul class="legend">{% for kind, said in outcome_kinds.items() %}<li><i class="a-{{ kind }}"></i>{{ said }}</li>{% endfor %}</ul></figcaption>
</figure>
{% endif %}
{% if quadrant %}
<figure class="place map">
{{ quadrant }}
<figcaption>
<p>The dot: what tuning adds (across) and retrieval adds (up), in points, with 95 % intervals.{% if outside %} <b>{{ outside }}</b>{% endif %}</p>
<details><summary>The figures, and how the place is found</summary>
<p>{{ across }}.</p>
<p>{{ up }}.</p>
<p>Across is the lift in style that tuning brings, with retrieval on both sides or on neither, as the verdict has it. Up is the lift in knowledge that retrieval brings, tuned on both sides or on neither, as the verdict has it. An open verdict is looked at from the hybrid corner, and where that pair was not run, the other level stands in. Of several modes the verdict’s own counts, else the best on that axis. When the verdict needs a mechanism for the sake of the other axis, that axis is shown instead and named above.</p>
<p>Whiskers and box are the 95 % intervals. The border lies at {{ margin|points }} points, the smallest lift worth a mechanism; below it the scale is finer. The marked cell is the verdict’s, which also weighs targets and intervals, so that a dot near a border may stand outside it. Hatched cells are those still possible.</p>
</details>
</figcaption>
</figure>
{% endif %}
</section>
"""


def data(run: Run) -> Mapping[str, Any]:
    """What the first screen shows."""
    placement = place(run.decision, run.comparisons, run.margin)
    risks = [(m, run.decision.risk[m]) for m in in_order(run.decision.risk)]
    return {
        "headline": words.headline(run),
        "answers": answers.answers(run),
        "outcome_bars": [(m, outcome_shares(label(m), found), found.wrong.mean) for m, found in risks],
        "outcome_kinds": {kind: KINDS[kind] for kind in KINDS if any(shares(found)[kind] > 0 for _, found in risks)},
        "basis": first_screen.basis(run),
        "plain_reasons": first_screen.reasons(run, placement),
        "changes": changes(run),
        "care": cautions.notes(run),
        "next_steps": [(part, words.coded(words.spaced(text))) for part, text in answers.parts(run.decision.next)],
        "quadrant": quadrant(run.decision, placement, run.margin) if run.config.corpus else "",
        "across": words.lift_words(placement.llm, "Across, tuning"),
        "up": words.lift_words(placement.context, "Up, retrieval"),
        "outside": words.outside(run.decision, placement, run.margin),
    }


def markdown(run: Run) -> Iterable[str]:
    """The headline, the verdict in figures, both axes as a table, and what next."""
    decision = run.decision
    needed = f"**Verdict: {decision.strategy}**" + (f" (mode `{decision.mode}`)" if decision.mode else "")
    turns = words.spaced(retriever_sentence(decision))
    said = " ".join(part for part in (words.evidence(run), turns, words.sureness(run), words.not_measured(run)) if part)
    return [
        f"# {named(decision.dataset)}: {plain(words.headline(run))}",
        f"{needed}. {plain(said)}",
        plain(words.spaced(fitness_sentence(decision))) if decision.risk else "",
        plain(words.spaced(_costs_and_changes(run))),
        *axes.overview(run),
        words.unscored(run),
        bullets("Next", words.next_steps(run)),
    ]


def _costs_and_changes(run: Run) -> str:
    """What the verdict's mode costs, and what would change the verdict."""
    cost = cost_sentence(run.decision, run.economics, run.costs)
    return " ".join(filter(None, (cost, change_sentence(run.decision, run.sensitivity))))


SECTION = Section(
    "verdict",
    HTML,
    data,
    markdown=markdown,
    terms={
        "strategy": "What to invest in: a better prompt, retrieval, fine-tuning, or retrieval with fine-tuning.",
        "fit for use": "Shown to reach every target and, where risk.limit is set, to be wrong with confidence no more "
        "often than that; no: shown to miss one; not yet shown: neither.",
        "wrong with confidence": "A wrong answer that is no refusal, of all questions: with an answer, and without.",
    },
)
