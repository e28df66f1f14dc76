"""Keys and values of rows that join and leave while they are decoded, in buffers with room to spare. Imports torch.

A row that joins is written beside the others, and the last row takes the place of one that leaves: neither copies all
rows. All rows end at the same column; what lies before a shorter one is masked, and finite.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers.cache_utils import DynamicCache

from eval.model.decode import States
from eval.model.kv_cache import GROWTH, BufferLayer

ROWS = {"cpu": 8, "cuda": 1}
"""Rows by which buffers grow. A CPU's memory is taken page by page as it is written, so that unused rows cost none."""


class RowLayer(BufferLayer):
    """One layer's keys and values: the first `rows` rows of its buffers, up to column `length`."""

    def __init__(self, keys: torch.Tensor, values: torch.Tensor) -> None:
        """Empty; the tensors tell the sizes of heads, and what the numbers are."""
        super().__init__(keys[:0, :, :0], values[:0, :, :0], 0)
        self.rows = 0

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write the new columns of every row and return all columns so far."""
        start, end = self.length, self.length + key_states.shape[-2]
        if end > self.keys.shape[-2]:
            self.move(len(self.keys), end + GROWTH)
        self.keys[: self.rows, :, start:end] = key_states
        self.values[: self.rows, :, start:end] = value_states
        self.length = end
        return self.keys[: self.rows, :, :end], self.values[: self.rows, :, :end]

    def move(self, rows: int, columns: int, *, cut: int = 0, gap: int = 0) -> None:
        """Into buffers of so many rows and columns, without the first `cut` columns, and with `gap` empty ones."""
        self.keys = self._moved(self.keys, rows, columns, cut, gap)
        self.values = self._moved(self.values, rows, columns, cut, gap)
        self.length += gap - cut

    def _moved(self, old: torch.Tensor, rows: int, columns: int, cut: int, gap: int) -> torch.Tensor:
        new = old.new_empty(rows, old.shape[1], columns, old.shape[3])
        new[: self.rows, :, :gap] = 0
        new[: self.rows, :, gap : gap + self.length - cut] = old[: self.rows, :, cut : self.length]
        return new

    def add(self, keys: torch.Tensor, values: torch.Tensor, count: int) -> None:
        """Write `count` copies of a row behind the others; there must be room."""
        rows, start = slice(self.rows, self.rows + count), self.length - keys.shape[2]
        for buffer, new in ((self.keys, keys), (self.values, values)):
            buffer[rows, :, :start] = 0
            buffer[rows, :, start : self.length] = new
        self.rows += count

    def put(self, row: int, place: int) -> None:
        """Copy a row to the place of another."""
        for buffer in (self.keys, self.values):
            buffer[place, :, : self.length] = buffer[row, :, : self.length]


class RowCache:
    """All layers."""

    def __init__(self, device: torch.device) -> None:
        self.cache = DynamicCache()
        """What the model's forward pass takes."""
        self._step = ROWS[device.type]

    @property
    def _layers(self) -> list[RowLayer]:
        layers: list[RowLayer] = self.cache.layers
        return layers

    def add(self, states: States, count: int) -> None:
        """Add `count` rows that begin with the same keys and values, of shape (1, heads, tokens, head size)."""
        if not self._layers:
            self.cache.layers = [RowLayer(keys, values) for keys, values in states]
        layer, tokens = self._layers[0], states[0][0].shape[2]
        gap, rows = max(0, tokens - layer.length), layer.rows + count
        if gap or rows > len(layer.keys):
            room = max(len(layer.keys), -(-rows // self._step) * self._step)
            for each in self._layers:
                each.move(room, each.length + gap + GROWTH, gap=gap)
        for each, (keys, values) in zip(self._layers, states, strict=True):
            each.add(keys, values, count)

    def keep(self, kept: Sequence[int]) -> list[int]:
        """Let the other rows go; returns which row each one that is left was, in the order in which they now stand."""
        order, stays = list(range(len(kept))), set(kept)
        behind = [row for row in kept if row >= len(kept)]
        free = [row for row in order if row not in stays]
        for row, place in zip(behind, free, strict=True):
            order[place] = row
            for layer in self._layers:
                layer.put(row, place)
        for layer in self._layers:
            layer.rows = len(kept)
        return order

    def cut(self, columns: int) -> None:
        """Cut off the first columns, which no row uses."""
        for layer in self._layers:
            rows = -(-layer.rows // self._step) * self._step
            layer.move(rows, layer.length - columns + GROWTH, cut=columns)
