"""Greedy generation in batches that are planned before the first one runs. Imports torch.

The plan matters beyond speed: low-precision results depend on what else is in a batch, so a run that was interrupted
goes on with the batches it had planned, and ends with the same texts as an undisturbed one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import torch

from eval.arms.prompt import render_reply
from eval.errors import UserError
from eval.model.batching import expected_reply, plan_by_length
from eval.model.compute_path import Way, turns_at
from eval.model.decode import PREFILL_TOKENS, complete, complete_by_transformers
from eval.model.device import free_memory, total_memory
from eval.model.device_map import devices_of
from eval.model.dimensions import activation_bytes, cache_bytes
from eval.model.generator import Completion
from eval.model.grammar import Grammar
from eval.model.kv_cache import common_prefix, pad_token, prefix_states
from eval.model.out_of_memory import in_halves, is_shortage, release
from eval.model.stopping import Ending, Limits
from eval.model.thinking import Thinking, decoder, opened_by, thinking_forms
from eval.model.work_clock import WorkClock
from eval.terminal.progress import replied, say

if TYPE_CHECKING:
    from eval.model.base import Base

CACHE_SHARE = {"cpu": 0.08, "cuda": 0.6}
"""For the keys and values of one batch: of a machine's memory, or of what is free on a card beside prefill's own."""
LEAST_THINKING = 256
"""Tokens of room that a prompt must leave to a model that is set to think, besides those of the reply."""


def plan_batches(base: Base, prompts: Sequence[Sequence[int]], limits: Limits) -> list[list[int]]:
    """Batches of prompt indices, longest first; on a CPU the same for the same prompts, model and machine."""
    reply = expected_reply(limits.most)
    return plan_by_length([len(p) + reply for p in prompts], cache_room(base) / _token_bytes(base))


def cache_room(base: Base) -> float:
    """Bytes for the keys and values of one batch, once the weights are loaded."""
    share = CACHE_SHARE[base.device.type]
    if base.device.type == "cpu":
        return share * total_memory(base.device)
    devices = devices_of(base.causal)
    free = len(devices) * min(free_memory(d) for d in devices)
    working = PREFILL_TOKENS["cuda"] * activation_bytes(base.causal.config.get_text_config(), base.dtype) / 2
    return share * max(0.0, free - working)


def _token_bytes(base: Base) -> int:
    return cache_bytes(base.causal.config, base.dtype)


def generate_batches(
    base: Base,
    adapter: str | None,
    prompts: Sequence[Sequence[int]],
    batches: Iterable[Sequence[int]],
    *,
    limits: Limits,
) -> Iterator[list[Completion]]:
    """Complete each planned batch in turn; yields the completions in the order of the batch's indices.

    `batches` is asked for the next one when the one before is done. Where memory does not suffice for a batch, it runs
    in halves, and a line says so. Raises UserError when it does not suffice for one prompt.
    """
    if not prompts:
        return
    prefix, stops = prompts[0][: common_prefix(prompts)], stop_tokens(base)
    meter = _Meter(base.device)
    with base.weights(adapter) as model, base.computing(), torch.inference_mode():
        states = prefix_states(model, prefix, base.device) if base.ways.reply == Way.OURS else []

        def run(part: Sequence[int]) -> list[Ending]:
            rows = [prompts[i] for i in part]
            endings = [begin_reply(base, row, limits, stops) for row in rows]
            for ending in endings:
                ending.on_end = replied
            way = Way.SINGLE if max(map(len, rows)) + limits.most > turns_at(base.causal) else base.ways.reply
            if way == Way.OURS:
                own = [row[len(prefix) :] for row in rows]
                complete(
                    model, states, prefix, own, pad_token(base.tokenizer), endings, base.device,
                    prefilled=meter.prefilled,
                )  # fmt: skip
                meter.decoded(sum(map(len, own)))
            else:
                size = 1 if way == Way.SINGLE else len(rows)
                for k in range(0, len(rows), size):
                    these = slice(k, k + size)
                    complete_by_transformers(
                        model, rows[these], pad_token(base.tokenizer), endings[these], base.device,
                        prefilled=meter.prefilled,
                    )  # fmt: skip
                    meter.decoded(sum(map(len, rows[these])))
            return endings

        halves = _Halves(prompts)
        for batch in batches:
            start = time.perf_counter()
            meter.begin()
            endings = halves.run(run, batch)
            seconds = (time.perf_counter() - start) / len(batch)
            shares = meter.shares([len(prompts[i]) for i in batch], [len(e.tokens) for e in endings])
            yield [
                _completion(base, prompts[i], ending, seconds, share)
                for i, ending, share in zip(batch, endings, shares, strict=True)
            ]


class _Meter:
    """What a batch takes of the machine, before its first new tokens and after them."""

    def __init__(self, device: torch.device) -> None:
        self.clock = WorkClock(device)
        self.tokens, self.prefill, self.decode = 0, 0.0, 0.0

    def begin(self) -> None:
        self.clock.lap()
        self.tokens, self.prefill, self.decode = 0, 0.0, 0.0

    def prefilled(self) -> None:
        self.prefill += self.clock.lap()

    def decoded(self, tokens: int) -> None:
        self.decode += self.clock.lap()
        self.tokens += tokens

    def shares(self, read: Sequence[int], written: Sequence[int]) -> list[tuple[int, float, float]]:
        """(tokens computed, prefill, decoding) of each prompt, by its tokens in and out; the sums are the batch's."""
        spared = (sum(read) - self.tokens) // max(1, len(read))  # the common prefix, which ran once
        computed = [max(0, n - spared) for n in read]
        own, out = max(1, sum(computed)), max(1, sum(written))
        return [(n, self.prefill * n / own, self.decode * w / out) for n, w in zip(computed, written, strict=True)]


