"""A batch of rows as tensors: padding, positions, and where the loss counts. Imports torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from eval.model.kv_cache import common_prefix, left_padded
from finetune.data.row import Row


@dataclass(frozen=True)
class Batch:
    """Rows that all end at the same place, after a beginning that they share."""

    shared: tuple[int, ...]
    """The common beginning, which runs once for the whole batch."""
    ids: torch.Tensor
    """(rows, width), the rest of each row."""
    mask: torch.Tensor
    """(rows, shared + width)."""
    positions: torch.Tensor
    """(rows, width)."""
    keep: int
    """The most labelled tokens of one row."""
    labelled: torch.Tensor
    """(rows, keep): which of each row's last `keep` tokens carry loss."""
    labels: torch.Tensor
    """(labelled tokens,), row by row."""


def collate(rows: Sequence[Row], *, pad: int, device: torch.device, share_prefix: bool) -> Batch:
    """Put rows together; with `share_prefix` their common beginning is taken out, short of the first labelled token."""
    # The last prompt token predicts the first labelled one, so it must stay outside the prefix.
    shared = min(common_prefix([r.tokens for r in rows]), min(r.start for r in rows) - 1) if share_prefix else 0
    shared = max(shared, 0)
    prefix, own = rows[0].tokens[:shared], [r.tokens[shared:] for r in rows]
    ids, mask, positions = left_padded(own, prefix=prefix, pad=pad, device=device)
    counts = torch.tensor([len(r.tokens) - r.start for r in rows])
    keep = int(counts.max())
    labelled = torch.arange(keep) >= keep - counts[:, None]
    labels = torch.tensor([token for r in rows for token in r.tokens[r.start :]], device=device)
    return Batch(prefix, ids, mask, positions, keep, labelled, labels)
