"""Keys and values of prompts that were read, for others that begin alike to go on from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eval.model.decode import States

MOST = 8
"""Prompts that are kept, one for each kind."""
LEAST_SHARED = 16
"""Tokens that two prompts must begin with alike for the second to go on from the first."""
Kind = tuple[str | None, str]
"""(adapter, kind of prompt)."""


class KeptPrompts:
    """The last prompt of each kind."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Kind, tuple[Sequence[int], States]] = OrderedDict()

    def keep(self, kind: Kind, prompt: Sequence[int], states: States) -> None:
        """Keep a prompt with its keys and values in the place of the last of its kind."""
        self._kept[kind] = prompt, states
        self._kept.move_to_end(kind)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def known(self, kind: Kind, prompts: Sequence[Sequence[int]]) -> int:
        """How many tokens all these prompts begin with that are kept; 0 where they are too few.

        They are fewer than all of any prompt, so that there is one to compute what follows from.
        """
        from eval.model.kv_cache import common_prefix

        if kind not in self._kept:
            return 0
        shortest = min(map(len, prompts))
        shared = min(common_prefix([self._kept[kind][0], *prompts], keep=0), shortest - 1)
        return shared if shared >= LEAST_SHARED else 0

    def states(self, kind: Kind) -> States:
        """Keys and values of the prompt of a kind that is kept."""
        return self._kept[kind][1]
