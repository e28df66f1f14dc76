"""What retrieval found, and whether the modes refused what they should: means of every metric of the two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from eval.records import Estimate
from reports.charts import plots as charts
from reports.run_folder import Run, label
from reports.sections import summary
from reports.sections.axes import estimate
from reports.sections.section import Section
from reports.sections.summary import Table, arm_name
from reports.text import sentences as words
from reports.text.markdown import fold, table

STAGES = {
    "not_in_corpus": ("the answer is in no document of the corpus", "add the documents that hold the answers"),
    "in_no_chunk": ("the answer is in no chunk whole", "cut longer chunks, or let them overlap: `rag tune`"),
    "not_found": ("no passage with it is among the {depth} best", "another method, embedder or reranker: `rag tune`"),
    "not_in_prompt": ("a passage with it is found, but not in the prompt", "more passages, or a reranker: `rag tune`"),
    "not_used": ("a passage with it is in the prompt, and the reply is wrong", "a model that reads better, or tuning"),
}  # fmt: skip
"""stage -> (what is the matter, what repairs it)."""
METRICS = {"mrr": "MRR", "ndcg": "nDCG"}
HTML = """\
<section id="retrieval">
<h2>{{ metric_tables|map(attribute=0)|join(" and ") }}</h2>
{% for title, table, charts in metric_tables %}
<div class="card"><h3>{{ title }}</h3>
<div class="pair pictures">{% for name, chart in charts %}<div><h4>{{ name }}</h4>{{ chart }}</div>{% endfor %}</div>
<details class="numbers"><summary>The numbers</summary><div class="scroll" tabindex="0" role="group" aria-label="Table"><table>
<caption><span>{{ title }}: means with 95 % Wilson intervals over independent groups</span></caption>
<thead><tr><th scope="col">Mode</th>{% for metric in table.metrics %}<th scope="col" class="num">{{ metric|replace("_", " ") }}</th>{% endfor %}</tr></thead>
<tbody>
{% for mode, cells in table.rows %}
<tr{% if mode == decision.mode %} class="chosen"{% endif %}>{{ arm(mode) }}{% for e in cells %}{{ num(e) }}{% endfor %}</tr>
{% endfor %}
</tbody></table></div></details></div>
{% endfor %}
{% for mode, n, failed, stages in losses %}
<div class="card"><h3>Is it the retriever? {{ mode }}</h3>
<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>
<caption><span>Where the {{ failed }} questions of {{ n }} were lost that it has wrong</span></caption>
<thead><tr><th scope="col">What is the matter</th><th scope="col" class="num">Questions</th>
<th scope="col" class="num">The most that a repair gives</th><th scope="col">Repair</th></tr></thead>
<tbody>{% for words, count, most, repair in stages %}
<tr><th scope="row">{{ words }}</th><td class="num">{{ count }}</td><td class="num">{{ most }}</td><td>{{ repair }}</td></tr>
{% endfor %}</tbody></table></div></div>
{% endfor %}
</section>
"""


def metric_tables(run: Run) -> list[tuple[str, Table, list[tuple[str, Markup]]]]:
    """(title, table, a chart for each metric) of retrieval and of abstention, where they were scored."""
    return [
        (words.AXES[name], table, _metric_charts(run, table))
        for name in ("retrieval", "abstention") if (table := summary.metric_table(run, name)).rows
    ]  # fmt: skip


def _metric_charts(run: Run, table: Table) -> list[tuple[str, Markup]]:
    found = []
    for i, metric in enumerate(table.metrics):
        arms = [(mode, e) for mode, cells in table.rows if (e := cells[i]) is not None]
        if all(e.low >= 0 and e.high <= 1 for _, e in arms):
            name = METRICS.get(metric, metric.replace("_", " "))
            drawn = charts.dots(name, arms, None, run.decision.mode)
            found.append(
                (
                    f"{name[0].upper() if name.islower() else name[0]}{name[1:]}, {words.counted(e.n for _, e in arms)}",
                    drawn,
                )
            )
    return found


def data(run: Run) -> Mapping[str, Any] | None:
    """The tables, where there is anything in them."""
    return {"metric_tables": found, "losses": losses(run)} if (found := metric_tables(run)) else None


def losses(run: Run) -> list[tuple[str, int, int, list[tuple[str, int, str, str]]]]:
    """(arm, questions, failed ones, stages) of untuned arms that retrieve; a stage has words, count, share, repair."""
    depth = run.losses.depth
    return [
        (label(mode), arm.n, arm.failed, [
            (STAGES[name][0].format(depth=depth), lost.count, _most(lost.of_all), STAGES[name][1])
            for name, lost in arm.rungs.items()
        ])
        for mode, arm in run.losses.arms.items() if arm.failed
    ]  # fmt: skip


def _most(share: Estimate | None) -> str:
    if share is None:
        return "–"
    return f"{100 * share.mean:.0f} points ({100 * share.low:.0f} to {100 * share.high:.0f})"


def _losses(run: Run) -> list[str]:
    head = ["what is the matter", "questions", "the most that a repair gives", "repair"]
    return [
        f"{name}: {failed} of {n} wrong\n\n{table(head, [[w, str(c), m, r] for w, c, m, r in stages])}"
        for name, n, failed, stages in losses(run)
    ]


def markdown(run: Run) -> Iterable[str]:
    """A table for each of the two."""
    tables = [fold(words.AXES[axis], _metrics(run, axis)) for axis in ("retrieval", "abstention")]
    return [*tables, fold("Is it the retriever?", _losses(run))]


def _metrics(run: Run, axis: str) -> list[str]:
    found = summary.metric_table(run, axis)
    rows = [[arm_name(run, mode), *map(estimate, cells)] for mode, cells in found.rows]
    return [table(["mode", *found.metrics], rows)] if rows else []


SECTION = Section(
    "retrieval",
    HTML,
    data,
    link="Retrieval",
    markdown=markdown,
    terms={
        "recall@k": "The share of the gold documents that are among the first k passages.",
        "MRR": "One divided by the rank of the first gold passage, on average.",
        "nDCG": "How high the gold passages stand in the ranking: 1 when they come first.",
        "abstention": "Refusing a question that the corpus does not answer, and no other.",
    },
)
