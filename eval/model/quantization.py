"""In what form the base's weights can be held for training on this device: NF4, else 8-bit, else plain. Imports torch.

Each rung is tried on a small layer, forward and backward, before it is chosen; the reason for every rung that fails is
kept and shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch

from eval.config import Dtype, Method
from eval.errors import first_line

NAMES = {"nf4": "NF4 (4-bit)", "int8": "8-bit", "plain": "plain LoRA"}
"""Rungs from the smallest to the largest."""

SIZE = 128
TOLERANCE = 0.2
"""Relative error of a quantised product that is still the quantisation's own (measured: NF4 0.10, 8-bit 0.01)."""


@dataclass(frozen=True, slots=True)
class Rung:
    """How the base's linear weights are held, and why not in a smaller form."""

    name: str
    """A key of NAMES."""
    reasons: tuple[str, ...] = ()
    """One for each smaller form that does not work here."""

    def line(self) -> str:
        """The rung as it is printed."""
        return NAMES[self.name] + (f", because {'; '.join(self.reasons)}" if self.reasons else "")


def choose_rung(method: Method, device: torch.device, dtype: torch.dtype, named: Dtype) -> Rung:
    """How a method's base weights are held: of qlora in the smallest form that works, unless a dtype is named."""
    if method != "qlora":
        return Rung("plain")
    if named != "auto":
        return Rung("plain", (f"--dtype {named} holds the weights in that dtype, unquantised",))
    return pick_rung(device, dtype)


@lru_cache(maxsize=4)
def pick_rung(device: torch.device, dtype: torch.dtype) -> Rung:
    """The first rung that works on this device."""
    reasons: list[str] = []
    for name in ("nf4", "int8"):
        if (fault := _fault(name, device, dtype)) is None:
            return Rung(name, tuple(reasons))
        reasons.append(f"{NAMES[name]} does not work here ({fault})")
    return Rung("plain", tuple(reasons))


def _fault(name: str, device: torch.device, dtype: torch.dtype) -> str | None:
    try:
        error = _error(name, device, dtype)
    except Exception as failure:  # whatever a missing kernel, driver or library raises
        return f"{type(failure).__name__}: {first_line(failure)}"
    return None if error < TOLERANCE else f"its product is off by {error:.0%}"


def _error(name: str, device: torch.device, dtype: torch.dtype) -> float:
    """Relative error of a quantised layer's product and input gradient against the plain layer's."""
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(SIZE, SIZE, generator=generator).to(dtype)
    given = torch.randn(4, SIZE, generator=generator).to(device, dtype)
    results = []
    for layer in (_layer(name, weight, dtype).to(device), _plain(weight).to(device)):
        x = given.clone().requires_grad_()
        out = layer(x)
        out.float().sum().backward()
        assert x.grad is not None
        results.append(torch.cat([out.detach().float(), x.grad.float()]))
    return float((results[0] - results[1]).norm() / results[1].norm())


def _plain(weight: torch.Tensor) -> torch.nn.Module:
    layer = torch.nn.Linear(SIZE, SIZE, bias=False, dtype=weight.dtype)
    layer.weight = torch.nn.Parameter(weight, requires_grad=False)
    return layer


def _layer(name: str, weight: torch.Tensor, dtype: torch.dtype) -> Any:
    import bitsandbytes as bnb

    if name == "nf4":
        nf4 = bnb.nn.Linear4bit(SIZE, SIZE, bias=False, compute_dtype=dtype, quant_type="nf4")
        nf4.weight = bnb.nn.Params4bit(weight, requires_grad=False, quant_type="nf4", compress_statistics=True)
        return nf4
    int8 = bnb.nn.Linear8bitLt(SIZE, SIZE, bias=False, has_fp16_weights=False)
    int8.weight = bnb.nn.Int8Params(weight, requires_grad=False, has_fp16_weights=False)
    return int8
