"""Key-value caches: one prefix computed once for a whole batch, and buffers that decoding writes into in place.

Prompts of one mode begin alike (instruction, worked examples), so that part is run at batch size 1 and copied to every
row. All padding stands before the prefix, where a shorter row's copy begins later: distances between a row's tokens are
then those of the row alone, which attention within a window of them depends on. Gradients flow through the copies, so
training shares the prefix in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn import functional
from transformers.cache_utils import DynamicCache, DynamicLayer

from eval.model.forward import forward


def common_prefix(rows: Sequence[Sequence[int]], *, keep: int = 1) -> int:
    """How many leading tokens all rows share, leaving at least `keep` tokens of every row outside."""
    if not rows:
        return 0
    first, last = (
        min(map(tuple, rows)),
        max(map(tuple, rows)),
    )  # in lexicographic order, what these two share all rows share
    shared = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return max(0, min(shared, min(len(r) for r in rows) - keep))


def prefix_states(model: Any, tokens: Sequence[int], device: torch.device) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Keys and values of each layer for a prefix, shape (1, heads, length, head size); empty for an empty prefix."""
    if not tokens:
        return []
    cache = DynamicCache()
    ids = torch.tensor([list(tokens)], device=device)
    forward(model, input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
    return [(layer.keys, layer.values) for layer in cache.layers]


def shifted(states: Sequence[tuple[torch.Tensor, torch.Tensor]], mask: torch.Tensor) -> DynamicCache:
    """A cache of each row's columns before its own ones: its padding, then as much of the prefix as there is room for.

    `mask` is (rows, columns) as `left_padded` makes it.
    """
    gaps = (mask.shape[1] - mask.sum(1)).tolist()
    return DynamicCache([(_shifted(k, gaps), _shifted(v, gaps)) for k, v in states])


def _shifted(states: torch.Tensor, gaps: Sequence[int]) -> torch.Tensor:
    """(1, heads, length, size) copied to rows, each moved to the right by its gap; what leaves the length is cut."""
    length = states.shape[2]
    if not any(gaps):
        return states.expand(len(gaps), -1, -1, -1)
    kept = [max(0, length - gap) for gap in gaps]
    return torch.cat([functional.pad(states[:, :, :n], (0, 0, length - n, 0)) for n in kept])


def pad_token(tokenizer: Any) -> int:
    """What fills a row; it is masked everywhere, so which one does not matter."""
    pad = tokenizer.pad_token_id
    return int(pad if pad is not None else tokenizer.eos_token_id)


def left_padded(
    rows: Sequence[Sequence[int]], *, prefix: Sequence[int], pad: int, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Token ids (rows, width), the attention mask (rows, length of prefix + width) and the position ids (rows, width).

    Each row is the end of padding, prefix and the row's own tokens, so that all rows end at the same place: a row that
    is shorter than the longest runs the end of the prefix again, which costs what padding there would.
    """
    width = max(len(r) for r in rows)
    ids = [([pad] * (width - len(r)) + list(prefix) + list(r))[-width:] for r in rows]
    mask = [[0] * (width - len(r)) + [1] * (len(prefix) + len(r)) for r in rows]
    whole = torch.tensor(mask, device=device)
    positions = (whole.cumsum(-1) - 1).clamp(min=0)[:, -width:]
    return torch.tensor(ids, device=device), whole, positions


GROWTH = 64
"""Columns by which a full buffer grows: most replies are short, and the limit of a reply is not."""


class BufferLayer(DynamicLayer):  # type: ignore[misc]
    """One layer's keys and values in buffers with columns to spare: a step writes one instead of copying all."""

    def __init__(self, keys: torch.Tensor, values: torch.Tensor, length: int) -> None:
        super().__init__()
        self.dtype, self.device = keys.dtype, keys.device
        self.keys, self.values, self.length = keys, values, length
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write the new columns and return all columns so far."""
        end = self.length + key_states.shape[-2]
        if end > self.keys.shape[-2]:
            self.keys, self.values = _longer(self.keys, end + GROWTH), _longer(self.values, end + GROWTH)
        self.keys[:, :, self.length : end] = key_states
        self.values[:, :, self.length : end] = value_states
        self.length = end
        return self.keys[:, :, :end], self.values[:, :, :end]

    def get_seq_length(self) -> int:
        """Columns written so far."""
        return self.length


class BufferCache:
    """Collects the caches of prefill pieces into one buffer for decoding."""

    def __init__(self, rows: int, length: int) -> None:
        self.rows, self.length = rows, length
        self._buffers: list[tuple[torch.Tensor, torch.Tensor]] = []

    def put(self, first_row: int, piece: DynamicCache) -> None:
        """Copy a prefill piece, all of whose rows have `length` columns, to its rows."""
        if not self._buffers:
            self._buffers = [(self._empty(layer.keys), self._empty(layer.values)) for layer in piece.layers]
        for (keys, values), layer in zip(self._buffers, piece.layers, strict=True):
            rows = slice(first_row, first_row + layer.keys.shape[0])
            keys[rows, :, : self.length] = layer.keys
            values[rows, :, : self.length] = layer.values

    def cache(self) -> DynamicCache:
        """The cache to decode with."""
        cache = DynamicCache()
        cache.layers = [BufferLayer(keys, values, self.length) for keys, values in self._buffers]
        return cache

    def _empty(self, like: torch.Tensor) -> torch.Tensor:
        _, heads, _, size = like.shape
        return like.new_zeros(self.rows, heads, self.length + GROWTH, size)


def _longer(buffer: torch.Tensor, columns: int) -> torch.Tensor:
    grown = buffer.new_zeros(*buffer.shape[:2], columns, buffer.shape[-1])
    grown[:, :, : buffer.shape[-2]] = buffer
    return grown


def select_rows(cache: DynamicCache, rows: torch.Tensor) -> None:
    """Keep only some rows of a decoding cache, in place."""
    for layer in cache.layers:
        index = rows.to(layer.keys.device)
        layer.keys, layer.values = layer.keys[index], layer.values[index]
