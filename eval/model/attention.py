"""Attention for the CPU as two plain matrix products. Imports torch.

torch's fused kernel converts bf16 tile by tile; on a CPU that multiplies bf16 the plain products are two to four times
faster at the lengths of prompts (measured: 0.9 against 2.1 ms for 16 rows of 40 tokens after a prefix of 120).
"""

from __future__ import annotations

from typing import Any

import torch

NAME = "matmul"
SCORES = 1 << 20
"""Queries times keys of one head up to which scores are held whole; beyond, the fused kernel saves the memory."""


def matmul_attention(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor,
    scaling: float,
    **others: Any,
) -> tuple[torch.Tensor, None]:
    """softmax(scaling * QK' + mask) V, shape (rows, queries, heads, head size); heads that share keys are one product.

    `query` is (rows, heads, queries, size), `key` and `value` (rows, key heads, keys, size), the mask is added.
    """
    rows, heads, queries, size = query.shape
    key_heads, keys = key.shape[1:3]
    if queries * keys > SCORES:
        from transformers.integrations.sdpa_attention import sdpa_attention_forward

        output: tuple[torch.Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, scaling=scaling, **others
        )
        return output
    grouped = (query * scaling).reshape(rows, key_heads, -1, size)
    scores = (grouped @ key.transpose(-1, -2)).view(rows, heads, queries, keys) + attention_mask
    weights = torch.softmax(scores, dim=-1).view(rows, key_heads, -1, keys)
    return (weights @ value).view(rows, heads, queries, size).transpose(1, 2).contiguous(), None


def register() -> None:
    """Make `attn_implementation="matmul"` known to transformers, with masks that are added to the scores."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import eager_mask

    AttentionInterface.register(NAME, matmul_attention)
    AttentionMaskInterface.register(NAME, eager_mask)
