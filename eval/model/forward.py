"""Calling a model of any family: it is given only the inputs that its forward pass takes. Imports torch."""

from __future__ import annotations

import inspect
from functools import lru_cache
from typing import Any

OPTIONAL = ("position_ids", "logits_to_keep")
"""Left out where a family does not name them: it makes its positions from the mask, or gives all logits."""


def forward(model: Any, **inputs: Any) -> Any:
    """The model's output for these inputs."""
    named = _named(model.__class__)
    return model(**{k: v for k, v in inputs.items() if k in named or k not in OPTIONAL})


@lru_cache(maxsize=16)
def _named(kind: Any) -> frozenset[str]:
    return frozenset(inspect.signature(kind.forward).parameters)
