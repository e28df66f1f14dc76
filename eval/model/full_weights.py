"""Full fine-tuning on the one loaded base: whole sets of weights that are switched as adapters are. Imports torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

Weights = dict[str, torch.Tensor]


class FullWeights:
    """The base's own weights and each tuned set, by name; one of them is in the model."""

    def __init__(self, causal: Any) -> None:
        self.causal = causal
        self.sets: dict[str | None, Weights] = {None: self._copy()}
        self.shown: str | None = None

    def show(self, name: str | None) -> None:
        """Have one set in the model; None is the base."""
        if name == self.shown:
            return
        if self.shown is not None and self.shown not in self.sets:  # in training until now
            self.sets[self.shown] = self._copy()
        self._copy_in(name)

    def begin(self, name: str) -> None:
        """Start a set at the base's weights and have it in the model, to be trained there."""
        self.drop(name)
        self.show(None)
        self.shown = name

    def load(self, name: str, folder: Path) -> None:
        """Read a set from a model folder and have it in the model."""
        from transformers import AutoModelForCausalLM

        tuned: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
        self.drop(name)
        self.sets[name] = {key: p.detach() for key, p in tuned.named_parameters()}
        self.show(name)

    def drop(self, name: str) -> None:
        """Forget a set."""
        if self.shown == name:
            self._copy_in(None)
        self.sets.pop(name, None)

    def _copy_in(self, name: str | None) -> None:
        with torch.no_grad():
            for key, parameter in self.causal.named_parameters():
                parameter.copy_(self.sets[name][key])
        self.shown = name

    def _copy(self) -> Weights:
        return {key: p.detach().to("cpu", copy=True) for key, p in self.causal.named_parameters()}
