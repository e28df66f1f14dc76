"""Several models on one data set: how verdict, figures and costs move with the model, and which pair to take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.analysis.model_choice import ModelResult, cheapest
from eval.files import write_text
from eval.strategies import STRATEGIES
from reports.pages.inline import inline
from reports.pages.portfolio import NAMES, relative
from reports.run_folder import in_order
from reports.wording.model_choice_sentence import choice_sentence

FILE = "matrix.html"
FIT = {"yes": "reaches every target", "no": "misses a target", "not_shown": "not shown to reach the targets"}


def write_matrix(results: Sequence[ModelResult], folder: Path) -> Path:
    """Write the page beside the models' run folders, and return its path."""
    file = folder / FILE
    write_text(file, html(results, folder))
    return file


def html(results: Sequence[ModelResult], folder: Path) -> str:
    """The page as text."""
    axes = list(dict.fromkeys(a for r in results for a in r.decision.axes))
    shown = in_order({m: None for r in results for by in r.decision.axes.values() for m in by})
    chosen = cheapest(results)
    rows = [
        {
            "result": r, "href": relative(r.folder / "report.html", folder), "verdict": NAMES[r.decision.strategy],
            "advice": STRATEGIES[r.decision.strategy].short if r.decision.strategy in STRATEGIES else "",
            "fit": FIT[r.decision.fit], "chosen": r is chosen,
        }
        for r in results
    ]  # fmt: skip
    return inline(
        "matrix.html", ("sheet.css",), data=results[0].decision.dataset, rows=rows, axes=axes, modes=shown,
        sentence=choice_sentence(results),
    )  # fmt: skip
