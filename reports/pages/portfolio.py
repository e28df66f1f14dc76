"""Several runs on one page: every data set in one quadrant, and a table of verdicts that leads into each report."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from eval.errors import UserError
from eval.files import write_text
from eval.records import Estimate
from eval.strategies import STRATEGIES
from eval.verdict.decision import Needed
from reports.charts.error_bars import whisker
from reports.charts.portfolio_map import Place, places
from reports.language.language import in_language
from reports.pages.inline import inline
from reports.run_folder import Run, read_run
from reports.sections import summary
from reports.sections.answers import first_step
from reports.sections.first_screen import is_missed
from reports.sections.placement import Placement, place
from reports.text import sentences as words
from reports.wording.change_sentence import change_sentence
from reports.wording.cost_sentence import CostWords, cost_words
from reports.wording.fitness_sentence import ANSWERS

FILE = "portfolio.html"
NAMES = {s.name: s.cell[0] for s in STRATEGIES.values()} | {
    "none": "Nothing good enough",
    "inconclusive": "Not settled",
}


@dataclass(frozen=True, slots=True)
class AxisCell:
    """What the verdict's mode reaches on one axis."""

    axis: str
    estimate: Estimate
    target: float | None
    reached: str
    """`reached`, `missed` or `open`; empty without a target."""
    chart: Markup


@dataclass(frozen=True, slots=True)
class Row:
    """One run as the table shows it."""

    name: str
    href: str
    run: Run
    verdict: str
    """The strategy's title."""
    short: bool
    """The best of what was tried, and not good enough yet."""
    fit: str
    """Whether it is fit for use, and the class that colours it."""
    fit_class: str
    wrong: Estimate | None
    """How often the verdict's mode is wrong with confidence."""
    invents: float | None
    """How often it answers what has no answer; None where that was not asked."""
    cost: CostWords | None
    first: str
    """What comes before it is put to use; empty where it may be."""
    sure: str
    firm: str
    cells: tuple[AxisCell | None, ...]
    """Knowledge and style; None where there is no mode or no score."""
    targets: str
    needed: str
    """Questions in all, of an open verdict."""
    placement: Placement


def write_portfolio(runs: Sequence[Path], out: Path | None = None, language: str = "en") -> Path:
    """Write the page of several runs and return its path; by default into the folder that holds them all.

    Raises UserError when a run folder is missing or unreadable, or holds no folder in common with the others.
    """
    page = out or common_folder(runs) / FILE
    with in_language(language):
        write_text(page, html([read_run(run) for run in runs], page.parent))
    return page


def common_folder(runs: Sequence[Path]) -> Path:
    """The deepest folder that holds all run folders."""
    try:
        common = Path(os.path.commonpath([run.resolve().parent for run in runs]))
    except ValueError:
        raise UserError("the runs lie on different drives; say where the page goes with: --out FILE") from None
    return Path(os.path.relpath(common)) if common.is_relative_to(Path.cwd()) else common


def html(runs: Sequence[Run], folder: Path) -> str:
    """The page as text, with links relative to the folder that it will lie in."""
    rows = _rows(runs, folder)
    drawing, unlabelled = places([_place(row) for row in rows])
    return inline(
        "portfolio.html",
        ("places.css", "sheet.css", "portfolio.css"),
        rows=rows,
        drawing=drawing,
        unlabelled=unlabelled,
        unknown=list(_unknown(rows)),
        unplaced=[row.name for row in rows if not (row.placement.llm or row.placement.context)],
        headline=headline([row.run.decision.strategy for row in rows], sum(row.short for row in rows)),
        groups=_groups(rows),
        cautions=list(_cautions(rows)),
        lifts=words.lift_words,
    )


def headline(strategies: Sequence[str], short: int = 0) -> str:
    """How many data sets need what, and for how many of these the best is not good enough yet."""
    counts, n = Counter(strategies), len(strategies)
    said = [
        f"{counts[s.name]} {'needs' if counts[s.name] == 1 else 'need'} {s.short}"
        for s in STRATEGIES.values()
        if counts[s.name]
    ]
    if counts["none"]:
        said.append(f"for {counts['none']} nothing tried is good enough")
    if counts["inconclusive"]:
        said.append(f"{counts['inconclusive']} {'is' if counts['inconclusive'] == 1 else 'are'} not settled")
    joined = " and ".join(filter(None, [", ".join(said[:-1]), said[-1]]))
    yet = f" For {short} of them what is best is not good enough yet." if short else ""
    return f"Of {n} data sets, {joined}.{yet}"


def _rows(runs: Sequence[Run], folder: Path) -> list[Row]:
    times = Counter(run.decision.dataset for run in runs)
    order = [*STRATEGIES, "none", "inconclusive"]
    rows = [_row(run, folder, times[run.decision.dataset] > 1) for run in runs]
    return sorted(rows, key=lambda row: order.index(row.run.decision.strategy))


