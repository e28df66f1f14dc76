"""What a run's mode costs, in a sentence, from the files of its folder: for the terminal and the cards."""

from __future__ import annotations

from pathlib import Path

from eval.analysis.money_files import Economics
from eval.analysis.run_files import read_analysis
from eval.files import read_json
from eval.records import Cost, from_dict
from eval.verdict.decision import Decision
from reports.wording.cost_sentence import cost_sentence


def cost_said(folder: Path, decision: Decision, mode: str | None = None) -> str:
    """Of a mode, by default the verdict's; empty where it was not counted."""
    economics, costs = folder / "economics.json", folder / "costs.json"
    if not (economics.is_file() and costs.is_file()):
        return ""
    known = {cost.mode: cost for cost in (from_dict(Cost, c) for c in read_json(costs))}
    return cost_sentence(decision, read_analysis(economics, Economics), known, mode)
