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
from eval.endings import Ending, Limits
from eval.errors import UserError
from eval.kv import BufferCache, common_prefix, expanded, left_padded, prefix_states, select_rows
from eval.model import Base
from eval.progress import say
from eval.prompt import render_reply
from eval.records import Finish
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
    finish: Finish = "stop"
    thinking_tokens: int = 0
    """Of `tokens_out`, those of a think block before the reply, which is not part of `text`."""


def plan_batches(base: Base, prompts: Sequence[Sequence[int]], limits: Limits) -> list[list[int]]:
    """Batches of prompt indices, longest first; the same for the same prompts, model and machine."""
    if not prompts:
        return []
    order = sorted(range(len(prompts)), key=lambda i: (-len(prompts[i]), i))
    longest = len(prompts[order[0]]) + limits.reply
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
    limits: Limits,
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
            endings = [Ending(limits, stops, room=room_after(base, len(prompts[i]))) for i in batch]
            _complete(base, model, states, rows, shared, endings)
            seconds = (time.perf_counter() - start) / len(batch)
            yield [
                _completion(base, prompts[i], ending, stops, seconds) for i, ending in zip(batch, endings, strict=True)
            ]


def check_lengths(base: Base, prompts: Sequence[Sequence[int]], limits: Limits, *, mode: str) -> None:
    """Raise UserError when a prompt leaves less room in the model's context than a reply must have.

    Where it leaves less than a reply may take, but enough, one line says so: nothing of a prompt is ever cut.
    """
    longest = max((len(p) for p in prompts), default=0)
    room = room_after(base, longest)
    if room is None or room >= limits.reply:
        return
    if room < limits.least:
        raise UserError(
            f"mode {mode}: a prompt takes {longest} tokens and its reply up to {limits.least}, and the model reads "
            f"{longest + room}; lower retrieval.top_k, retrieval.chunk_tokens, fewshot.examples or "
            "generation.max_new_tokens in dataset.yaml, or name a model that reads more"
        )
    say(f"mode {mode}: the longest prompt leaves {room} tokens for its reply, where others have {limits.reply}")


def room_after(base: Base, tokens: int) -> int | None:
    """How many tokens the model can write after a prompt of so many; None where its configuration sets no limit."""
    context = int(getattr(base.causal.config, "max_position_embeddings", 0) or 0)
    return context - tokens if context else None


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


def _completion(base: Base, prompt: Sequence[int], ending: Ending, stops: set[int], seconds: float) -> Completion:
    written = ending.tokens
    own = written[:-1] if written and written[-1] in stops else written
    text = str(base.tokenizer.decode(own, skip_special_tokens=True)).strip()
    return Completion(text, len(prompt), len(written), seconds, ending.finish or "length")


def _complete(
    base: Base, model: Any, states: list[Any], rows: list[list[int]], shared: int, endings: Sequence[Ending]
) -> None:
    """Write one reply for each row into its ending."""
    ids, mask, positions = left_padded(rows, prefix=shared, pad=pad_token(base), device=base.device)
    buffer = BufferCache(len(rows), shared + ids.shape[1])
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
    _decode(model, buffer.cache(), torch.cat(first), mask, positions[:, -1], endings)


def _decode(
    model: Any, cache: Any, token: torch.Tensor, mask: torch.Tensor, position: torch.Tensor, endings: Sequence[Ending]
) -> None:
    alive = list(endings)  # the reply that each row of the cache belongs to
    while True:
        for ending, value in zip(alive, token.tolist(), strict=True):
            if ending.finish is None:
                ending.add(value)
        running = [i for i, ending in enumerate(alive) if ending.finish is None]
        if not running:
            return
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
