"""The one loaded base model: its quantisation, its device, and which adapter is switched on. Imports torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from eval.model.compute_path import Ways
from eval.model.full_weights import FullWeights
from eval.model.quantization import Rung


@dataclass
class Base:
    """A causal language model with its tokenizer; adapters are switched on it, never reloaded."""

    causal: Any
    """The transformers model itself; PEFT injects adapters into it in place."""
    tokenizer: Any
    folder: Path
    fingerprint: str
    device: torch.device
    dtype: torch.dtype
    """What matrix products are computed in."""
    peft: Any = None
    """PEFT's wrapper around `causal`, once there is an adapter."""
    loaded: dict[str, Path | None] = field(default_factory=dict)
    """Adapters by name, with the folder each came from."""
    rung: Rung = field(default_factory=lambda: Rung("nf4"))
    """How its linear weights are held."""
    full: FullWeights | None = None
    """Where fine-tuning is of all weights: the tuned sets, in the place of adapters."""
    ways: Ways = field(default_factory=Ways)
    """Which ways of computing give its own numbers."""
    new_adapter: Callable[[Base, str], None] | None = None
    """Is called with each adapter that is put on it."""
    sharded: bool = False
    """Whether each process holds a part of the layers' weights alone."""
    _shown: str | None = field(default=None, init=False)
    """The adapter that is switched on; None: not known. To switch it on again walks through all modules."""

    def trainable(self) -> dict[str, Any]:
        """The parameters that training changes, by name."""
        module = self.causal if self.full else self.peft
        return {n: p for n, p in module.named_parameters() if p.requires_grad}

    def add_adapter(self, name: str, config: Any) -> None:
        """Add a freshly initialised adapter for training and make it the active one."""
        from peft import get_peft_model

        self.drop_adapter(name)
        self._shown = None
        if self.full:
            self.full.begin(name)
            self.causal.requires_grad_(True)
        elif self.peft is None:
            self.peft = get_peft_model(self.causal, config, adapter_name=name, autocast_adapter_dtype=True)
        else:
            self.peft.add_adapter(name, config)
        self.loaded[name] = None
        if self.peft is not None:
            self.peft.set_adapter(name)
            self._look_at(name)

    def load_adapter(self, name: str, folder: Path) -> None:
        """Load a PEFT adapter folder under `name` unless it is the one that is loaded."""
        from peft import PeftModel

        if self.loaded.get(name) == folder:
            return
        self.drop_adapter(name)
        self._shown = None
        if self.full:
            self.full.load(name, folder)
        elif self.peft is None:
            self.peft = PeftModel.from_pretrained(self.causal, str(folder), adapter_name=name)
        else:
            self.peft.load_adapter(str(folder), adapter_name=name)
        self.loaded[name] = folder
        if self.peft is not None:
            self._look_at(name)

    def _look_at(self, name: str) -> None:
        if self.new_adapter and not self.sharded:
            self.new_adapter(self, name)

    def drop_adapter(self, name: str) -> None:
        """Forget an adapter; nothing happens when there is none of that name."""
        if name in self.loaded:
            del self.loaded[name]
            self._shown = None
            if self.full:
                self.full.drop(name)
            elif self.loaded:
                self.peft.delete_adapter(name)
            else:
                self.causal = self.peft.unload()
                self.peft = None

    @contextmanager
    def weights(self, adapter: str | None) -> Iterator[Any]:
        """The model with `adapter` switched on, or with none: what every mode generates from."""
        if self.full:
            self.full.show(adapter)
            yield self.causal
        elif self.peft is None:
            if adapter is not None:
                raise KeyError(adapter)
            yield self.causal
        elif adapter is None:
            with self.peft.disable_adapter():
                yield self.causal
        else:
            if self._shown != adapter:
                self.peft.set_adapter(adapter)
                self._shown = adapter
            yield self.causal

    @contextmanager
    def computing(self) -> Iterator[None]:
        """Matrix products of an adapter in the compute dtype, in training as in use.

        LoRA's inputs stay as they are, else PEFT would take each to float32 and back.
        """
        from peft.helpers import disable_input_dtype_casting

        if self.dtype == torch.float32 or (self.peft is None and self.full is None):
            yield
            return
        if self.full:
            with torch.autocast(self.device.type, dtype=self.dtype):
                yield
            return
        with torch.autocast(self.device.type, dtype=self.dtype), disable_input_dtype_casting(self.causal):
            yield
