"""The forward passes of greedy decoding: our own, or transformers' own where ours are wrong. Imports torch.

A reply is written into an `Ending`, which also says when it is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from transformers import (
    GenerationConfig,
    LogitsProcessor,
    LogitsProcessorList,
    StoppingCriteria,
    StoppingCriteriaList,
)

from eval.model.forward import forward
from eval.model.kv_cache import BufferCache, left_padded, select_rows, shifted

if TYPE_CHECKING:
    from eval.model.stopping import Ending

States = list[tuple[torch.Tensor, torch.Tensor]]

PREFILL_TOKENS = {"cpu": 2048, "cuda": 16384}
"""Prefill runs in pieces of about this many tokens: larger ones fall out of the processor's caches."""
UNENDING = 1 << 20
"""New tokens that transformers is allowed: the endings stop it."""
COMPACT_BELOW = 0.8
"""Finished rows leave the batch when the share of unfinished ones falls below this."""


def complete(
    model: Any,
    states: States,
    prefix: Sequence[int],
    rows: Sequence[Sequence[int]],
    pad: int,
    endings: Sequence[Ending],
    device: torch.device,
    *,
    prefilled: Callable[[], object] = lambda: None,
) -> None:
    """Our own decoding: write the reply to each prompt, `prefix` and a row together, into its ending.

    `prefilled` is called once the first new tokens are known.
    """
    ids, mask, positions = left_padded(rows, prefix=prefix, pad=pad, device=device)
    logits, cache = prefill(model, states, ids, mask, positions)
    alive = list(endings)  # the reply that each row of the cache belongs to
    token = chosen(torch.cat([piece[:, -1] for piece in logits]), alive)
    prefilled()
    position = positions[:, -1]
    while True:
        for ending, value in zip(alive, token.tolist(), strict=True):
            if ending.finish is None:
                ending.add(value)
        running = [i for i, ending in enumerate(alive) if ending.finish is None]
        if not running:
            return
        if len(running) < COMPACT_BELOW * len(alive):
            index = torch.tensor(running, device=device)
            select_rows(cache, index)
            token, mask, position = token[index], mask[index], position[index]
            alive = [alive[i] for i in running]
        mask = torch.cat([mask, mask.new_ones(len(alive), 1)], dim=1)
        position = position + 1
        token = chosen(step(model, cache, token, mask, position), alive)


def chosen(logits: torch.Tensor, endings: Sequence[Ending]) -> torch.Tensor:
    """The next token of each row, shape (rows,): the likeliest, of those that its grammar allows where it has one."""
    token = logits.argmax(-1)
    for i, ending in enumerate(endings):
        if ending.grammar is not None and ending.finish is None:
            token[i] = ending.grammar.choose(logits[i])
    return token


def prefill(
    model: Any, states: States, ids: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor, *, keep: int = 1
) -> tuple[list[torch.Tensor], Any]:
    """The last `keep` positions' logits (0: all), in pieces of rows, and the cache of all rows to decode with."""
    buffer = BufferCache(len(ids), mask.shape[1])
    size = max(1, PREFILL_TOKENS[ids.device.type] // ids.shape[1])
    logits = []
    for start in range(0, len(ids), size):
        part = slice(start, start + size)
        cache = shifted(states, mask[part])
        out = forward(
            model, input_ids=ids[part], attention_mask=mask[part], position_ids=positions[part],
            past_key_values=cache, use_cache=True, logits_to_keep=keep,
        )  # fmt: skip
        buffer.put(start, cache)
        logits.append(out.logits)
    return logits, buffer.cache()


def step(model: Any, cache: Any, token: torch.Tensor, mask: torch.Tensor, position: torch.Tensor) -> torch.Tensor:
    """The logits (rows, vocabulary) after one more token in each row; `mask` covers it."""
    out = forward(
        model, input_ids=token[:, None], attention_mask=mask, position_ids=position[:, None],
        past_key_values=cache, use_cache=True, logits_to_keep=1,
    )  # fmt: skip
    return torch.as_tensor(out.logits[:, -1])


def complete_by_transformers(
    model: Any,
    prompts: Sequence[Sequence[int]],
    pad: int,
    endings: Sequence[Ending],
    device: torch.device,
    *,
    prefilled: Callable[[], object] = lambda: None,
) -> None:
    """transformers' own `generate` on whole prompts, padded on the left where there are several."""
    how: dict[str, Any] = {"stopping_criteria": StoppingCriteriaList([_Watch(endings, prefilled)])}
    if any(ending.grammar for ending in endings):
        how["logits_processor"] = LogitsProcessorList([_Hold(endings)])
    greedy(model, prompts, pad, UNENDING, device=device, **how)


def greedy(
    model: Any, prompts: Sequence[Sequence[int]], pad: int, new: int, *, device: torch.device, **how: Any
) -> Any:
    """What `generate` returns for a greedy reply of `new` tokens to each prompt, without the model's own habits.

    A generation_config.json may name penalties, sampling or stop tokens; here every arm is decoded alike.
    """
    ids, mask, _ = left_padded(prompts, prefix=(), pad=pad, device=device)
    config = GenerationConfig(do_sample=False, max_new_tokens=new, pad_token_id=pad, use_cache=True)
    with _plain_generation(model):
        return model.generate(input_ids=ids, attention_mask=mask, generation_config=config, **how)


@contextmanager
def _plain_generation(model: Any) -> Iterator[None]:
    own = model.generation_config
    model.generation_config = GenerationConfig()
    try:
        yield
    finally:
        model.generation_config = own


class _Hold(LogitsProcessor):  # type: ignore[misc]
    """Leaves each row that has a grammar the one token that this chooses."""

    def __init__(self, endings: Sequence[Ending]) -> None:
        self.endings = endings

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        token = chosen(scores, self.endings)
        return torch.full_like(scores, float("-inf")).scatter(1, token[:, None], 0.0)


class _Watch(StoppingCriteria):  # type: ignore[misc]
    """Writes each new token into its row's ending; a row is done when its ending is."""

    def __init__(self, endings: Sequence[Ending], prefilled: Callable[[], object]) -> None:
        self.endings, self.prefilled, self.begun = endings, prefilled, False

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **kwargs: Any) -> Any:
        if not self.begun:
            self.begun = True
            self.prefilled()
        for ending, value in zip(self.endings, input_ids[:, -1].tolist(), strict=True):
            if ending.finish is None:
                ending.add(value)
        done = [ending.finish is not None for ending in self.endings]
        return torch.tensor(done, device=input_ids.device)
