"""A batch that replies join and leave while it is decoded. Imports torch.

Continuous batching, of Yu et al., "Orca", OSDI 2022.

All rows end at the same column; a shorter one has masked columns before it, as in a batch that is planned ahead. Each
token keeps the position that it has in its row alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from transformers.cache_utils import DynamicCache

from eval.model.decode import States, step
from eval.model.forward import forward
from eval.model.kv_cache import left_padded, shifted
from eval.model.row_cache import RowCache

TRIM = 64
"""Columns that no row uses are cut off when there are so many."""


class Row(Protocol):
    """One reply while it is written."""

    gone: bool
    """Nobody waits for it any more."""

    def take(self, logits: torch.Tensor, likeliest: int) -> int | None:
        """The token that follows, given its logits (vocabulary,); None: the reply has ended with it."""
        ...

    def fail(self, error: Exception) -> None:
        """Computing broke: no further token comes."""
        ...


class Prefill:
    """A prompt that is read piece by piece, on from a beginning that was read before."""

    def __init__(self, prompt: Sequence[int], states: States, known: int) -> None:
        """`states` are keys and values of (at least) the prompt's first `known` tokens, which are fewer than all."""
        self.prompt, self.done = list(prompt), known
        self._cache = DynamicCache([(k[:, :, :known], v[:, :, :known]) for k, v in states] if known else None)
        self.logits: torch.Tensor | None = None
        """Of the token that follows the prompt, shape (vocabulary,); None: not all is read."""

    def read(self, model: Any, most: int, device: torch.device) -> bool:
        """Read on by `most` tokens; returns whether all is read."""
        piece = self.prompt[self.done : self.done + most]
        out = forward(
            model, input_ids=torch.tensor([piece], device=device), past_key_values=self._cache, use_cache=True,
            logits_to_keep=1,
        )  # fmt: skip
        self.done += len(piece)
        if self.done == len(self.prompt):
            self.logits = out.logits[0, -1]
        return self.logits is not None

    @property
    def states(self) -> States:
        """Keys and values of what is read, shape (1, heads, tokens, head size) in each layer."""
        return [(layer.keys, layer.values) for layer in self._cache.layers]

    @property
    def cache(self) -> DynamicCache:
        """The same, to go on from."""
        return self._cache


@dataclass(frozen=True, slots=True)
class Read:
    """A prompt that was read beside others: what its replies begin with."""

    prompt: Sequence[int]
    states: States
    """Keys and values of its tokens, shape (1, heads, tokens, head size) in each layer; parts of larger tensors."""
    logits: torch.Tensor
    """Of the token that follows, shape (vocabulary,)."""


def read_together(
    model: Any, prompts: Sequence[Sequence[int]], states: States, known: int, pad: int, device: torch.device
) -> list[Read]:
    """Prompts whose first `known` tokens are alike, read at once on from there.

    `states` are keys and values of (at least) these tokens, which are fewer than all of any prompt.
    """
    rows = [prompt[known:] for prompt in prompts]
    ids, mask, positions = left_padded(rows, prefix=prompts[0][:known], pad=pad, device=device)
    cache = shifted([(keys[:, :, :known], values[:, :, :known]) for keys, values in states], mask)
    out = forward(
        model, input_ids=ids, attention_mask=mask, position_ids=positions, past_key_values=cache, use_cache=True,
        logits_to_keep=1,
    )  # fmt: skip
    return [
        Read(prompt, [(x.keys[i : i + 1, :, -len(prompt) :], x.values[i : i + 1, :, -len(prompt) :])
                      for x in cache.layers], out.logits[i, -1])
        for i, prompt in enumerate(prompts)
    ]  # fmt: skip


