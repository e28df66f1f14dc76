"""A verdict, what it was measured against, and where its files lie: what the terminal shows of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.config import DatasetConfig
from eval.files import read_json
from eval.records import Cost, from_dict
from eval.verdict.decision import Decision
from reports.wording.change_sentence import change_sentence

FILES = {
    "report": "report.html", "markdown": "report.md", "decision": "decision.json", "segments": "segments.json",
    "utility": "utility.json", "scores": "scores.jsonl",
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
    def beside(self) -> list[str]:
        """What is shown of single tags, and which mode loses least at the worth that was given, in a sentence each."""
        found = {
            name: read_json(f) for name in ("segments", "utility") if (f := self.folder / f"{name}.json").is_file()
        }
        said = list(found.get("segments", {}).get("words", ()))
        worth = found.get("utility", {})
        return said + (list(worth["words"]) if worth.get("worth") else [])

    @property
    def cost(self) -> str:
        """What answering and building cost, in a sentence; empty where that was not counted."""
        from eval.analysis.cost_said import cost_said

        return cost_said(self.folder, self.decision)

    @property
    def changes(self) -> str:
        """What would change the verdict, in a sentence; empty where it is open or that was not looked at."""
        from eval.analysis.run_files import Sensitivity, read_analysis

        file = self.folder / "sensitivity.json"
        return change_sentence(self.decision, read_analysis(file, Sensitivity)) if file.is_file() else ""

    @property
    def modes(self) -> list[str]:
        """All modes that were scored on an axis, in the order of the decision."""
        return list(dict.fromkeys(m for by_mode in self.decision.axes.values() for m in by_mode))


def result(decision: Decision, config: DatasetConfig, folder: Path) -> Result:
    """Put a decision beside the targets of its data set."""
    known = {"knowledge": config.knowledge.target, "style": config.style.target}
    return Result(decision, {a: known[a] for a in decision.axes if a in known}, folder)


def _share(value: float) -> str:
    """A share in per cent; what is above 0 is never shown as 0."""
    return f"{100 * value:.0f} %" if value >= 0.005 else "under 1 %"


def translated_key(key: str) -> str:
    """A word of ours (an axis, an answer) as it is in English, in another language by its name there."""
    from reports.language.language import translate

    name = key.capitalize()
    return key if translate(name) == name else translate(name)
