"""The scale of a float16 loss, so that small gradients do not vanish (arXiv:1710.03740). Imports torch."""

from __future__ import annotations

from collections.abc import Iterable

import torch

START = 2.0**16
GROW_AFTER = 200
"""Steps without an overflow after which the scale doubles; a tenth of torch's, because runs here are short."""


class LossScale:
    """What a loss is multiplied by before the backward pass: 1 unless matrix products are in float16."""

    def __init__(self, dtype: torch.dtype, value: float = 0.0) -> None:
        """`value` is that of an earlier try; 0 for none."""
        self.used = dtype == torch.float16
        self.value = (value or START) if self.used else 1.0
        self._whole = 0

    def unscale(self, parameters: Iterable[torch.nn.Parameter]) -> bool:
        """Divide all gradients by the scale, in place; whether they are finite. Where not, the scale is halved.

        After GROW_AFTER finite calls in a row the scale doubles.
        """
        if not self.used:
            return True
        gradients = [p.grad for p in parameters if p.grad is not None]
        for gradient in gradients:
            gradient.div_(self.value)
        if not all(bool(torch.isfinite(g).all()) for g in gradients):
            self.value, self._whole = self.value / 2, 0
            return False
        self._whole += 1
        if self._whole == GROW_AFTER:
            self.value, self._whole = self.value * 2, 0
        return True