class RunningBatch:
    """Rows of one adapter that take a token each at every step, by our own decoding."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._clear()

    def _clear(self) -> None:
        device = self.device
        self.rows: list[Row] = []
        self._tokens: list[int] = []
        self._cache = RowCache(device)
        self._mask = torch.zeros(0, 0, dtype=torch.long, device=device)
        self._position = torch.zeros(0, dtype=torch.long, device=device)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def columns(self) -> int:
        """Tokens of the longest row, and what lies unused before it."""
        return int(self._mask.shape[1])

    def join(self, read: Prefill | Read, rows: Sequence[Row]) -> None:
        """Begin the replies to a prompt that is read, with their first tokens."""
        firsts = _first_tokens(read, rows)
        if not firsts:
            return
        old, length = self.columns, len(read.prompt)
        width = max(old, length)
        self._cache.add(read.states, len(firsts))
        mask = self._mask.new_zeros(len(self.rows) + len(firsts), width)
        mask[: len(self.rows), width - old :] = self._mask
        mask[len(self.rows) :, width - length :] = 1
        self._mask = mask
        self._position = torch.cat([self._position, self._position.new_full((len(firsts),), length - 1)])
        for row, token in firsts:
            self.rows.append(row)
            self._tokens.append(token)

    def step(self, model: Any) -> None:
        """One more token in each row; rows that have ended, or that nobody waits for, leave."""
        self._keep([i for i, row in enumerate(self.rows) if not row.gone])
        if not self.rows:
            return
        self._mask = torch.cat([self._mask, self._mask.new_ones(len(self.rows), 1)], dim=1)
        self._position = self._position + 1
        token = torch.tensor(self._tokens, device=self.device)
        logits = step(model, self._cache.cache, token, self._mask, self._position)
        likeliest = logits.argmax(-1).tolist()
        taken = [row.take(logits[i], likeliest[i]) for i, row in enumerate(self.rows)]
        self._tokens = [t if t is not None else -1 for t in taken]
        self._keep([i for i, t in enumerate(taken) if t is not None])

    def _keep(self, kept: list[int]) -> None:
        if len(kept) == len(self.rows):
            return
        if not kept:
            self._clear()
            return
        order = self._cache.keep(kept)
        index = torch.tensor(order, device=self.device)
        self._mask, self._position = self._mask[index], self._position[index]
        self.rows = [self.rows[i] for i in order]
        self._tokens = [self._tokens[i] for i in order]
        spare = self.columns - int(self._mask.sum(1).max())
        if spare >= TRIM:
            self._mask = self._mask[:, spare:]
            self._cache.cut(spare)


class SeparateRows:
    """The same for families that our decoding is not right for: each row on its own, by the model's plain forward."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.rows: list[Row] = []
        self._state: list[tuple[Row, int, Any]] = []
        self.columns = 0

    def __len__(self) -> int:
        return len(self.rows)

    def join(self, prefill: Prefill, rows: Sequence[Row]) -> None:
        """Begin the replies to a prompt that is read, each on a copy of what was read."""
        from copy import deepcopy

        firsts = _first_tokens(prefill, rows)
        for k, (row, token) in enumerate(firsts):
            self._state.append((row, token, deepcopy(prefill.cache) if k + 1 < len(firsts) else prefill.cache))
        self._settle()

    def step(self, model: Any) -> None:
        """One more token in each row."""
        before, self._state = self._state, []
        for row, token, cache in before:
            if row.gone:
                continue
            ids = torch.tensor([[token]], device=self.device)
            logits = model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1).logits[0, -1]
            following = row.take(logits, int(logits.argmax()))
            if following is not None:
                self._state.append((row, following, cache))
        self._settle()

    def _settle(self) -> None:
        self.rows = [row for row, _, _ in self._state]


def _first_tokens(read: Prefill | Read, rows: Sequence[Row]) -> list[tuple[Row, int]]:
    """The rows that go on after their first token, with it."""
    assert read.logits is not None
    likeliest = int(read.logits.argmax())
    taken = [(row, row.take(read.logits, likeliest)) for row in rows if not row.gone]
    return [(row, token) for row, token in taken if token is not None]