class _Halves:
    """Runs batches whole as long as memory suffices; from the first that was too large on, as small as it takes."""

    def __init__(self, prompts: Sequence[Sequence[int]]) -> None:
        self.prompts, self.too_much = prompts, math.inf

    def run(self, run: Callable[[Sequence[int]], list[Ending]], batch: Sequence[int]) -> list[Ending]:
        if len(batch) > 1 and self._tokens(batch) >= self.too_much:
            middle = (len(batch) + 1) // 2
            return [*self.run(run, batch[:middle]), *self.run(run, batch[middle:])]
        try:
            return in_halves(run, batch, self._note)
        except Exception as error:
            if not is_shortage(error):
                raise
        release()
        longest = max(len(self.prompts[i]) for i in batch)
        raise UserError(
            f"the device's memory does not suffice for one prompt of {longest} tokens with its reply; lower "
            "retrieval.top_k or retrieval.chunk_tokens in dataset.yaml, free memory there, or name a smaller --model"
        )

    def _note(self, batch: Sequence[int]) -> None:
        if math.isinf(self.too_much):
            say(f"out of memory with {len(batch)} prompts at once: going on in halves")
        self.too_much = min(self.too_much, self._tokens(batch))

    def _tokens(self, batch: Sequence[int]) -> int:
        return len(batch) * max(len(self.prompts[i]) for i in batch)


def check_lengths(base: Base, prompts: Sequence[Sequence[int]], limits: Limits, *, mode: str) -> None:
    """Raise UserError when a prompt leaves less room in the model's context than a reply must have.

    Where it leaves less than a reply may take, but enough, one line says so: nothing of a prompt is ever cut.
    """
    longest = max((len(p) for p in prompts), default=0)
    room = room_after(base, longest)
    if room is None or room >= limits.most:
        return
    least = limits.least + (min(limits.think, LEAST_THINKING) if limits.thinks else 0)
    if room < least:
        raise UserError(
            f"mode {mode}: a prompt takes {longest} tokens and its reply up to {least}, and the model reads "
            f"{longest + room}; lower retrieval.top_k, retrieval.chunk_tokens, fewshot.examples or "
            "generation.max_new_tokens in dataset.yaml, or name a model that reads more"
        )
    say(f"mode {mode}: the longest prompt leaves {room} tokens for its reply, where others have {limits.most}")


def room_after(base: Base, tokens: int) -> int | None:
    """How many tokens the model can write after a prompt of so many; None where its configuration sets no limit."""
    context = int(getattr(base.causal.config.get_text_config(), "max_position_embeddings", 0) or 0)
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


def begin_reply(
    base: Base, prompt: Sequence[int], limits: Limits, stops: Collection[int], *, most: int | None = None
) -> Ending:
    """The reply to a prompt before its first token, with its thinking and the room that there is.

    That is what the prompt leaves of the model's context, or `most` tokens where that is less.
    """
    room = min((r for r in (room_after(base, len(prompt)), most) if r is not None), default=None)
    thinking = Thinking(
        decoder(base.tokenizer, specials=True), thinking_forms(base.tokenizer), opened_by(base.tokenizer, prompt)
    )
    ending = Ending(limits, stops, room=room, thinking=thinking)
    if limits.grammar:
        ending.grammar = Grammar(base.tokenizer, limits.grammar)
    return ending


def _completion(
    base: Base, prompt: Sequence[int], ending: Ending, seconds: float, share: tuple[int, float, float]
) -> Completion:
    text = ending.text(decoder(base.tokenizer, specials=False))
    return Completion(
        text, len(prompt), len(ending.tokens), seconds, ending.ended(text), ending.thinking_tokens, *share
    )  # fmt: skip
