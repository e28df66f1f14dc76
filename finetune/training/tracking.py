"""Loss curves: history.jsonl beside the adapter, and the trackers that `finetune.report_to` names."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.errors import UserError, need
from eval.files import write_text

HISTORY = "history.jsonl"
"""One line a step: step, tokens (so far), seconds (so far), learning_rate, loss (mean of the step's trained tokens),
held_out_loss and retention (share of the battery's items right) or null where they were not measured. Step 0, where
there is one, is the base."""

TRACKERS = ("tensorboard", "mlflow", "wandb")
"""Each is a package of that name."""

Line = Mapping[str, float | int | None]


def write_history(folder: Path, history: Sequence[Line]) -> None:
    """Write history.jsonl into an adapter folder."""
    write_text(folder / HISTORY, "".join(json.dumps(line, allow_nan=False) + "\n" for line in history))


def read_history(folder: Path) -> list[dict[str, Any]]:
    """The lines of an adapter's history.jsonl; none for an adapter that was trained before there was one."""
    file = folder / HISTORY
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.is_file() else []


def check_trackers(names: Sequence[str]) -> None:
    """Raise UserError for a tracker that is unknown or not installed."""
    for name in names:
        if name not in TRACKERS:
            raise UserError(f"finetune.report_to: no tracker '{name}'; known: {', '.join(TRACKERS)}")
        need(name, why=f"finetune.report_to: {name}")


class Trackers:
    """The named trackers, through accelerate; they write below `folder`, and to a server only where one is named."""

    def __init__(self, names: Sequence[str], run: str, folder: Path, settings: Mapping[str, Any]) -> None:
        self._all: list[Any] = []
        if not names:
            return
        from accelerate import PartialState
        from accelerate.tracking import LOGGER_TYPE_TO_CLASS

        PartialState()  # which the trackers ask whether they speak
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            for variable, value in _private(name, folder).items():
                os.environ.setdefault(variable, value)
            kind = LOGGER_TYPE_TO_CLASS[name]
            tracker = kind(run, logging_dir=str(folder)) if kind.requires_logging_directory else kind(run)
            if hasattr(tracker, "start"):
                tracker.start()
            tracker.store_init_configuration(dict(settings))
            self._all.append(tracker)

    def log(self, line: Line) -> None:
        """Pass one line of history on."""
        values = {k: v for k, v in line.items() if k != "step" and v is not None}
        for tracker in self._all:
            tracker.log(values, step=line["step"])

    def close(self) -> None:
        """Flush and end."""
        for tracker in self._all:
            tracker.finish()


def _private(name: str, folder: Path) -> dict[str, str]:
    """The variables that keep a tracker's data in `folder`; what the user has set stays."""
    if name == "wandb":
        return {"WANDB_MODE": "offline", "WANDB_DIR": str(folder)}
    if name == "mlflow":
        return {"MLFLOW_TRACKING_URI": f"sqlite:///{folder.resolve()}/mlflow.db"}
    return {}
