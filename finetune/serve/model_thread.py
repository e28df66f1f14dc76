"""The one thread in which the served model computes, and whose turn it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class ModelThread:
    """Runs calls one after another in a thread of their own.

    What torch switches on for a block (no gradients, a precision) holds for one thread, so that all steps of a reply
    have to be made in the same one.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "model")
        self.turn = asyncio.Lock()
        """Held while a reply is made: there is one model, and one adapter is switched on at a time."""

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of a function that is run in the thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(function, *args, **kwargs))

    async def each(self, items: Iterator[T]) -> AsyncIterator[T]:
        """The items, each made in the thread when it is asked for."""
        while (found := await self.call(_next, items)) is not None:
            yield found[0]


def _next(items: Iterator[T]) -> tuple[T] | None:
    """The next item in a tuple, or None: StopIteration cannot pass from a thread to a coroutine."""
    for item in items:
        return (item,)
    return None