def _row(run: Run, folder: Path, several: bool) -> Row:
    decision = run.decision
    risk = decision.risk.get(decision.mode or "")
    cells = tuple(_cell(run, axis) for axis in ("knowledge", "style"))
    return Row(
        name=f"{decision.dataset} ({run.path.name})" if several else decision.dataset,
        href=relative(run.path / "report.html", folder),
        run=run,
        verdict=NAMES[decision.strategy],
        short=decision.falls_short,
        fit=ANSWERS[decision.fit].capitalize(),
        fit_class={"yes": "reached", "no": "missed", "not_shown": "open"}[decision.fit],
        wrong=risk.wrong if risk else None,
        invents=risk.unanswerable.mean if risk and risk.unanswerable else None,
        cost=cost_words(decision, run.economics, run.costs),
        first=" ".join(first_step(run)),
        sure=_sure(run),
        firm=_firm(run),
        cells=cells,
        targets=_targets(cells),
        needed=_range(decision.questions_needed),
        placement=place(decision, run.comparisons, run.margin),
    )


def _range(needed: Needed | None) -> str:
    """Questions in all, from as likely settled as not to four times in five."""
    if needed is None:
        return "–"
    low, high = needed.total
    return f"about {low}" if low == high else f"{low} to {high}"


def relative(target: Path, folder: Path) -> str:
    """The address of a file as seen from a page in `folder`, fit for an href."""
    return quote(Path(os.path.relpath(target.resolve(), folder.resolve())).as_posix())


def _cell(run: Run, axis: str) -> AxisCell | None:
    estimate = run.decision.axes.get(axis, {}).get(run.decision.mode or "")
    if estimate is None:
        return None
    target = run.target(axis)
    reached = ""
    if target is not None:
        missed = is_missed(run, estimate, target)
        reached = "reached" if estimate.low >= target else "missed" if missed else "open"
    chart = whisker(f"{axis} {words.interval(estimate)}", estimate, target, run.decision.strategy)
    return AxisCell(axis, estimate, target, reached, chart)


def _targets(cells: Iterable[AxisCell | None]) -> str:
    found = [cell for cell in cells if cell and cell.reached]
    if not found:
        return "–"
    if len({cell.reached for cell in found}) == 1:
        both = "both " if len(found) > 1 else ""
        return f"{both}{found[0].reached}"
    return ", ".join(f"{cell.axis} {cell.reached}" for cell in found)


def _sure(run: Run) -> str:
    questions = f"{len(run.examples)} questions, {summary.groups(run)} groups"
    if run.decision.strategy != "inconclusive":
        return f"settled on {questions}"
    if run.decision.cut_open:
        return f"open after {questions}: replies were cut at the length limit"
    possible = " or ".join(STRATEGIES[c].short for c in run.decision.candidates)
    return f"open after {questions}: {possible}" if possible else f"open after {questions}"


def _firm(run: Run) -> str:
    """What would change the verdict: other targets, or of an open one how many questions; empty where not known."""
    if needed := run.decision.questions_needed:
        return f"Needs {_range(needed)} questions."
    return words.spaced(change_sentence(run.decision, run.sensitivity))


def _place(row: Row) -> Place:
    found = row.placement
    return Place(row.name, row.run.decision.strategy, found.llm, found.context, row.run.margin, row.href, row.short)


def _unknown(rows: Sequence[Row]) -> Iterable[tuple[str, str]]:
    """(data set, what was not measured of it) where only one of the two lifts is known."""
    for row in rows:
        if row.placement.context and not row.placement.llm:
            yield row.name, "what tuning adds (across) was not measured"
        elif row.placement.llm and not row.placement.context:
            yield row.name, "what retrieval adds (up) was not measured"


def _groups(rows: Sequence[Row]) -> list[tuple[str, str, list[Row]]]:
    """(strategy, its title, the data sets that need it) for every verdict that occurs."""
    found = [
        (s, NAMES[s], [r for r in rows if r.run.decision.strategy == s]) for s in (*STRATEGIES, "none", "inconclusive")
    ]
    return [(s, title, group) for s, title, group in found if group]


def _cautions(rows: Sequence[Row]) -> Iterable[str]:
    """Why the data sets cannot be set beside one another without a thought; nothing when they can."""
    for what, of in (("model", "base models"), ("embedder", "embedders")):
        held = Counter(getattr(row.run.config, what) for row in rows)
        if len(held) > 1:
            yield f"Not the same {of}: {', '.join(f'{name} ({n})' for name, n in held.items())}."
    if len({row.run.margin for row in rows}) > 1:
        yield "Not the same margin: each data set is placed by its own, so that the borders mean the same for all."
    limited = [row.name for row in rows if row.run.config.limit]
    if limited:
        yield f"Run with --limit, on a part of the test questions: {', '.join(limited)}."
