"""Requests that wait together are read in one turn, as far as its tokens reach, and get the replies they get alone."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from threading import Event
from typing import Any

import pytest

from finetune.serve import scheduler
from finetune.serve.scheduler import Job, Scheduler

pytestmark = pytest.mark.component

TOKENS = 5
PROMPTS = [[1, *range(20 + n, 40 + n)] for n in range(3)]
ALIKE = [[1, *range(20, 50), *range(60, 60 + n)] for n in (3, 1, 7, 5)]
"""Prompts with a beginning of 31 tokens in common."""


@dataclass(frozen=True)
class Request:
    """What a request comes to."""

    job: Job


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


def together(base: Any, prompts: list[list[int]], found: Scheduler | None = None) -> tuple[list[list[int]], Scheduler]:
    """The replies to prompts that all wait before the first of them is read."""
    found, start = found or Scheduler(lambda: base), Event()
    found._pool.submit(start.wait)
    replies = [Reply() for _ in prompts]
    for prompt, reply in zip(prompts, replies, strict=True):
        found.begin(Request, Job(prompt, None, [reply], TOKENS))
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


def test_prompts_that_begin_like_one_that_was_read_are_read_at_once(
    tiny_base: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eval.model import running_batch

    alone = [together(tiny_base, [prompt])[0][0] for prompt in ALIKE]
    sizes: list[tuple[int, int]] = []
    plainly = running_batch.read_together

    def watched(model: Any, prompts: Any, states: Any, known: int, *others: Any) -> Any:
        sizes.append((len(prompts), known))
        return plainly(model, prompts, states, known, *others)

    monkeypatch.setattr(running_batch, "read_together", watched)
    first, found = together(tiny_base, ALIKE[:1])
    rest, _ = together(tiny_base, ALIKE[1:], found)
    assert [*first, *rest] == alone
    # The second ends with the first's beginning, so that all but one of its tokens are known of all.
    assert sizes == [(3, 31)]
    # In a turn of 7 tokens no two of them have room once they are padded to the longer.
    sizes.clear()
    monkeypatch.setitem(scheduler.PIECE, "cpu", 7)
    assert together(tiny_base, ALIKE[1:], found)[0] == alone[1:] and sizes == []


def test_all_whose_prompts_are_read_together_are_told_where_that_fails(
    tiny_base: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eval.model import running_batch

    def broken(*given: Any) -> Any:
        raise RuntimeError("no memory")

    _, found = together(tiny_base, ALIKE[:1])
    monkeypatch.setattr(running_batch, "read_together", broken)
    with pytest.raises(RuntimeError, match="no memory"):
        together(tiny_base, ALIKE[1:], found)
    assert found.waiting == found.writing == 0 and found.failures == 1
    monkeypatch.undo()
    assert len(together(tiny_base, ALIKE[1:], found)[0]) == 3
