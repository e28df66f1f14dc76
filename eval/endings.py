"""How a reply ends: with a stop token, at a limit, or in endless repetition. Asked token by token; no torch.

The decode loop keeps one `Ending` for each row and adds every new token to it; a row whose `add` returns something has
ended. The same works in a `StoppingCriteria` of transformers: add `input_ids[row, -1]` to each row that has not ended.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from eval.records import Finish

LONGEST_PERIOD = 96
"""Tokens of the longest repeated piece that is looked for."""
LOOK_EVERY = 8
"""Tokens between two looks for repetition."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """How much exact repetition is endless: so many whole periods in a row, and so many tokens at least."""

    periods: int
    tokens: int

    def period(self, tokens: Sequence[int]) -> int | None:
        """The length of the shortest piece that the end of `tokens` repeats often and long enough; None: none does."""
        for size in range(1, LONGEST_PERIOD + 1):
            need = max(self.tokens, self.periods * size)
            if need > len(tokens):
                if self.periods * size > len(tokens):
                    return None
                continue
            start = len(tokens) - need
            if tokens[-1] == tokens[-1 - size] and tokens[start:-size] == tokens[start + size :]:
                return size
        return None


ENDLESS = Repetition(periods=8, tokens=128)
"""Ends a reply before its limit."""
RAMBLING = Repetition(periods=3, tokens=32)
"""Of a reply that came to its limit: it was in a loop there, rather than cut."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a reply may become, in the model's tokens."""

    reply: int
    least: int = 1
    """Room for the reply that a prompt must leave in the model's context."""


class Ending:
    """One reply while it is written, and how it ended."""

    def __init__(self, limits: Limits, stops: Collection[int], *, room: int | None = None) -> None:
        """`room` is what the prompt leaves of the model's context, in tokens; None: the context has no end."""
        self._stops = stops
        self._most = limits.reply if room is None else min(limits.reply, room)
        self.tokens: list[int] = []
        """All that was written, the stop token included."""
        self.finish: Finish | None = None

    def add(self, token: int) -> Finish | None:
        """Take the next token; returns how the reply ended with it, or None while it goes on."""
        self.tokens.append(token)
        self.finish = self._ended(token)
        return self.finish

    def _ended(self, token: int) -> Finish | None:
        if token in self._stops:
            return "stop"
        if len(self.tokens) >= self._most:
            return "loop" if RAMBLING.period(self.tokens) else "length"
        if len(self.tokens) % LOOK_EVERY == 0 and ENDLESS.period(self.tokens):
            return "loop"
        return None
