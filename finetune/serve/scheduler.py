"""The one thread in which the served model computes, and which requests it works on: continuous batching.

Prompts are read between the steps of the replies that are being written, in pieces of so many tokens in all; when one
is read, its replies join the batch of their adapter at the next step. What torch switches on for a block (no gradients,
a precision) holds for one thread, so that everything of the model runs in this one.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from eval.model.base import Base
    from eval.model.decode import States
    from eval.model.running_batch import Prefill, Row, RunningBatch, SeparateRows

P = ParamSpec("P")
T = TypeVar("T")

MOST_ROWS = 32
"""Replies that are written at once."""
MOST_WAITING = 256
"""Requests whose prompts are not read yet; a further one is refused."""
PIECE = {"cpu": 256, "cuda": 4096}
"""Tokens of prompts that are read between two steps: so long do the other replies stand still."""
LEAST_SHARED = 16
"""Tokens that two prompts must begin with alike for the second to go on from the first."""
FATAL = 3
"""Failures in a row after which the server calls itself ill: a device that is lost fails every time."""
KEPT = 8
"""Prompts whose keys and values are kept, one a mode."""


@dataclass(frozen=True, slots=True)
class Job:
    """A prompt and the replies that are wanted to it."""

    prompt: Sequence[int]
    adapter: str | None
    rows: Sequence[Row]
    most: int
    """New tokens that a reply may take."""
    kind: str = ""
    """Prompts of one kind begin alike."""


class Busy(Exception):
    """More requests wait than are taken."""


class Scheduler:
    """Runs calls and jobs for one loaded base, all in one thread; calls come between steps."""

    def __init__(self, base: Callable[[], Base]) -> None:
        self._base = base
        self._pool = ThreadPoolExecutor(1, "model")
        self._waiting: deque[Job] = deque()
        self._reading: tuple[Job, Prefill] | None = None
        self._lanes: dict[tuple[str | None, bool], RunningBatch | SeparateRows] = {}
        self._kept: OrderedDict[tuple[str | None, str], tuple[Sequence[int], States]] = OrderedDict()
        self._turning = False
        self.steps = self.stepped = 0
        """Steps of a batch, and rows that took one."""
        self.failures = self._in_a_row = 0

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of a function that is run in the thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(function, *args, **kwargs))

    def submit(self, job: Job) -> Future[None]:
        """Have the rows of a job written; raises Busy. The result comes when it is taken, not when it is done."""
        if len(self._waiting) >= MOST_WAITING:
            raise Busy
        return self._pool.submit(self._take, job)

    @property
    def waiting(self) -> int:
        """Requests whose replies have not begun."""
        return len(self._waiting) + (self._reading is not None)

    @property
    def writing(self) -> int:
        """Replies that are being written."""
        return sum(map(len, list(self._lanes.values())))

    def _take(self, job: Job) -> None:
        self._waiting.append(job)
        if not self._turning:
            self._turning = True
            self._again()

    def _again(self) -> None:
        try:
            self._pool.submit(self._turn)
        except RuntimeError:  # the program ends
            self._turning = False

    def ill(self) -> bool:
        """Whether the model failed as often in a row as it does where it never answers again."""
        return self._in_a_row >= FATAL

    def _turn(self) -> None:
        """A piece of what waits, and a step of every batch; then calls that came meanwhile, and the next turn."""
        try:
            self._work()
        except Exception as error:  # who waits is told, and the next request begins anew
            self._failed()
            rows = [row for job in self._waiting for row in job.rows]
            rows += [row for lane in self._lanes.values() for row in lane.rows]
            rows += self._reading[0].rows if self._reading else []
            self._reading, self._turning = None, False
            self._waiting.clear()
            self._lanes.clear()
            _fail(rows, error)

    def _failed(self) -> None:
        self.failures, self._in_a_row = self.failures + 1, self._in_a_row + 1

    def _work(self) -> None:
        base = self._base()
        left = PIECE[base.device.type]
        while left > 0 and (read := self._read(base, left)):
            left -= read
        for (adapter, _), batch in list(self._lanes.items()):
            if batch.rows:
                self._step(base, adapter, batch)
        if self._waiting or self._reading or any(batch.rows for batch in self._lanes.values()):
            self._again()
        else:
            self._turning = False

    def _step(self, base: Base, adapter: str | None, batch: RunningBatch | SeparateRows) -> None:
        import torch

        self.steps, self.stepped = self.steps + 1, self.stepped + len(batch)
        try:
            with base.weights(adapter) as model, base.computing(), torch.inference_mode():
                batch.step(model)
            self._in_a_row = 0
        except Exception as error:
            self._failed()
            self._lanes = {key: lane for key, lane in self._lanes.items() if lane is not batch}
            _fail(batch.rows, error)

    def _read(self, base: Base, most: int) -> int:
        """Read on by `most` tokens of one prompt; returns how many were read, 0 where none can be."""
        import torch

        if self._reading is not None and all(row.gone for row in self._reading[0].rows):
            self._reading = None
        if self._reading is None and (job := self._next(base)):
            self._reading = job, self._begun(base, job)
        if self._reading is None:
            return 0
        job, prefill = self._reading
        ours, before = self._ours(base, job), prefill.done
        try:
            with base.weights(job.adapter) as model, base.computing(), torch.inference_mode():
                if prefill.read(model, most if ours else len(job.prompt), base.device):
                    self._reading = None
                    if ours:
                        self._keep(job, prefill)
                    self._lane(base, job.adapter, ours).join(prefill, job.rows)
        except Exception as error:
            self._reading = None
            self._failed()
            _fail(job.rows, error)
            return 1
        return prefill.done - before

    def _next(self, base: Base) -> Job | None:
        """The next request, where there is room for it beside the replies that are being written."""
        while self._waiting and all(row.gone for row in self._waiting[0].rows):
            self._waiting.popleft()
        if not self._waiting or not self._has_room(base, self._waiting[0]):
            return None
        return self._waiting.popleft()

    def _has_room(self, base: Base, job: Job) -> bool:
        from eval.model.dimensions import cache_bytes
        from eval.model.generate import cache_room

        rows = self.writing
        if not rows:
            return True
        width = max(len(job.prompt) + job.most, *(lane.columns + job.most for lane in self._lanes.values()))
        bytes_ = (rows + len(job.rows)) * width * cache_bytes(base.causal.config, base.dtype)
        return rows + len(job.rows) <= MOST_ROWS and bytes_ <= cache_room(base)

    def _begun(self, base: Base, job: Job) -> Prefill:
        from eval.model.kv_cache import common_prefix
        from eval.model.running_batch import Prefill

        if (kept := self._kept.get((job.adapter, job.kind))) and self._ours(base, job):
            shared = min(common_prefix([job.prompt, kept[0]], keep=0), len(job.prompt) - 1)
            if shared >= LEAST_SHARED:
                return Prefill(job.prompt, kept[1], shared)
        return Prefill(job.prompt, [], 0)

    def _keep(self, job: Job, prefill: Prefill) -> None:
        self._kept[job.adapter, job.kind] = job.prompt, prefill.states
        self._kept.move_to_end((job.adapter, job.kind))
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def _lane(self, base: Base, adapter: str | None, ours: bool) -> RunningBatch | SeparateRows:
        from eval.model.running_batch import RunningBatch, SeparateRows

        if (adapter, ours) not in self._lanes:
            self._lanes[adapter, ours] = RunningBatch(base.device) if ours else SeparateRows(base.device)
        return self._lanes[adapter, ours]

    @staticmethod
    def _ours(base: Base, job: Job) -> bool:
        from eval.model.compute_path import Way, turns_at

        return base.ways.reply == Way.OURS and len(job.prompt) + job.most <= turns_at(base.causal)


def _fail(rows: Sequence[Row], error: Exception) -> None:
    for row in list(rows):
        row.fail(error)
