"""The page in short, as Markdown that fits a comment on a pull request: the verdict open, its evidence folded away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from eval.records import Estimate
from reports.run_folder import Run, in_order, label
from reports.sections import costs, endings, failures, judging, money, retention, summary
from reports.sections import robustness as firmness
from reports.sections.placement import place
from reports.text import sentences as words


def markdown(run: Run) -> str:
    """Verdict, axes, what next and caveats; folded below: why, differences, retrieval, failures, costs and the rest."""
    blocks = [f"# {plain(run.decision.dataset)}: {plain(words.headline(run))}", _verdict(run), *_axes(run)]
    blocks += [words.unscored(run), bullets("Next", words.next_steps(run)), bullets("Caveats", run.decision.caveats)]
    folded = {
        "Why": _why(run),
        "Paired differences": _differences(run),
        **{words.AXES[axis]: _metrics(run, axis) for axis in ("retrieval", "abstention")},
        "Why questions failed": _failures(run),
        "How firm the verdict is": _firmness(run),
        "How replies ended": _endings(run),
        "Costs": _costs(run),
        "In money": _money(run),
        "Side effects: retention": _retention(run),
        "Judge": _judge(run),
    }
    blocks += [fold(title, found) for title, found in folded.items()]
    return "\n\n".join(block for block in blocks if block) + "\n"


def fold(title: str, blocks: Iterable[str]) -> str:
    """Blocks below a line that opens them, as GitHub and GitLab show it; empty when there are none."""
    inside = "\n\n".join(block for block in blocks if block)
    return f"<details>\n<summary>{title}</summary>\n\n{inside}\n\n</details>" if inside else ""


def _verdict(run: Run) -> str:
    decision = run.decision
    needed = f"**Verdict: {decision.strategy}**" + (f" (arm `{decision.mode}`)" if decision.mode else "")
    said = " ".join(part for part in (words.evidence(run), words.sureness(run), words.not_measured(run)) if part)
    return f"{needed}. {plain(said)}"


def _why(run: Run) -> list[str]:
    placement = place(run.decision, run.comparisons, run.margin)
    places = [words.lift_words(placement.context, "Retrieval"), words.lift_words(placement.llm, "Tuning")]
    return [bullets("", run.decision.reasons), bullets("What each mechanism adds", places)]


def _axes(run: Run) -> list[str]:
    scored = summary.axes(run)
    heads = ["mode"] + [f"{axis}{_target(run, axis)} (95 % interval, n)" for axis in scored]
    found = {axis: run.decision.axes[axis] for axis in scored}
    modes = in_order({mode: None for estimates in found.values() for mode in estimates})
    rows = [[_mode(run, mode), *(_estimate(found[axis].get(mode)) for axis in scored)] for mode in modes]
    return ["## Both axes" if len(scored) > 1 else "## The axis", table(heads, rows)] if rows else []


def _target(run: Run, axis: str) -> str:
    target = run.target(axis)
    return "" if target is None else f", target {words.percent(target)}"


def _mode(run: Run, mode: str) -> str:
    return f"**{label(mode)}**" if mode == run.decision.mode else label(mode)


def _estimate(estimate: Estimate | None) -> str:
    if estimate is None:
        return costs.NONE
    return f"{words.column(estimate.mean)} ({100 * estimate.low:.1f} to {100 * estimate.high:.1f}, {estimate.n})"


def _differences(run: Run) -> list[str]:
    deciding, _ = summary.deciding(run)
    rows = [
        [
            c.axis,
            f"{label(c.treatment)} − {label(c.control)}",
            words.column_points(c.difference),
            f"{words.column_points(c.low)} to {words.column_points(c.high)}",
            str(c.n),
            str(c.groups),
            summary.reading(c, run.margin),
        ]
        for c in deciding
    ]
    heads = ["axis", "difference", "points", "95 % interval", "n", "groups", "reads as"]
    return [table(heads, rows)] if rows else []


def _metrics(run: Run, axis: str) -> list[str]:
    found = summary.metric_table(run, axis)
    rows = [[_mode(run, mode), *map(_estimate, cells)] for mode, cells in found.rows]
    return [table(["mode", *found.metrics], rows)] if rows else []


def _judge(run: Run) -> list[str]:
    found = judging.read(run.path)
    if not found:
        return []
    lines = [found.get("line", ""), *judging.agreements(found), *judging.noises(found), *judging.failures(found)]
    heads, rows = judging.means(run, found)
    return [table(heads, rows) if rows else "", bullets("", [line for line in lines if line])]


def _endings(run: Run) -> list[str]:
    rows = [[_mode(run, row.mode), *row.cells] for row in endings.ending_rows(run)]
    return [table(["mode", *endings.COLUMNS], rows), endings.NOTE] if rows else []


def _costs(run: Run) -> list[str]:
    rows = [[_mode(run, row.mode), *row.cells] for row in costs.cost_rows(run)]
    return [table(["mode", *costs.COLUMNS], rows)] if rows else []


def _failures(run: Run) -> list[str]:
    arms = failures.arms(run)
    if not arms:
        return []
    heads = ["cause", *(f"{label(mode)} ({failed} of n={n} failed)" for mode, failed, n in arms)]
    rows = [[row.words, *(str(count) if count else costs.NONE for count in row.counts)] for row in failures.rows(run)]
    said = run.attribution["better_retrieval"]["words"]
    return [plain(said), table(heads, rows) if rows else "No question failed."]


def _firmness(run: Run) -> list[str]:
    said = [words_ for _, words_, _ in firmness.strips(run)]
    return [bullets("Other targets and margins, one at a time", said)]


def _money(run: Run) -> list[str]:
    rows = [[_mode(run, row.mode), *row.cells] for row in money.rows(run)]
    if not rows:
        return []
    said = [bullets("When building pays back", money.break_even(run)), bullets("Corpus updates", money.updates(run))]
    return [plain(money.prices(run)), table(["mode", *money.COLUMNS], rows), *said]


def _retention(run: Run) -> list[str]:
    heads = ["measured", "mode", "mean", "95 % interval", "change from base", "95 % interval", "n"]
    rows = [
        [r.metric, label(r.mode), r.mean, r.mean_interval, r.change, r.change_interval, r.n]
        for r in retention.rows(run)
    ]
    return [table(heads, rows)] if rows else []


def bullets(title: str, items: Iterable[str]) -> str:
    """A list below a bold title, or without one; empty when there are no items."""
    lines = [f"- {plain(item)}" for item in items]
    return "\n".join([*((f"**{title}**", "") if title else ()), *lines]) if lines else ""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column is read from the left and whose others are aligned to the right."""
    rule = ["---"] + ["---:"] * (len(heads) - 1)
    lines = [[_cell(text) for text in row] for row in (heads, *rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (lines[0], rule, *lines[1:]))


def _cell(text: str) -> str:
    return plain(text).replace("|", "\\|")


def plain(text: str) -> str:
    """One line in which nothing is read as HTML, an image or a link; no-break spaces stay."""
    line = re.sub(r"[ \t\r\n\f\v\u2028\u2029]+", " ", text).strip()
    return re.sub(r"([\[\]])", r"\\\1", line.replace("&", "&amp;").replace("<", "&lt;"))
