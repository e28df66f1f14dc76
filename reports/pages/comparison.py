"""The page that compares two runs of one data set: what was set otherwise, what moved, and which questions flipped."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from eval.analysis.changes_file import FILE, Changes, Outcome
from eval.analysis.compare_runs import write_changes
from eval.analysis.run_files import read_analysis
from eval.files import write_text
from eval.records import PASS
from eval.strategies import STRATEGIES
from reports.charts import dumbbells
from reports.charts.portfolio_map import Place, places
from reports.language.language import in_language, translate
from reports.pages.inline import inline
from reports.pages.portfolio import NAMES, relative
from reports.run_folder import Run, in_order, label, read_run
from reports.sections.placement import place
from reports.sections.question_browser import embed
from reports.text import sentences as words
from reports.wording.comparison_notes import note_sentence
from reports.wording.phrases import NOTHING

PAGE = "changes.html"
SHOWN = ("better", "worse")
MOST_FOR_DIFF = 400
"""Words of a setting's value up to which its changes are marked; the comparison's time grows with their square."""


def write_comparison(before: Path, after: Path, out: Path | None = None, language: str = "en") -> Path:
    """Write changes.json and changes.html, by default into the second run's folder, and return the page's path.

    Raises UserError where a folder is no complete run, or the two cannot be compared.
    """
    found = read_analysis(write_changes(before, after), Changes)
    page = out or after / PAGE
    with in_language(language):
        write_text(page, html(read_run(before), read_run(after), found, page.parent))
    return page


def html(before: Run, after: Run, found: Changes, folder: Path) -> str:
    """The page as text, with links relative to the folder that it will lie in."""
    placed = [_place(run, name) for run, name in ((before, translate("before")), (after, translate("after")))]
    drawing, _ = places(placed)
    return inline(
        "changes.html",
        ("places.css", "sheet.css", "changes.css"),
        "changes.js",
        found=found,
        names=_names(before, after),
        links=[relative(run.path / "report.html", folder) for run in (before, after)],
        headline=headline(found),
        lead=lead(found),
        because=because(found),
        notes=[note_sentence(note) for note in found.notes],
        drawing=drawing,
        unknown=any((p.across is None) != (p.up is None) for p in placed),
        verdicts=[(run, words.headline(run), words.evidence(run)) for run in (before, after)],
        titles=NAMES,
        settings=[(s.key, *_marked(s.before, s.after)) for s in found.settings],
        axes=[_axis(found, axis, after.margin) for axis in ("knowledge", "style")],
        data=embed(flips(before, after, found)),
        flipped=len({name for c in found.changes for name in (*c.gained, *c.lost)}),
        file=FILE,
    )


def headline(found: Changes) -> str:
    """What became of the verdict, in one sentence."""
    old, new = _said(found.before), _said(found.after)
    return f"The verdict stands: {new}." if old == new else f"The verdict changed from {old} to {new}."


def _said(verdict: Outcome) -> str:
    if verdict.strategy == "inconclusive" and verdict.candidates:
        return f"not settled ({' or '.join(_short(c) for c in verdict.candidates)})"
    said = _short(verdict.strategy)
    return f"{said} (not good enough yet)" if verdict.fit == "no" and verdict.strategy in STRATEGIES else said


def lead(found: Changes) -> str:
    """How many of the means moved beyond chance, and which moved most."""
    every = found.changes
    shown = sorted((c for c in every if c.reading in SHOWN), key=lambda c: -abs(c.difference))
    if not shown:
        return f"None of {len(every)} means is shown to have changed, on {found.questions.common} common questions."
    named = [f"{label(c.mode)} {words.points(c.difference)} points of {c.axis}" for c in shown[:3]]
    rest = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
    is_ = "is" if len(shown) == 1 else "are"
    return f"{len(shown)} of {len(every)} means {is_} shown to have changed: {', '.join(named)}{rest}."


def because(found: Changes) -> str:
    """Whether other targets alone explain another verdict; empty where the targets are the same."""
    again = found.rejudged
    if again is None:
        return ""
    old, new = _said(found.before), _said(found.after)
    if old == new:
        return f"Targets or margin differ; the old replies under the new ones give: {_said(again)}."
    if _said(again) == new:
        return f"Targets or margin differ, and they alone would do it: the old replies under the new ones give {new}."
    return f"Targets or margin differ, and do not explain it: the old replies under the new ones give {_said(again)}."


def _names(before: Run, after: Run) -> tuple[str, str]:
    """The two folders' names, as much of their paths as tells them apart."""
    one, two = before.path.resolve(), after.path.resolve()
    if one.name != two.name:
        return one.name, two.name
    common = Path(os.path.commonpath([one, two]))
    return one.relative_to(common).as_posix(), two.relative_to(common).as_posix()


