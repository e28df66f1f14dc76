"""The result of a run as the terminal shows it: a drawing on a terminal, plain lines elsewhere, or JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from eval.records import Estimate
from eval.terminal.command_line import Table, print_table
from eval.terminal.result import FILES, Result, translated_key
from reports.wording.fitness_sentence import ANSWERS, fitness_sentence
from reports.wording.verdict_sentence import verdict_name, verdict_sentence


def as_json(found: Result) -> dict[str, Any]:
    """What `--json` prints for one data set."""
    decision = asdict(found.decision)
    keys = (
        "axes", "questions_needed", "fit", "fits", "reaches_target", "risk", "risk_limit", "too_risky", "cut",
        "left_out", "next",
    )  # fmt: skip
    return {
        "dataset": found.decision.dataset,
        "strategy": found.decision.strategy,
        "mode": found.decision.mode,
        "sentence": verdict_sentence(found.decision),
        "fitness": fitness_sentence(found.decision),
        "cost": found.cost,
        "changes": found.changes,
        "targets": dict(found.targets),
        **{k: decision[k] for k in keys},
        "beside": found.beside,
        "paths": {"run": str(found.folder), **{k: str(found.folder / name) for k, name in FILES.items()}},
    }


def show(found: Result) -> None:
    """Print both axes by mode, the verdict and where the report is, on stdout."""
    if sys.stdout.isatty():
        from eval.terminal.result_drawing import print_drawn

        print_drawn(found)
        return
    from reports.language.language import translate

    print_table(axes_table(found))
    if found.endings:
        print(translate(found.endings))
    print(f"\n{found.decision.dataset}: {translate(verdict_sentence(found.decision))}")
    print(translate(fitness_sentence(found.decision)))
    for said in filter(None, (found.cost, found.changes, *found.beside)):
        print(translate(said))
    print(f"{translate('report:')} {found.report}", flush=True)


def show_all(results: Sequence[Result]) -> None:
    """Print one line for each of several data sets, on stdout."""
    from reports.language.language import translate

    rows = [
        [r.decision.dataset, translate(verdict_name(r.decision)), r.decision.mode or "",
         translated_key(ANSWERS[r.decision.fit]), str(r.report)]
        for r in results
    ]  # fmt: skip
    print()
    print_table(([translate(head) for head in ("data set", "strategy", "mode", "fit for use", "report")], rows))


def axes_table(found: Result) -> Table:
    """One row a mode, one column an axis, as mean and 95 % interval; the mode of the verdict has a star."""
    from reports.language.language import translate

    decision = found.decision
    risk = decision.risk
    header = [
        translate(f"{axis} (target {found.targets[axis]:.2f})") if axis in found.targets else translated_key(axis)
        for axis in decision.axes
    ]
    rows = []
    for mode in found.modes:
        cells = [_cell(by_mode.get(mode)) for by_mode in decision.axes.values()]
        wrong = [_cell(risk[mode].wrong if mode in risk else None)] if risk else []
        rows.append([mode + (" *" if mode == decision.mode else ""), *cells, *wrong])
    limit = "" if decision.risk_limit is None else f" (limit {decision.risk_limit:.2f})"
    return [translate("mode"), *header, *([translate(f"wrong, not refused{limit}")] if risk else [])], rows


def _cell(e: Estimate | None) -> str:
    return f"{e.mean:.2f}  [{e.low:.2f}, {e.high:.2f}]  n={e.n}" if e else ""
