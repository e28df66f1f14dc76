"""Requests that wait together are read in one turn, as far as its tokens reach, and get the replies they get alone."""

from __future__ import annotations

from concurrent.futures import Future
from threading import Event
from typing import Any

import pytest

from finetune.serve import scheduler
from finetune.serve.scheduler import Job, Scheduler

pytestmark = pytest.mark.component

TOKENS = 5
PROMPTS = [[1, *range(20 + n, 40 + n)] for n in range(3)]


class Reply:
    """A reply of so many tokens, the likeliest each time."""

    gone = False

    def __init__(self) -> None:
        self.tokens: list[int] = []
        self.done: Future[list[int]] = Future()

    def take(self, logits: Any, likeliest: int) -> int | None:
        self.tokens.append(likeliest)
        if len(self.tokens) < TOKENS:
            return likeliest
        self.done.set_result(self.tokens)
        return None

    def fail(self, error: Exception) -> None:
        self.done.set_exception(error)


def together(base: Any, prompts: list[list[int]]) -> tuple[list[list[int]], Scheduler]:
    """The replies to prompts that all wait before the first of them is read."""
    found, start = Scheduler(lambda: base), Event()
    found._pool.submit(start.wait)
    replies = [Reply() for _ in prompts]
    for prompt, reply in zip(prompts, replies, strict=True):
        found.submit(Job(prompt, None, [reply], TOKENS))
    start.set()
    return [reply.done.result(60) for reply in replies], found


def test_prompts_that_wait_are_read_before_the_next_step(tiny_base: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [together(tiny_base, [prompt])[0][0] for prompt in PROMPTS]
    said, found = together(tiny_base, PROMPTS)
    assert said == alone and (found.steps, found.stepped) == (TOKENS - 1, 3 * (TOKENS - 1))
    # Of 21, 21 and 21 tokens a turn of 25 reads 21 + 4, then 17 + 8, then the last 13: each reply begins a turn later.
    monkeypatch.setitem(scheduler.PIECE, "cpu", 25)
    said, found = together(tiny_base, PROMPTS)
    assert said == alone and (found.steps, found.stepped) == (TOKENS + 1, 3 * (TOKENS - 1))
