"""A reply as server-sent events, in pieces as it is written."""

from __future__ import annotations

import json
import traceback
from collections.abc import AsyncIterator, Sequence
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from finetune.serve.request import ApiError
from finetune.serve.run_answers import Reply
from finetune.serve.writing import Writing

FAILED = "the server failed; its terminal says how"
"""What a client is told of an error that is not its own."""


class Events(StreamingResponse):
    """Server-sent events; nothing more is computed for a client that leaves meanwhile."""

    def __init__(self, reply: Reply, chunks: AsyncIterator[dict[str, Any]]) -> None:
        super().__init__(_lines(chunks), media_type="text/event-stream; charset=utf-8")
        self.reply = reply

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            let_go(self.reply.writings)


async def _lines(chunks: AsyncIterator[dict[str, Any]]) -> AsyncIterator[str]:
    try:
        async for chunk in chunks:
            yield f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"
    except Exception as error:  # its status has been sent; so clients are told in the stream, and not by a cut line
        traceback.print_exception(error)
        yield f"data: {json.dumps(ApiError(500, FAILED).body())}\n\n"
        return
    yield "data: [DONE]\n\n"


def let_go(writings: Sequence[Writing]) -> None:
    """Have nothing more computed of replies that nobody waits for."""
    for writing in writings:
        writing.gone = True
