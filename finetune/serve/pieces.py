"""From the model's thread to a coroutine: the pieces of one request's replies, in the order in which they were made."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from finetune.serve.writing import Piece


class Pieces:
    """A queue between them; to be made where it is read."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Piece | Exception] = asyncio.Queue()

    def send(self, piece: Piece | Exception) -> None:
        """Hand one over, from any thread; an exception is the last."""
        with contextlib.suppress(RuntimeError):  # the server has ended
            self._loop.call_soon_threadsafe(self._queue.put_nowait, piece)

    async def each(self, choices: int) -> AsyncIterator[Piece]:
        """The pieces of so many choices, until each has ended; raises what the model's thread raised."""
        while choices:
            piece = await self._queue.get()
            if isinstance(piece, Exception):
                raise piece
            yield piece
            choices -= piece.finish is not None

    async def all(self, choices: int) -> list[Piece]:
        """The same, once all are there."""
        return [piece async for piece in self.each(choices)]