def _place(run: Run, name: str) -> Place:
    found = place(run.decision, run.comparisons, run.margin)
    return Place(
        name, run.decision.strategy, found.llm, found.context, run.margin, short=run.decision.falls_short
    )  # fmt: skip


def _axis(found: Changes, axis: str, margin: float) -> dict[str, Any]:
    rows = [c for c in found.changes if c.axis == axis]
    return {"name": words.AXES[axis], "question": words.QUESTIONS[axis], "rows": rows,
            "chart": dumbbells.chart(words.AXES[axis], rows, margin) if rows else ""}  # fmt: skip


def _marked(before: str | None, after: str | None) -> tuple[Markup, Markup]:
    """Both values with the words that differ marked; whole where they are no running text or too long to compare."""
    if before is None or after is None or " " not in before or " " not in after:
        return _whole(before), _whole(after)
    old, new = (re.findall(r"\s+|[^\s\w]|\w+", value) for value in (before, after))
    if max(len(old), len(new)) > MOST_FOR_DIFF:
        return _whole(before), _whole(after)
    left, right = Markup(), Markup()
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        left += gone if kind == "equal" or not gone else Markup("<del>{}</del>").format(gone)
        right += come if kind == "equal" or not come else Markup("<ins>{}</ins>").format(come)
    return left, right


def _whole(value: str | None) -> Markup:
    return escape("–" if value is None else value)


def flips(before: Run, after: Run, found: Changes) -> dict[str, Any]:
    """What the list of flipped questions shows: one entry a question and mode, with both replies and why each fails.

    An entry is [question index, mode index, [[axis index, 1 gained or -1 lost], ...], before, after]; a reply is
    [text, [pass or null, reason] for each axis].
    """
    axes = [axis for axis in ("knowledge", "style") if any(c.axis == axis for c in found.changes)]
    modes = in_order({c.mode: None for c in found.changes})
    turned: dict[tuple[str, str], list[list[int]]] = {}
    for c in found.changes:
        for name, way in (*((n, 1) for n in c.gained), *((n, -1) for n in c.lost)):
            turned.setdefault((name, c.mode), []).append([axes.index(c.axis), way])
    sides = [(run, _scored(run, axes)) for run in (before, after)]
    asked = [e for e in after.examples if any((e.id, mode) in turned for mode in modes)]
    entries = [
        [i, modes.index(mode), turned[e.id, mode], *(_reply(run, scored, mode, e.id) for run, scored in sides)]
        for i, e in enumerate(asked) for mode in modes if (e.id, mode) in turned
    ]  # fmt: skip
    questions = [[e.id, e.question, list(e.answers), e.answerable, list(e.tags)] for e in asked]
    shown = [{"label": label(m)} for m in modes]
    return {"axes": axes, "modes": shown, "questions": questions, "flips": entries}


def _scored(run: Run, axes: Sequence[str]) -> dict[tuple[str, str], list[list[Any]]]:
    """(mode, question) -> for each axis whether the reply passes, and why not."""
    found: dict[tuple[str, str], list[list[Any]]] = {}
    for s in run.scores:
        if s.primary and s.axis in axes:
            row = found.setdefault((s.mode, s.example_id), [[None, ""] for _ in axes])
            row[axes.index(s.axis)] = [None if s.value is None else int(s.value >= PASS), s.reason]
    return found


def _reply(run: Run, scored: Mapping[tuple[str, str], list[list[Any]]], mode: str, name: str) -> list[Any]:
    prediction = run.predictions.get(mode, {}).get(name)
    return [prediction.text if prediction else None, scored.get((mode, name), [])]


def _short(verdict: str) -> str:
    return (
        STRATEGIES[verdict].short
        if verdict in STRATEGIES
        else {"inconclusive": "not settled", "none": NOTHING}.get(verdict, verdict)
    )
