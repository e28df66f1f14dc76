"""Many prompts to one served model: at the pace that it keeps, each asked again where that may help, none lost."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from eval.errors import UserError
from eval.model.endpoint.http_client import Failure
from eval.model.endpoint.pace import MOST, Pace
from eval.model.endpoint.patience import TRIES, WAITS, backoff

GIVE_UP_AFTER = 8
"""So many prompts in a row without an answer, and nothing more is asked."""


@dataclass
class Budget:
    """How many requests this command may still send; None: any number."""

    left: int | None

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def spend(self) -> None:
        """Count one; raises UserError where none is left."""
        with self._lock:
            if self.left is None:
                return
            if self.left <= 0:
                raise UserError("the requests of endpoint.max_requests are spent; the same command goes on from here")
            self.left -= 1


Found = TypeVar("Found")
"""What comes of one prompt."""


class Crowd(Generic[Found]):
    """Threads that ask for prompts, each when the pace has a place for it."""

    def __init__(self, once: Callable[[int], Found], pace: Pace, budget: Budget) -> None:
        """`once` asks for one prompt by its number; raises Failure."""
        self._once, self._pace, self._budget = once, pace, budget
        self._stopped = threading.Event()
        self._found: queue.Queue[tuple[int, Found | Exception]] = queue.Queue()

    def ask(self, numbers: Sequence[int]) -> Iterator[tuple[int, Found | Failure]]:
        """(number, reply or why there is none) as they come. Raises UserError where asking on is useless."""
        waiting: queue.Queue[int] = queue.Queue()
        for number in numbers:
            waiting.put(number)
        size = min(len(numbers), self._pace.limit if self._pace.limit > MOST else MOST)
        threads = [threading.Thread(target=self._work, args=(waiting,), daemon=True) for _ in range(size)]
        for thread in threads:
            thread.start()
        try:
            in_a_row = 0
            for _ in numbers:
                number, found = self._next()
                if isinstance(found, Exception) and not isinstance(found, Failure):
                    raise found
                in_a_row = in_a_row + 1 if isinstance(found, Failure) and found.passing else 0
                yield number, found
                if in_a_row >= GIVE_UP_AFTER and isinstance(found, Failure):
                    raise UserError(
                        f"the server no longer answers ({found}); all replies so far are kept, and the same command "
                        "asks for the others"
                    )
        finally:
            self._stopped.set()

    def _next(self) -> tuple[int, Found | Exception]:
        while True:  # a wait without end would not see Ctrl-C
            try:
                return self._found.get(timeout=0.5)
            except queue.Empty:
                continue

    def _work(self, waiting: queue.Queue[int]) -> None:
        while not self._stopped.is_set():
            try:
                number = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                self._found.put((number, self.patiently(number)))
            except Exception as error:
                self._found.put((number, error))

    def patiently(self, number: int) -> Found:
        """One prompt's reply, asked for again at faults that may pass; raises Failure, or UserError."""
        tries = waits = 0
        while True:
            try:
                with self._pace.turn(self._stopped):
                    if self._stopped.is_set():
                        raise Failure("stopped", "not asked any more")
                    self._budget.spend()
                    found = self._once(number)
                self._pace.went_well()
                return found
            except Failure as failure:
                if failure.kind == "busy":
                    waits += 1
                    self._pace.too_fast(failure.wait)
                else:
                    tries += 1
                    self._pace.faulty()
                if not failure.passing or tries >= TRIES or waits >= WAITS:
                    raise
                self._stopped.wait(max(failure.wait, backoff(tries + waits)))
