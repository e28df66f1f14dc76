"""The result of a run as the terminal shows it: a drawing on a terminal, plain lines elsewhere, or JSON."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval.config import DatasetConfig
from eval.files import read_json
from eval.records import Cost, Decision, Estimate, from_dict
from eval.terminal.command_line import Table, print_table
from eval.verdict.decide import verdict_sentence
from eval.verdict.sentences import verdict_name

FILES = {
    "report": "report.html", "markdown": "report.md", "decision": "decision.json", "scores": "scores.jsonl",
    "predictions": "predictions", "config": "config.yaml",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """A verdict, what it was measured against, and where its files lie."""

    decision: Decision
    targets: Mapping[str, float]
    """axis -> what is good enough."""
    folder: Path

    @property
    def report(self) -> Path:
        """The page."""
        return self.folder / FILES["report"]

    @property
    def endings(self) -> str:
        """Which modes have replies that did not end by themselves, in one line; empty when there are none."""
        file = self.folder / "costs.json"
        costs = [from_dict(Cost, c) for c in read_json(file)] if file.is_file() else []
        kinds = {"cut at the limit": "cut", "ended in a loop": "loops"}
        found = {
            words: ", ".join(f"{c.mode} {_share(getattr(c, key) / c.questions)}" for c in costs if getattr(c, key))
            for words, key in kinds.items()
        }
        return "; ".join(f"replies {words}: {modes}" for words, modes in found.items() if modes)

    @property
    def modes(self) -> list[str]:
        """All modes that were scored on an axis, in the order of the decision."""
        return list(dict.fromkeys(m for by_mode in self.decision.axes.values() for m in by_mode))


def result(decision: Decision, config: DatasetConfig, folder: Path) -> Result:
    """Put a decision beside the targets of its data set."""
    known = {"knowledge": config.knowledge.target, "style": config.style.target}
    return Result(decision, {a: known[a] for a in decision.axes if a in known}, folder)


def as_json(found: Result) -> dict[str, Any]:
    """What `--json` prints for one data set."""
    decision = asdict(found.decision)
    keys = ("axes", "questions_needed", "fit", "reaches_target", "cut", "left_out", "next")
    return {
        "dataset": found.decision.dataset,
        "strategy": found.decision.strategy,
        "mode": found.decision.mode,
        "sentence": verdict_sentence(found.decision),
        "targets": dict(found.targets),
        **{k: decision[k] for k in keys},
        "paths": {"run": str(found.folder), **{k: str(found.folder / name) for k, name in FILES.items()}},
    }


def show(found: Result) -> None:
    """Print both axes by mode, the verdict and where the report is, on stdout."""
    if sys.stdout.isatty():
        from eval.terminal.result_drawing import print_drawn

        print_drawn(found)
        return
    print_table(axes_table(found))
    if found.endings:
        print(found.endings)
    print(f"\n{found.decision.dataset}: {verdict_sentence(found.decision)}")
    print(f"report: {found.report}", flush=True)


def show_all(results: Sequence[Result]) -> None:
    """Print one line for each of several data sets, on stdout."""
    rows = [[r.decision.dataset, verdict_name(r.decision), r.decision.mode or "", str(r.report)] for r in results]
    print()
    print_table((["data set", "strategy", "mode", "report"], rows))


def axes_table(found: Result) -> Table:
    """One row a mode, one column an axis, as mean and 95 % interval; the mode of the verdict has a star."""
    decision = found.decision
    header = [f"{axis} (target {found.targets[axis]:.2f})" if axis in found.targets else axis for axis in decision.axes]
    rows = []
    for mode in found.modes:
        cells = [_cell(by_mode.get(mode)) for by_mode in decision.axes.values()]
        rows.append([mode + (" *" if mode == decision.mode else ""), *cells])
    return ["mode", *header], rows


def _share(value: float) -> str:
    """A share in per cent; what is above 0 is never shown as 0."""
    return f"{100 * value:.0f} %" if value >= 0.005 else "under 1 %"


def _cell(e: Estimate | None) -> str:
    return f"{e.mean:.2f}  [{e.low:.2f}, {e.high:.2f}]  n={e.n}" if e else ""
