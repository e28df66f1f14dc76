"""The width of one attention head, as the model's config.json has it."""

from __future__ import annotations

from typing import Any


def head_size(config: dict[str, Any]) -> int:
    """Numbers in one attention head; a family that does not say shares the hidden size out evenly."""
    return int(config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"])
