"""A training run's checkpoint: written now and then, whole, and read back by whoever goes on. Imports torch."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from finetune.training.distributed import World
from finetune.training.training_state import Progress

SAVE_SHARE = 0.05
"""Of the time that checkpoints may take: every step for a small adapter, every few seconds for a large one."""


class Checkpoint:
    """One file that holds parameters, optimiser and progress; the first of several processes writes it."""

    def __init__(self, path: Path, parameters: Mapping[str, torch.nn.Parameter], optimizer: Any, world: World) -> None:
        self.path, self.parameters, self.optimizer, self.world = path, parameters, optimizer, world
        self._last, self._cost = time.perf_counter(), 0.0

    def save(self, progress: Progress, best: Mapping[str, torch.Tensor]) -> None:
        """Write the file unless that would take more than its share of the time."""
        now = time.perf_counter()
        if not self.world.main or SAVE_SHARE * (now - self._last) < self._cost:
            return
        state = {
            "parameters": {n: p.detach() for n, p in self.parameters.items()},
            "optimizer": self.optimizer.state_dict(),
            "best": dict(best),
            "progress": vars(progress),
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_suffix(".tmp")
        torch.save(state, temporary)
        temporary.replace(self.path)
        self._last = time.perf_counter()
        self._cost = self._last - now

    def load(self) -> tuple[Progress, dict[str, torch.Tensor]]:
        """(progress, best weights) of an earlier try, whose parameters and optimiser are taken over; else new ones."""
        if not self.world.from_main(self.path.is_file):
            return Progress(), {}
        state = self.world.from_main(lambda: torch.load(self.path, map_location="cpu", weights_only=True))
        with torch.no_grad():
            for name, parameter in self.parameters.items():
                parameter.copy_(state["parameters"][name])
        self.optimizer.load_state_dict(state["optimizer"])
        best = {n: t.to(self.parameters[n].device) for n, t in state["best"].items()}
        return Progress(**state["progress"]), best
