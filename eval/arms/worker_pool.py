"""Answering on several devices: planned batches are dealt to processes, one a device. Imports no torch at the top.

Every batch is computed as one process alone would compute it, so the replies are the same; only who computes it and
when differs. A process that ends gives its batch back, and the others go on.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from eval.model.generator import Answered, Completion
from eval.terminal.progress import say

if TYPE_CHECKING:
    from eval.model.base import Base
    from eval.pipeline.run_config import RunConfig

PROCESSES = "RAG_OR_FINETUNE_PROCESSES"
"""Environment variable: how many processes answer, this one included; default: one for each card, one on a CPU."""

Own = Callable[[Iterable[Sequence[int]]], Iterator[list[Completion]]]


def answer(
    batches: Sequence[Sequence[int]], todo: Sequence[int], own: Own, team: Team | None = None, task: Any = None
) -> Iterator[Answered]:
    """Answer the batches numbered `todo`, by `own` in this process and by the team's; each as soon as it is done."""
    deal = _Deal(batches, todo, task)
    if team:
        team.join(deal)
    numbers: list[int] = []

    def mine() -> Iterator[Sequence[int]]:
        while (number := deal.take()) is not None:
            numbers.append(number)
            yield batches[number]

    left = len(todo)
    while left:
        start = time.perf_counter()
        for replies in own(mine()):
            left -= 1
            yield numbers[-1], replies, time.perf_counter() - start
            for done in deal.ready():
                left -= 1
                yield done
            start = time.perf_counter()
        if left:  # with others, who may also give a batch back
            for done in deal.ready(wait=True):
                left -= 1
                yield done


def others(own: Any, *, split: bool) -> list[str]:
    """The devices that further processes would answer on beside the device `own`: cards of its kind, or the CPU."""
    named = int(os.environ.get(PROCESSES, "0") or 0)
    if split:
        return []
    if own.type == "cpu":
        return ["cpu"] * max(0, named - 1)
    from eval.model.device import cards

    rest = [str(card.index) for card in cards() if card != own]
    return rest[: named - 1] if named else rest


class _Deal:
    """The batches of one mode, and who has which."""

    def __init__(self, batches: Sequence[Sequence[int]], todo: Sequence[int], task: Any) -> None:
        self.batches, self.task = batches, task
        self._waiting = deque(todo)
        self._done: queue.Queue[Answered | str] = queue.Queue()

    @property
    def over(self) -> bool:
        """Whether no batch waits for anybody."""
        return not self._waiting

    def take(self) -> int | None:
        """The number of the next batch, from any thread; None where there is none."""
        try:
            return self._waiting.popleft()
        except IndexError:
            return None

    def finished(self, answered: Answered) -> None:
        """Hand in a batch."""
        self._done.put(answered)

    def failed(self, number: int | None, why: str) -> None:
        """Give a batch back, and say why."""
        if number is not None:
            self._waiting.appendleft(number)
        self._done.put(why)

    def ready(self, *, wait: bool = False) -> Iterator[Answered]:
        """What the others have handed in; with `wait`, at least one thing that they say."""
        while True:
            try:
                # A short wait at a time, so that Ctrl-C is heard.
                said = self._done.get(timeout=0.2) if wait else self._done.get_nowait()
            except queue.Empty:
                if wait:
                    continue
                return
            wait = False
            if isinstance(said, str):
                say(said)
            else:
                yield said


class Team:
    """The further processes, from the first mode that they help with to `close`."""

    def __init__(self, devices: Sequence[str], load: dict[str, Any]) -> None:
        """`load` is what `eval.arms.worker_process` gets first."""
        self._members = [_Member(device, load) for device in devices]

    def join(self, deal: _Deal) -> None:
        """Have every process take part in a mode."""
        for member in self._members:
            member.deals.put(deal)

    def close(self) -> None:
        """End all processes, whatever they are doing."""
        for member in self._members:
            member.stop()


class _Member:
    """One process and the thread that talks with it."""

    def __init__(self, device: str, load: dict[str, Any]) -> None:
        self.name = device if device == "cpu" else f"card {device}"
        self.deals: queue.Queue[_Deal] = queue.Queue()
        self._stopped = False
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed by stop)
        root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(p for p in (root, os.environ.get("PYTHONPATH", "")) if p)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "eval.arms.worker_process"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True, encoding="utf-8",
            env={**os.environ, "PYTHONPATH": path, **_visible(device)},
            start_new_session=True,  # Ctrl-C reaches this process alone, which then ends the others
        )  # fmt: skip
        threading.Thread(target=self._talk, args=(load,), daemon=True).start()

    def stop(self) -> None:
        """End the process."""
        self._stopped = True
        self._process.kill()
        self._process.wait()
        self._errors.close()

    def _talk(self, load: dict[str, Any]) -> None:
        deal: _Deal | None = None
        number: int | None = None
        try:
            self._send(load)
            self._receive()
            while True:
                deal, number = self.deals.get(), None
                if deal.over:
                    continue
                self._send(deal.task)
                while (number := deal.take()) is not None:
                    self._send({"number": number, "batch": list(deal.batches[number])})
                    said = self._receive()
                    deal.finished((number, _completions(said["made"]), said["seconds"]))
                    number = None
                self._send({"end": True})
        except (OSError, ValueError):  # a pipe that broke, or half a line
            if not self._stopped:
                self._give_up(deal, number)

    def _give_up(self, deal: _Deal | None, number: int | None) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=10)
        why = f"the process on {self.name} ended ({self._last_words()}); the others answer its questions"
        (deal or self.deals.get()).failed(number, why)

    def _last_words(self) -> str:
        with suppress(OSError, ValueError):
            self._errors.seek(0)
            lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
            if lines and self._process.returncode and self._process.returncode > 0:
                return lines[-1][:200]
        return f"exit code {self._process.returncode}"

    def _send(self, message: Any) -> None:
        stream = self._process.stdin
        assert stream
        stream.write(json.dumps(message) + "\n")
        stream.flush()

    def _receive(self) -> Any:
        stream: IO[str] | None = self._process.stdout
        assert stream
        line = stream.readline()
        if not line:
            raise OSError("the process has ended")
        return json.loads(line)


def start_team(base: Base, config: RunConfig, replies: Sequence[str]) -> Team | None:
    """The processes that answer beside this one on the other cards; None where there are none.

    `replies` are the training replies, which tell the forms of thinking that are none.
    """
    import torch

    from eval.model.device_map import devices_of

    devices = others(base.device, split=len(devices_of(base.causal)) > 1)
    if not devices:
        return None
    say(f"answering on {len(devices) + 1} {'cards' if base.device.type == 'cuda' else 'processes'}")
    return Team(devices, {
        "model": config.model, "method": config.dataset.finetune.method, "dtype": config.dtype,
        "threads": torch.get_num_threads(), "chat_template_kwargs": config.dataset.chat_template_kwargs,
        "replies": list(replies),
    })  # fmt: skip


def _completions(made: Sequence[dict[str, Any]]) -> list[Completion]:
    return [Completion(**c) for c in made]


def _visible(device: str) -> dict[str, str]:
    """What makes one card the only one that a process sees; `device` is its number among those seen here."""
    if device == "cpu":
        return {}
    seen = os.environ.get("CUDA_VISIBLE_DEVICES")
    return {"CUDA_VISIBLE_DEVICES": seen.split(",")[int(device)].strip() if seen else device}
