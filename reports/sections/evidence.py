"""The pictures of the evidence and their numbers, as the template wants them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from eval.records import Comparison, Estimate
from reports.charts import plots as charts
from reports.charts.forest_plot import forest_plot
from reports.run_folder import Run
from reports.sections import costs, retention, summary
from reports.sections.summary import Outcomes, Table
from reports.text import sentences as words

LOSS_ROWS = 12
METRICS = {"mrr": "MRR", "ndcg": "nDCG"}


def axis(run: Run, name: str) -> dict[str, Any]:
    """One axis: its dots and whiskers, and the numbers of every arm."""
    arms, target = summary.arms(run, name), run.target(name)
    return {
        "name": words.AXES[name],
        "question": words.QUESTIONS[name],
        "metrics": sorted({s.metric for s in run.scores if s.axis == name and s.primary}),
        "target": target,
        "arms": arms,
        "n": _counted(e.n for _, e in arms),
        "chart": charts.dots(words.AXES[name], arms, target, run.decision.mode),
    }


def differences(run: Run, comparisons: Sequence[Comparison]) -> list[dict[str, Any]]:
    """Rows of the table of paired differences."""
    return [
        {"c": c, "reading": summary.reading(c, run.margin), "chart": charts.forest(c, run.margin)} for c in comparisons
    ]


def forests(run: Run, deciding: Sequence[Comparison]) -> list[tuple[str, str, Markup]]:
    """(axis, n, forest plot) of the deciding differences, each turned so that the verdict's arm is the treatment."""
    found = []
    for name in summary.axes(run):
        own = [_turned(c) if c.control == run.decision.mode else c for c in deciding if c.axis == name]
        if own:
            found.append((name, _counted(c.n for c in own), forest_plot(own, run.margin)))
    return found


def _turned(c: Comparison) -> Comparison:
    return Comparison(
        c.axis, c.metric, c.treatment, c.control, c.n, c.groups, c.dropped, -c.difference, -c.high, -c.low
    )


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
                (f"{name[0].upper() if name.islower() else name[0]}{name[1:]}, {_counted(e.n for _, e in arms)}", drawn)
            )
    return found


def retention_charts(run: Run) -> list[tuple[str, Markup]]:
    """(what was measured, dots before and after tuning) of every share of the battery."""
    found = []
    for metric, modes in run.side_effects.get("retention", {}).items():
        if metric in ("choice", "pairs", "refusal"):
            arms = [(m, Estimate(e["mean"], e["low"], e["high"], e["n"])) for m in modes if (e := modes[m]["mean"])]
            name = retention.NAMES[metric]
            found.append((f"{name}, {_counted(e.n for _, e in arms)}", charts.dots(name, arms, None, None)))
    return found


def counts(outcomes: Outcomes) -> list[tuple[str, int]]:
    """(outcome as the browser's filter names it, replies)."""
    names = ("both", "content_only", "form_only", "neither", "unscored")
    return [(name.replace("_", "-"), getattr(outcomes, name)) for name in names]


def curves(run: Run) -> list[tuple[str, Markup, list[tuple[str, str, str]]]]:
    """(mode, loss curve, rows of step, training loss, held-back loss) of every arm that was trained."""
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


def _counted(ns: Any) -> str:
    """`n = 208`, or `n = 182 to 208` where arms differ."""
    found = sorted(set(ns))
    if not found:
        return ""
    return f"n = {found[0]}" if len(found) == 1 else f"n = {found[0]} to {found[-1]}"
