"""The report's part on the judge, from judge.json: means, what failed, its noise, and its agreement with people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from eval.analysis.run_files import JudgedMetric, Judgement
from reports.run_folder import Run, in_order, label
from reports.sections.costs import NONE
from reports.sections.section import Section
from reports.text.markdown import bullets, fold, table

HTML = """\
<section id="judge">
<h2>Judge{% if model %} <span class="ci" dir="auto">{{ model }}</span>{% endif %}</h2>
<div class="card">
{% if line %}<p>{{ line[0]|upper }}{{ line[1:] }}.</p>{% endif %}
{% if rows %}
<div class="scroll"><table>
<caption><span>Means of the judge’s scores over the judged replies, with how many there are</span></caption>
<thead><tr><th scope="col">Mode</th>{% for head in heads[1:] %}<th scope="col" class="num">{{ head }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in rows %}
<tr><th scope="row">{{ row[0] }}</th>{% for cell in row[1:] %}<td class="num">{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table></div>
{% endif %}
{% for text in notes %}
<p class="note">{{ text }}</p>
{% endfor %}
{% if counts %}
<details><summary>What was asked, and what came of it</summary><div class="scroll"><table>
<thead><tr><th scope="col">Metric</th><th scope="col">Mode</th><th scope="col" class="num">Asked</th><th scope="col" class="num">Answered</th><th scope="col">Failed</th><th scope="col" class="num">Not asked</th></tr></thead>
<tbody>
{% for row in counts %}
<tr><th scope="row">{{ row[0] }}</th><td>{{ row[1] }}</td><td class="num">{{ row[2] }}</td><td class="num">{{ row[3] }}</td><td>{{ row[4] }}</td><td class="num">{{ row[5] }}</td></tr>
{% endfor %}
</tbody></table></div></details>
{% endif %}
</div>
</section>
"""


def means(found: Judgement) -> tuple[list[str], list[list[str]]]:
    """Header and rows: one row a mode, one column a judged metric."""
    metrics = found.metrics
    modes = in_order({mode: None for by_mode in metrics.values() for mode in by_mode})
    rows = [[label(mode), *(_mean(by_mode.get(mode)) for by_mode in metrics.values())] for mode in modes]
    return ["Arm", *map(_name, metrics)], rows


def agreements(found: Judgement) -> list[str]:
    """One sentence for each scorer that was held against human marks."""
    lines = []
    for metric, a in found.agreement.items():
        kappa = f"no kappa, because {a.reason}"
        if a.kappa is not None:
            kappa = f"Cohen’s kappa {a.kappa:.2f} (95 % interval {a.low:.2f} to {a.high:.2f})"
        lines.append(f"Agreement of {_name(metric)} with {a.n} human marks: {kappa}.")
    return lines


def noises(found: Judgement) -> list[str]:
    """One sentence for each metric that was judged more than once."""
    return [
        f"Noise of {_name(metric)}: standard deviation {n.deviation:.3f} within an item, "
        f"{100 * (n.agreement or 0.0):.0f} % of repeats give the same verdict ({n.items} items)."
        for metric, n in found.noise.items() if n.items
    ]  # fmt: skip


def failures(found: Judgement) -> list[str]:
    """One sentence on all judgements that failed, by kind, and on those that were not asked."""
    kinds: Counter[str] = Counter()
    total = missing = 0
    for by_mode in found.metrics.values():
        for counts in by_mode.values():
            kinds.update(counts.failed)
            missing += counts.not_asked
            total += counts.asked + counts.not_asked
    said = ", ".join(f"{kind} {n}" for kind, n in kinds.most_common())
    lines = [f"Of {total} judgements {kinds.total()} failed: {said}."] if kinds else []
    return lines + ([f"Of {total} judgements {missing} are still to be asked."] if missing else [])


def _counts(found: Judgement) -> list[list[str]]:
    return [
        [
            _name(metric), label(mode), str(c.asked), str(c.answered),
            ", ".join(f"{kind} {n}" for kind, n in c.failed.items()) or NONE, str(c.not_asked),
        ]
        for metric, by_mode in found.metrics.items() for mode, c in by_mode.items()
    ]  # fmt: skip


def _mean(counts: JudgedMetric | None) -> str:
    if counts is None or counts.mean is None:
        return NONE
    return f"{100 * counts.mean:.1f} ({counts.n})"


def _name(metric: str) -> str:
    return metric.removeprefix("judge_").replace("_", " ") + (" (judge)" if metric.startswith("judge_") else "")


def _data(run: Run) -> Mapping[str, Any] | None:
    found = run.judge
    if found is None:
        return None
    heads, rows = means(found)
    return {
        "model": found.model,
        "line": found.line,
        "heads": heads,
        "rows": rows,
        "notes": [*agreements(found), *noises(found), *failures(found)],
        "counts": _counts(found),
    }


def _markdown(run: Run) -> Iterable[str]:
    found = run.judge
    if found is None:
        return []
    lines = [found.line, *agreements(found), *noises(found), *failures(found)]
    heads, rows = means(found)
    return [fold("Judge", [table(heads, rows) if rows else "", bullets("", [line for line in lines if line])])]


SECTION = Section(
    "judge",
    HTML,
    _data,
    markdown=_markdown,
    terms={"kappa": "Cohen’s kappa: agreement of two markers beyond what chance gives; 1 is full agreement, 0 chance."},
)
