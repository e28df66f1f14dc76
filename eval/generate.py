"""Greedy generation in batches that are planned before the first one runs. Imports torch.

The plan matters beyond speed: low-precision results depend on what else is in a batch, so a run that was interrupted
goes on with the batches it had planned, and ends with the same texts as an undisturbed one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from eval.device import total_memory
from eval.errors import UserError
from eval.kv import BufferCache, common_prefix, expanded, left_padded, prefix_states, select_rows
from eval.model import Base
from eval.prompt import render_reply
from eval.shape import cache_bytes

MAX_ROWS = 64
CACHE_SHARE = 0.08
"""Of the device's memory, for the keys and values of one batch."""
PREFILL_TOKENS = {"cpu": 2048, "cuda": 16384}
"""Prefill runs in pieces of about this many tokens: larger ones fall out of the processor's caches."""
COMPACT_BELOW = 0.8
"""Finished rows leave the batch when the share of unfinished ones falls below this."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model wrote for one prompt."""

    text: str
    tokens_in: int
    tokens_out: int
    """Including the end-of-turn token, where the model wrote one."""
    seconds: float
    """The prompt's share of its batch's wall time."""


def plan_batches(base: Base, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> list[list[int]]:
    """Batches of prompt indices, longest first; the same for the same prompts, model and machine."""
    if not prompts:
        return []
    order = sorted(range(len(prompts)), key=lambda i: (-len(prompts[i]), i))
    longest = len(prompts[order[0]]) + max_new_tokens
    rows = int(CACHE_SHARE * total_memory(base.device) / (cache_bytes(base.causal.config, base.dtype) * longest))
    rows = max(1, min(MAX_ROWS, rows))
    count = -(-len(order) // rows)
    size = -(-len(order) // count)  # equal batches: a last batch of three rows would cost as much time as a full one
    return [order[i : i + size] for i in range(0, len(order), size)]


def generate_batches(
    base: Base,
    adapter: str | None,
    prompts: Sequence[Sequence[int]],
    batches: Sequence[Sequence[int]],
    *,
    max_new_tokens: int,
) -> Iterator[list[Completion]]:
    """Complete each planned batch in turn; yields the completions in the order of the batch's indices."""
    if not batches:
        return
    shared = common_prefix(prompts)
    stops = stop_tokens(base)
    with base.weights(adapter) as model, base.computing(), torch.inference_mode():
        states = prefix_states(model, prompts[0][:shared], base.device)
        for batch in batches:
            start = time.perf_counter()
            rows = [list(prompts[i][shared:]) for i in batch]
            replies = _complete(base, model, states, rows, shared, stops, max_new_tokens)
            seconds = (time.perf_counter() - start) / len(batch)
            yield [
                Completion(_text(base, reply, stops), len(prompts[i]), len(reply), seconds)
                for i, reply in zip(batch, replies, strict=True)
            ]


def check_lengths(base: Base, prompts: Sequence[Sequence[int]], max_new_tokens: int, *, mode: str) -> None:
    """Raise UserError when a prompt and its reply would not fit into the model's context."""
    limit = int(getattr(base.causal.config, "max_position_embeddings", 0) or 0)
    longest = max((len(p) for p in prompts), default=0) + max_new_tokens
    if limit and longest > limit:
        raise UserError(
            f"mode {mode}: a prompt with its reply takes {longest} tokens and the model reads {limit}; "
            "lower retrieval.top_k, retrieval.chunk_tokens or generation.max_new_tokens in dataset.yaml"
        )


def stop_tokens(base: Base) -> set[int]:
    """Every token that ends a reply: the model's own, the tokenizer's, and the chat template's end of turn."""
    named = base.causal.generation_config.eos_token_id
    stops = set(named) if isinstance(named, list) else {named}
    stops.add(base.tokenizer.eos_token_id)
    question = [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}]
    last = render_reply(base.tokenizer, question, "x")[-1]
    if last in base.tokenizer.all_special_ids:
        stops.add(last)
    return {s for s in stops if s is not None}


def pad_token(base: Base) -> int:
    """What fills a row; it is masked everywhere, so which one does not matter."""
    pad = base.tokenizer.pad_token_id
    return int(pad if pad is not None else base.tokenizer.eos_token_id)


def _text(base: Base, reply: list[int], stops: set[int]) -> str:
    own = reply[:-1] if reply and reply[-1] in stops else reply
    return str(base.tokenizer.decode(own, skip_special_tokens=True)).strip()


def _complete(
    base: Base, model: Any, states: list[Any], rows: list[list[int]], shared: int, stops: set[int], max_new: int
) -> list[list[int]]:
    ids, mask, positions = left_padded(rows, prefix=shared, pad=pad_token(base), device=base.device)
    buffer = BufferCache(len(rows), shared + ids.shape[1], max_new)
    piece = max(1, PREFILL_TOKENS[base.device.type] // ids.shape[1])
    first: list[torch.Tensor] = []
    for start in range(0, len(rows), piece):
        part = slice(start, start + piece)
        cache = expanded(states, len(rows[part]))
        out = model(
            input_ids=ids[part], attention_mask=mask[part], position_ids=positions[part],
            past_key_values=cache, use_cache=True, logits_to_keep=1,
        )  # fmt: skip
        buffer.put(start, cache)
        first.append(out.logits[:, -1].argmax(-1))
    return _decode(model, buffer.cache(), torch.cat(first), mask, positions[:, -1], stops, max_new)


def _decode(
    model: Any,
    cache: Any,
    token: torch.Tensor,
    mask: torch.Tensor,
    position: torch.Tensor,
    stops: set[int],
    max_new: int,
) -> list[list[int]]:
    replies: list[list[int]] = [[] for _ in range(len(token))]
    alive = list(range(len(token)))  # the reply that each row of the cache belongs to
    done: set[int] = set()
    while True:
        for row, value in zip(alive, token.tolist(), strict=True):
            if row not in done:
                replies[row].append(value)
                if value in stops or len(replies[row]) == max_new:
                    done.add(row)
        running = [i for i, row in enumerate(alive) if row not in done]
        if not running:
            return replies
        if len(running) < COMPACT_BELOW * len(alive):
            index = torch.tensor(running, device=token.device)
            select_rows(cache, index)
            token, mask, position = token[index], mask[index], position[index]
            alive = [alive[i] for i in running]
        mask = torch.cat([mask, mask.new_ones(len(alive), 1)], dim=1)
        position = position + 1
        out = model(
            input_ids=token[:, None], attention_mask=mask, position_ids=position[:, None],
            past_key_values=cache, use_cache=True, logits_to_keep=1,
        )  # fmt: skip
        token = out.logits[:, -1].argmax(-1)
