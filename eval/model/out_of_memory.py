"""Out of memory: which errors say so, and work that goes on in halves. Imports torch."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from typing import TypeVar

import torch

T = TypeVar("T")
R = TypeVar("R")

SIGNS = ("out of memory", "can't allocate memory", "not enough memory", "CUBLAS_STATUS_ALLOC_FAILED")
"""What errors that are no OutOfMemoryError say where memory did not suffice: of CUDA, its libraries, and a CPU."""


def is_shortage(error: BaseException) -> bool:
    """Whether an error says that the device's memory did not suffice."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in SIGNS)


def release() -> None:
    """Give back what failed work left behind; call it outside of the `except` block, which holds the work's tensors."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def in_halves(
    run: Callable[[Sequence[T]], list[R]], items: Sequence[T], halved: Callable[[Sequence[T]], None]
) -> list[R]:
    """`run(items)`, or its results for each half in turn where memory does not suffice for both at once.

    `halved` is called with the items that were too many. The order of the results is that of the items.
    Raises what `run` raises for a single item.
    """
    try:
        return run(items)
    except Exception as error:
        if len(items) < 2 or not is_shortage(error):
            raise
    release()
    halved(items)
    middle = (len(items) + 1) // 2
    return [*in_halves(run, items[:middle], halved), *in_halves(run, items[middle:], halved)]
