"""How a token is drawn from its logits where a client asks for more than the likeliest. Imports torch."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import torch

Choose = Callable[[torch.Tensor], int]
"""The next token from its logits, shape (vocabulary,)."""


def chooser(temperature: float, top_p: float, seed: int | None) -> Choose | None:
    """None at temperature 0, which is greedy; else draws from the smallest set of tokens that holds `top_p`.

    (Nucleus sampling, arXiv:1904.09751.) The same seed draws the same tokens.
    """
    if temperature == 0:
        return None
    draw = torch.Generator().manual_seed(secrets.randbits(63) if seed is None else seed % (1 << 63))

    def choose(logits: torch.Tensor) -> int:
        odds = torch.softmax(logits.float().cpu() / temperature, -1)
        if top_p < 1:
            ordered, order = odds.sort(descending=True)
            ordered[ordered.cumsum(-1) - ordered >= top_p] = 0
            odds = torch.zeros_like(odds).scatter_(0, order, ordered)
        return int(torch.multinomial(odds, 1, generator=draw))

    return choose
