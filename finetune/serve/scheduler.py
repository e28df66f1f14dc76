"""The one thread in which the served model computes, and which requests it works on: continuous batching.

Prompts are read between the steps of the replies that are being written, in pieces of so many tokens in all, and those
that wait together and begin alike at once; when one is read, its replies join the batch of their adapter at the next
step. What torch switches on for a block (no gradients,
a precision) holds for one thread, so that everything of the model runs in this one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

from finetune.serve.kept_prompts import KeptPrompts, Kind

if TYPE_CHECKING:
    from eval.model.base import Base
    from eval.model.running_batch import Prefill, Row, RunningBatch, SeparateRows

P = ParamSpec("P")
T = TypeVar("T")
Begun = TypeVar("Begun", bound="HasJob")

MOST_ROWS = 32
"""Replies that are written at once."""
MOST_WAITING = 256
"""Requests whose prompts are not read yet; a further one is refused."""
PIECE = {"cpu": 256, "cuda": 4096}
"""Tokens of prompts that are read between two steps: so long do the other replies stand still."""
FATAL = 3
"""Failures in a row after which the server calls itself ill: a device that is lost fails every time."""


@dataclass(frozen=True, slots=True)
class Job:
    """A prompt and the replies that are wanted to it."""

    prompt: Sequence[int]
    adapter: str | None
    rows: Sequence[Row]
    most: int
    """New tokens that a reply may take."""
    name: str = ""
    """Prompts of one name and adapter begin alike."""

    @property
    def kind(self) -> Kind:
        """Of the prompt."""
        return self.adapter, self.name


class HasJob(Protocol):
    """What a request comes to."""

    @property
    def job(self) -> Job | None:
        """What is to be computed for it, if anything."""


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
        self._kept = KeptPrompts()
        self._turning = False
        self.steps = self.stepped = 0
        """Steps of a batch, and rows that took one."""
        self.failures = self._in_a_row = 0

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of a function that is run in the thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(function, *args, **kwargs))

    def begin(self, function: Callable[P, Begun], *args: P.args, **kwargs: P.kwargs) -> Future[Begun]:
        """Have a request prepared by a function in the thread, and the rows of its job written from then on.

        The result, which may be Busy, comes when the job is taken, not when it is done.
        """
        return self._pool.submit(self._begin, partial(function, *args, **kwargs))

    def _begin(self, function: Callable[[], Begun]) -> Begun:
        if len(self._waiting) >= MOST_WAITING:
            raise Busy
        found = function()
        if found.job is not None:
            self._take(found.job)
        return found

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
        """Read on by `most` tokens; returns how many were read, 0 where none can be."""
        import torch

        if self._reading is not None and all(row.gone for row in self._reading[0].rows):
            self._reading = None
        if self._reading is None and (job := self._next(base)):
            if len(alike := self._alike(base, job, most)) > 1:
                return self._read_together(base, alike)
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
                        self._kept.keep(job.kind, job.prompt, prefill.states)
                    self._lane(base, job.adapter, ours).join(prefill, job.rows)
        except Exception as error:
            self._reading = None
            self._failed()
            _fail(job.rows, error)
            return 1
        return prefill.done - before

    def _alike(self, base: Base, first: Job, most: int) -> list[Job]:
        """The first of the jobs that wait and those behind it whose prompts are read with its own at once.

        They go on from the same beginning, and what is left of them, padded to the longest, is at most `most` tokens.
        """
        jobs = [first]
        while self._waiting and (job := self._waiting[0]):
            if all(row.gone for row in job.rows):
                self._waiting.popleft()
                continue
            together = [*jobs, job]
            known = self._known(base, together)
            own = max(len(j.prompt) for j in together) - known
            if not known or len(together) * own > most or not self._has_room(base, together):
                break
            jobs.append(self._waiting.popleft())
        return jobs

    def _read_together(self, base: Base, jobs: Sequence[Job]) -> int:
        """Read all that is left of the prompts of jobs; returns how many tokens that were."""
        import torch

        from eval.model.kv_cache import common_prefix, pad_token
        from eval.model.running_batch import RunningBatch, read_together

        prompts, known = [job.prompt for job in jobs], self._known(base, jobs)
        first, pad = jobs[0], pad_token(base.tokenizer)
        states = self._kept.states(first.kind)
        try:
            with base.weights(first.adapter) as model, base.computing(), torch.inference_mode():
                found = read_together(model, prompts, states, known, pad, base.device)
                if common_prefix(prompts) > known:  # they have more in common with each other than with what is kept
                    own = [(keys.clone(), values.clone()) for keys, values in found[0].states]
                    self._kept.keep(first.kind, first.prompt, own)
                for job, read in zip(jobs, found, strict=True):
                    lane = self._lane(base, job.adapter, ours=True)
                    assert isinstance(lane, RunningBatch)
                    lane.join(read, job.rows)
        except Exception as error:
            self._failed()
            _fail([row for job in jobs for row in job.rows], error)
            return 1
        return len(jobs) * (max(map(len, prompts)) - known)

    def _next(self, base: Base) -> Job | None:
        """The next request, where there is room for it beside the replies that are being written."""
        while self._waiting and all(row.gone for row in self._waiting[0].rows):
            self._waiting.popleft()
        if not self._waiting or not self._has_room(base, [self._waiting[0]]):
            return None
        return self._waiting.popleft()

    def _has_room(self, base: Base, jobs: Sequence[Job]) -> bool:
        from eval.model.dimensions import cache_bytes
        from eval.model.generate import cache_room

        writing, new = self.writing, sum(len(job.rows) for job in jobs)
        if not writing and len(jobs) == 1:
            return True
        most = max(job.most for job in jobs)
        width = max(*(len(j.prompt) + j.most for j in jobs), *(lane.columns + most for lane in self._lanes.values()), 0)
        bytes_ = (writing + new) * width * cache_bytes(base.causal.config, base.dtype)
        return writing + new <= MOST_ROWS and bytes_ <= cache_room(base)

    def _begun(self, base: Base, job: Job) -> Prefill:
        from eval.model.running_batch import Prefill

        if known := self._known(base, [job]):
            return Prefill(job.prompt, self._kept.states(job.kind), known)
        return Prefill(job.prompt, [], 0)

    def _known(self, base: Base, jobs: Sequence[Job]) -> int:
        """How many tokens all these prompts begin with that are kept of another; 0 where none are."""
        if len({job.kind for job in jobs}) > 1 or not all(self._ours(base, job) for job in jobs):
            return 0
        return self._kept.known(jobs[0].kind, [job.prompt for job in jobs])

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
