"""The processes that train together, as `accelerate launch` starts them; a single one where it did not. Imports torch.

Each process takes its share of every step's rows, and the gradients are summed, so that any number of processes takes
the steps that one would. (Data parallelism without a wrapper: adapters are small, and the sum is one call.)
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import torch

from eval.errors import UserError
from eval.model.base import Base
from eval.model.device import shards

T = TypeVar("T")


class World:
    """How many processes there are and which one this is."""

    def __init__(self, rank: int, size: int) -> None:
        self.rank, self.size = rank, size

    @property
    def main(self) -> bool:
        """Whether this process writes files and speaks."""
        return self.rank == 0

    def share(self, rows: Sequence[T]) -> list[T]:
        """This process' part of a step's rows; it may be empty."""
        return list(rows[self.rank :: self.size])

    def from_main(self, make: Callable[[], T]) -> T:
        """What `make` gives in the first process, in all of them; a UserError there is raised in all."""
        if self.size == 1:
            return make()
        from accelerate.utils import broadcast_object_list

        made: list[Any] = [None, None]
        if self.main:
            try:
                made[0] = make()
            except UserError as error:
                made[1] = str(error)
        broadcast_object_list(made, from_process=0)
        if made[1] is not None:
            raise UserError(made[1])
        result: T = made[0]
        return result

    def sum(self, value: float) -> float:
        """A number summed over the processes."""
        if self.size == 1:
            return value
        total = torch.tensor([value], dtype=torch.float64, device=_device())
        torch.distributed.all_reduce(total)
        return float(total)

    def sum_gradients(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """Sum every parameter's gradient over the processes, in place; a process without rows adds nothing."""
        if self.size == 1:
            return
        own = list(parameters)
        for p in own:
            if p.grad is None:
                p.grad = torch.zeros_like(p)
        flat = torch.cat([p.grad.flatten() for p in own if p.grad is not None])
        torch.distributed.all_reduce(flat)
        for p, part in zip(own, torch.split(flat, [p.numel() for p in own]), strict=True):
            p.grad = part.view_as(p)


@lru_cache(maxsize=1)
def world() -> World:
    """This process' world; joins the others on first use where `accelerate launch` (or torchrun) set one up."""
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        return World(0, 1)
    from accelerate import PartialState

    from eval.terminal.progress import set_quiet

    state = PartialState(cpu=not torch.cuda.is_available())
    set_quiet(not state.is_main_process)
    return World(state.process_index, state.num_processes)


def shard_base(base: Base) -> None:
    """Where `accelerate launch` is set to use FSDP, spread the frozen weights of the layers over the processes.

    Each process holds its part and gets a layer's whole weights when the layer runs (torch's fully_shard). Adapters,
    embeddings and head stay whole in each: they are small, and their gradients are summed as ever.
    """
    if not shards() or world().size == 1 or base.sharded:
        return
    from torch.distributed.fsdp import fully_shard

    if base.full:
        raise UserError("FSDP spreads frozen weights, and finetune.method is full; take lora or qlora, or no FSDP")
    trained = {p for p in base.causal.parameters() if p.requires_grad}
    for layer in base.causal.base_model.layers:
        fully_shard(layer, ignored_params=trained)
    base.sharded = True


def _device() -> torch.device:
    return torch.device("cuda") if torch.cuda.is_available() else torch.device("cpu")
