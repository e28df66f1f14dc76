"""What replies of a paid server have cost, and that they never cost more than was allowed."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from eval.config import Endpoint
from eval.errors import UserError
from eval.journal import append_line, read_lines

MILLION = 1e6
TURN_TOKENS = 16
"""That a chat template puts around a turn, at most."""


class SpendingCap:
    """The money of one run folder; counts what earlier commands spent there. Without `max_cost` it counts nothing.

    The most that a request can cost is put aside before it is sent, on disk too, and replaced by what it did cost when
    the server says how many tokens it took: so a kill, or a reply that never comes, is paid for in full here.
    """

    def __init__(self, endpoint: Endpoint, file: Path) -> None:
        self._most, self._file = endpoint.max_cost, file
        self._in, self._out = endpoint.tokens_in_per_million or 0.0, endpoint.tokens_out_per_million or 0.0
        self._lock = threading.Lock()
        self._held: dict[int, float] = {}
        for _, line in read_lines(file) if self._most is not None else ():
            self._held[int(line["request"])] = float(line["money"])
        self._next = max(self._held, default=0) + 1

    @property
    def spent(self) -> float:
        """What has been spent, and what is put aside."""
        return sum(self._held.values())

    def hold(self, prompt_tokens: int, limit: int) -> int:
        """Put aside what a request can cost at most; returns its number. Raises UserError where that is too much."""
        if self._most is None:
            return 0
        money = self._money(prompt_tokens, limit)
        with self._lock:
            if self.spent + money > self._most:
                raise UserError(
                    f"{self._file.parent.parent}: the next request can cost {money:.6f}, and {self.spent:.6f} of "
                    f"--max-cost {self._most:g} are spent or under way; nothing that came is lost: run the same "
                    "command with a higher --max-cost to go on"
                )
            number, self._next = self._next, self._next + 1
            self._keep(number, money)
        return number

    def settle(self, number: int, answer: Any) -> None:
        """Replace what was put aside by what the server counted; a server that does not count is paid the most."""
        usage = answer.get("usage") if isinstance(answer, dict) else None
        usage = usage if isinstance(usage, dict) else {}
        read, written = usage.get("prompt_tokens"), usage.get("completion_tokens")
        if number and isinstance(read, int) and isinstance(written, int):
            with self._lock:
                self._keep(number, self._money(read, written))

    def give_back(self, number: int) -> None:
        """Take back what was put aside for a request that was refused, and so is not paid."""
        if number:
            with self._lock:
                self._keep(number, 0.0)

    def _keep(self, number: int, money: float) -> None:
        append_line(self._file, {"request": number, "money": money})
        self._held[number] = money

    def _money(self, tokens_in: int, tokens_out: int) -> float:
        return (tokens_in * self._in + tokens_out * self._out) / MILLION


def most_tokens(texts: list[str]) -> int:
    """The most tokens that turns can take where nobody counts them here: one for each byte."""
    return sum(len(text.encode("utf-8")) + TURN_TOKENS for text in texts) + TURN_TOKENS
