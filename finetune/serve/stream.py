"""One reply, token by token: greedy as `evaluate` answers, or sampled when asked. Imports torch."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator, Sequence

import torch
from transformers.cache_utils import DynamicCache

from eval.model.base import Base

Choose = Callable[[torch.Tensor], int]
"""The next token from its logits, shape (vocabulary,)."""


def stream_tokens(
    base: Base, adapter: str | None, prompt: Sequence[int], choose: Choose, *, stops: set[int], max_new: int
) -> Generator[int]:
    """Yield the reply's tokens as they are made; the last one is a stop token, or the `max_new`-th."""
    with base.weights(adapter) as model, base.computing(), torch.inference_mode():
        cache = DynamicCache()
        ids = torch.tensor([list(prompt)], device=base.device)
        for _ in range(max_new):
            out = model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
            token = choose(out.logits[0, -1])
            yield token
            if token in stops:
                return
            ids = torch.tensor([[token]], device=base.device)


def chooser(temperature: float, top_p: float, seed: int | None) -> Choose:
    """Greedy at temperature 0; else draws from the smallest set of tokens that holds `top_p` of the probability.

    (Nucleus sampling, arXiv:1904.09751.) The same seed draws the same tokens.
    """
    if temperature == 0:
        return lambda logits: int(logits.argmax())
    draw = torch.Generator().manual_seed(secrets.randbits(63) if seed is None else seed % (1 << 63))

    def choose(logits: torch.Tensor) -> int:
        odds = torch.softmax(logits.float().cpu() / temperature, -1)
        if top_p < 1:
            ordered, order = odds.sort(descending=True)
            ordered[ordered.cumsum(-1) - ordered >= top_p] = 0
            odds = torch.zeros_like(odds).scatter_(0, order, ordered)
        return int(torch.multinomial(odds, 1, generator=draw))

    return choose
