"""Which model and strategy to take, from finished runs of one data set with several models. No model is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval.errors import UserError
from eval.files import file_digest, read_json, write_json
from eval.pipeline.run_config import read_run_config
from eval.records import Estimate
from eval.verdict.decision import Decision, decision_from_dict

FILE = "matrix.json"


@dataclass(frozen=True, slots=True)
class ModelResult:
    """One model's run, as far as a choice of model needs it."""

    name: str
    model: str
    folder: Path
    decision: Decision
    questions: str
    """A digest of what was asked."""
    per_thousand: float | None
    """What a thousand questions cost by the verdict's mode; None: no mode, or nothing was measured."""
    fixed: float | None
    """Indexing and training, once."""
    currency: str
    placeholders: bool
    """The prices are those that the tool brings, which are nobody's."""

    def estimate(self, axis: str, mode: str | None = None) -> Estimate | None:
        """What a mode, by default the verdict's, reaches on an axis."""
        return self.decision.axes.get(axis, {}).get(mode or self.decision.mode or "")

    @property
    def reaches(self) -> bool:
        """Whether the verdict's mode is shown to reach every target."""
        return self.decision.fit == "yes" and self.decision.mode is not None


def read_result(name: str, folder: Path) -> ModelResult:
    """One model's result from its run folder."""
    decision = decision_from_dict(read_json(folder / "decision.json"))
    file = folder / "economics.json"
    money = read_json(file) if file.is_file() else {}
    arm = money.get("arms", {}).get(decision.mode or "", {})
    return ModelResult(
        name, read_run_config(folder / "config.yaml").model, folder, decision, file_digest(folder / "examples.jsonl"),
        arm.get("per_thousand"), arm.get("fixed"), str((money.get("prices") or {}).get("currency", "")),
        bool(money.get("placeholders", True)),
    )  # fmt: skip


def cheapest(results: Sequence[ModelResult]) -> ModelResult | None:
    """Of the models whose verdict is shown to reach every target, the one whose verdict's mode costs least to ask.

    The verdict's mode is already the cheapest strategy of its model that is worth its cost, so that the pair follows
    from the same rule. Ties go to what costs less to build, then to the order given. None: no model reaches them, or
    prices are in several currencies.
    """
    able = [r for r in results if r.reaches and r.per_thousand is not None]
    if not able or len({r.currency for r in able}) > 1:
        return None
    return min(able, key=lambda r: (r.per_thousand or 0.0, r.fixed or 0.0))


def write_choice(results: Sequence[ModelResult], folder: Path, sentence: str) -> Path:
    """Write matrix.json: every model's verdict, figures and costs, and the choice, which `sentence` says in words.

    Raises UserError where the runs were not asked the same questions.
    """
    if len({r.questions for r in results}) > 1:
        raise UserError(f"{folder}: the models were asked different questions; run them again in one command")
    found = cheapest(results)
    document: dict[str, Any] = {
        "choice": None if found is None else {"model": found.name, "mode": found.decision.mode},
        "sentence": sentence,
        "models": [
            {
                "name": r.name, "model": r.model, "folder": r.folder.name, "strategy": r.decision.strategy,
                "mode": r.decision.mode, "fit": r.decision.fit, "per_thousand": r.per_thousand, "fixed": r.fixed,
                "currency": r.currency, "placeholders": r.placeholders,
                "axes": {a: {m: asdict(e) for m, e in by.items()} for a, by in r.decision.axes.items()},
            }
            for r in results
        ],
    }  # fmt: skip
    write_json(folder / FILE, document)
    return folder / FILE
