"""Work shared out to processes of this machine, this one among them; the results come in the order of the work.

A process is a plain program that reads lines of JSON and writes some. `multiprocessing` would run the user's own script
again where it spawns, and where it forks copy the locks that torch's threads hold.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

MOST = 8
"""Processes at most, this one included: each holds what it has normalised, about 100 MB."""
WORTH = 3.0
"""Seconds of work that a further process is started for: it takes one or two to import and compile what it needs."""

_START = "import sys; sys.path[:] = {path!r}; from eval.metrics.processes import serve; serve()"

Work = Callable[[Any, Any], Any]
"""(what all chunks share, a chunk) -> its result; a function of a module, all three of them JSON."""


def shared(work: Work, common: Any, chunks: Sequence[Any], done: Callable[[int], None] | None = None) -> list[Any]:
    """The result of every chunk, as this process alone computes them; further processes help where it pays.

    `done` hears the number of each chunk that has been done. How long the second chunk takes tells whether it pays:
    over the first, patterns are compiled. A process that ends gives its chunk back, and all are ended before this
    function is left, in whatever way. Chunks should be of one size.
    """
    deal = _Deal(chunks, done)
    team: list[_Member] = []
    try:
        while not deal.over:
            begun = time.perf_counter()
            if (number := deal.take()) is None:
                deal.collect(wait=True)
                continue
            deal.take_down(number, work(common, chunks[number]))
            if number == 1:
                rest = (time.perf_counter() - begun) * len(deal.waiting)
                further = min(int(rest / WORTH), MOST - 1, cores() - 1) if rest > WORTH and sys.executable else 0
                with suppress(OSError):  # where no process can be started, this one does all
                    for _ in range(further):
                        team.append(_Member(deal, work, common))
            deal.collect()
    finally:
        for member in team:
            member.stop()
    return [deal.results[number] for number in range(len(chunks))]


def cores() -> int:
    """How many processes may compute: the cores that this one has, or fewer where OMP_NUM_THREADS says so."""
    from joblib import cpu_count  # knows of affinities and of the quotas of containers

    threads = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    return max(1, min(int(cpu_count()), int(threads) if threads.isdecimal() else MOST))


def serve() -> None:
    """Do the chunks that come in as lines, and send out a line for each, until the input ends."""
    import importlib
    import signal

    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand between the lines
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other process hears Ctrl-C and ends this one
    module, name, common = json.loads(sys.stdin.buffer.readline())
    work: Work = getattr(importlib.import_module(module), name)
    _write(channel, "ready")
    for line in sys.stdin.buffer:
        _write(channel, work(common, json.loads(line)))


def _write(stream: IO[bytes], message: Any) -> None:
    stream.write(json.dumps(message).encode("ascii") + b"\n")
    stream.flush()


class _Deal:
    """The chunks, and the results that there are."""

    def __init__(self, chunks: Sequence[Any], done: Callable[[int], None] | None) -> None:
        self.chunks, self._done = chunks, done
        self.results: dict[int, Any] = {}
        self.waiting = deque(range(len(chunks)))
        self._said: queue.SimpleQueue[tuple[int, Any] | None] = queue.SimpleQueue()

    @property
    def over(self) -> bool:
        return len(self.results) == len(self.chunks)

    def take(self) -> int | None:
        """The number of the next chunk, from any thread; None where there is none."""
        with suppress(IndexError):
            return self.waiting.popleft()
        return None

    def take_down(self, number: int, result: Any) -> None:
        """Keep a result; by the thread that asked for them alone."""
        self.results[number] = result
        if self._done:
            self._done(number)

    def hand_in(self, number: int, result: Any) -> None:
        self._said.put((number, result))

    def give_back(self, number: int) -> None:
        self.waiting.append(number)
        self._said.put(None)

    def collect(self, *, wait: bool = False) -> None:
        """Take the results that others have handed in; with `wait`, wait a moment for one."""
        with suppress(queue.Empty):
            said = self._said.get(wait, 0.2)  # no longer, so that Ctrl-C is heard
            while True:
                if said is not None:
                    self.take_down(*said)
                said = self._said.get_nowait()


class _Member:
    """A further process, and the thread that talks with it."""

    def __init__(self, deal: _Deal, work: Work, common: Any) -> None:
        path = [str(Path(p).absolute()) for p in sys.path]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START.format(path=path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            start_new_session=True,  # Ctrl-C reaches this process alone, which then ends the others
        )  # fmt: skip
        threading.Thread(target=self._talk, args=(deal, work, common), daemon=True).start()

    def stop(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()

    def _talk(self, deal: _Deal, work: Work, common: Any) -> None:
        assert self._process.stdin and self._process.stdout
        number: int | None = None
        # A pipe that breaks, or half a line: the chunk is done here then, and what is wrong with it is raised here.
        with suppress(OSError, ValueError), self._process.stdin as sent, self._process.stdout as received:
            _write(sent, [work.__module__, work.__name__, common])
            json.loads(received.readline())
            while (number := deal.take()) is not None:
                _write(sent, deal.chunks[number])
                deal.hand_in(number, json.loads(received.readline()))
                number = None
        if number is not None:
            deal.give_back(number)
