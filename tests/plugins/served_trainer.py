"""A plugin: a trainer that a server stands behind, and the generator that asks it for the name that it gave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from eval.arms.prompt import Prompt
from eval.model.generator import Answered, Completion, Generator, generator
from finetune.adapter import save_served, served_name
from finetune.data.row import Row
from finetune.data.rows import planned
from finetune.training.tracking import Line
from finetune.training.trainer import Trainer, trainer
from finetune.training.training_state import Progress, TrainSettings, Watchers


class Served:
    """Counts what it was given, as the server's loss."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def made_on(self) -> dict[str, Any]:
        return {"base_weights": "served"}

    def fit(
        self,
        name: str,
        rows: Sequence[Row],
        held_back: Sequence[Row],
        settings: TrainSettings,
        checkpoint: Path,
        watchers: Watchers,
    ) -> Progress:
        progress, steps = Progress(), planned(rows, settings)
        for number, step in enumerate(steps, 1):
            loss = 1.0 / number
            progress.losses.append((number, loss))
            progress.tokens += sum(len(rows[i].tokens) for i in step)
            progress.history.append({"step": number, "loss": loss})
            if watchers.line:
                watchers.line(progress.history[-1])
        progress.step = progress.kept = len(steps)
        self.names[name] = f"{name}:{len(rows)}-rows"
        return progress

    def save(self, name: str, folder: Path, manifest: dict[str, Any], history: Sequence[Line]) -> None:
        save_served(self.names[name], folder, manifest, history)

    def drop(self, name: str) -> None:
        self.names.pop(name, None)


class Asking:
    """Answers with the name that was asked."""

    def __init__(self, name: str, prompts: Sequence[Prompt]) -> None:
        self.name, self.prompts = name, prompts

    def plan(self) -> list[list[int]]:
        return [[i] for i in range(len(self.prompts))]

    def made_on(self) -> dict[str, Any]:
        return {"device": "none", "dtype": "none", "weights": "none", "attention": "none", "versions": {}}

    def complete(self, batches: Sequence[Sequence[int]], left: Sequence[int]) -> Iterator[Answered]:
        for number in left:
            yield number, [Completion(self.name, 1, 1, 0.0) for _ in batches[number]], 0.0


class Server:
    def __init__(self, resources: Any) -> None:
        self.resources = resources

    def begin(self, mode: str, adapter: str | None, prompts: Sequence[Prompt]) -> Asking:
        return Asking(served_name(self.resources.adapter_folder(adapter)) if adapter else "base", prompts)


@trainer("served")
def served(resources: Any) -> Trainer:
    return Served()


@generator("served")
def server(resources: Any) -> Generator:
    return Server(resources)
