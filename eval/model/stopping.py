"""How a reply ends: with a stop token, at a limit, or in endless repetition. Asked token by token; no torch.

The decode loop keeps one `Ending` for each row and adds every new token to it; a row whose `add` returns something has
ended. The same works in a `StoppingCriteria` of transformers: add `input_ids[row, -1]` to each row that has not ended.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from eval.model.rambling import rambles, recites
from eval.model.thinking import Decode, Thinking
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
"""Ends a reply before its limit. A rule of dashes, a row of zeros, a refrain and ten like rows stay below it."""
RAMBLING = Repetition(periods=4, tokens=48)
"""Of a reply that came to its limit: it was in a loop there, rather than cut."""


def repeats(replies: Iterable[Sequence[int]]) -> bool:
    """Whether one of these replies, which are as they should be, would be taken for endless somewhere."""
    return any(
        ENDLESS.period(reply[:end]) for reply in replies for end in range(ENDLESS.tokens, len(reply) + 1, LOOK_EVERY)
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a reply may become, in the model's tokens."""

    reply: int
    least: int = 1
    """Room for the reply that a prompt must leave in the model's context."""
    think: int = 2048
    """Of a think block before the reply, should the model write one."""
    thinks: bool = False
    """Whether the model is expected to write one."""
    loops: bool = True
    """Whether repetition can be endless; not where the replies that are wanted repeat themselves as much."""
    short: bool = False
    """Whether the replies that are wanted are far shorter and never recite; one that recites is then in a loop."""
    grammar: str = ""
    """What replies are held to, as `eval.model.grammar` reads it; empty: nothing."""

    def ended(self, finish: Finish, text: str) -> Finish:
        """How a reply with this text ended: one that rambles was in a loop at its limit rather than cut."""
        if finish == "length" and self.loops and (rambles(text) or (self.short and recites(text))):
            return "loop"
        return finish

    @property
    def most(self) -> int:
        """The most tokens that one answer is expected to take."""
        return self.reply + (self.think if self.thinks else 0)


class Ending:
    """One reply while it is written, and how it ended."""

    def __init__(
        self,
        limits: Limits,
        stops: Collection[int],
        *,
        room: int | None = None,
        thinking: Thinking | None = None,
    ) -> None:
        """`room` is what the prompt leaves of the model's context, in tokens; None: the context has no end."""
        self._stops = stops
        self._limits = limits
        self._reply = limits.reply
        self._think = limits.think if room is None else min(limits.think, max(1, room - limits.least))
        self._room = room
        self._thinking = thinking
        self._loops = limits.loops
        self.tokens: list[int] = []
        """All that was written, the stop token included."""
        self.finish: Finish | None = None
        self.grammar: Any = None
        """The `Grammar` that chooses its tokens, where there is one."""
        self.on_end: Callable[[], object] | None = None
        """Called once when it has ended."""

    def add(self, token: int) -> Finish | None:
        """Take the next token; returns how the reply ended with it, or None while it goes on."""
        self.tokens.append(token)
        stopped = token in self._stops
        if self._thinking and not stopped:
            self._thinking.follow(self.tokens)
        self.finish = "stop" if stopped else self._at_limit()
        if self.finish and self._thinking:
            self._thinking.end(self.own)
        if self.finish and self.on_end:
            self.on_end()
        return self.finish

    @property
    def own(self) -> list[int]:
        """What was written, the stop token left out."""
        return self.tokens[:-1] if self.tokens and self.tokens[-1] in self._stops else self.tokens

    @property
    def thinking_tokens(self) -> int:
        """How many tokens are thinking."""
        return self._thinking.tokens if self._thinking else 0

    def text(self, plainly: Decode) -> str:
        """The reply so far, without thinking, by a decoder that leaves special tokens out."""
        return self._thinking.reply(self.own, plainly) if self._thinking else plainly(self.own).strip()

    def ended(self, text: str) -> Finish:
        """How the reply with this text ended: one that rambles was in a loop rather than cut."""
        return self._limits.ended(self.finish or "length", text)

    def _at_limit(self) -> Finish | None:
        written = len(self.tokens)
        begins = self._thinking.begins if self._thinking else 0
        most = self._think if self._thinking and self._thinking.inside else self._reply
        if written - begins >= most or (self._room is not None and written >= self._room):
            return "loop" if self._loops and RAMBLING.period(self.tokens) else "length"
        if self._loops and written % LOOK_EVERY == 0 and ENDLESS.period(self.tokens):
            return "loop"
        return None
