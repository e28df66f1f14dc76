"""Log-likelihoods of given texts under one set of weights, in batches sorted by length. Imports torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch

from eval.model.compute_path import Way, turns_at
from eval.model.forward import forward
from eval.model.kv_cache import pad_token
from eval.model.likelihood_rows import Row
from eval.model.out_of_memory import in_halves
from eval.terminal.progress import say

if TYPE_CHECKING:
    from eval.model.base import Base

BATCH_TOKENS = {"cpu": 2048, "cuda": 16384}
"""Padded tokens of one forward pass."""
WHOLE_LOGITS = 1 << 27
"""Logits that are held at once where they are made at all positions: 512 MiB in float32."""
LOGIT_ROWS = 512
"""Positions whose vocabulary logits are held at a time."""


def log_likelihoods(base: Base, adapter: str | None, rows: Sequence[Row]) -> list[list[float]]:
    """ln p(token | all before it) of every target token of every row, in nats, in the order of the rows.

    Vocabulary logits are computed at the target positions alone.
    """
    results: list[list[float]] = [[] for _ in rows]
    way = base.ways.likelihood
    if max((len(given) + len(target) for given, target in rows), default=0) > turns_at(base.causal):
        way = Way.SINGLE
    with base.weights(adapter) as model, base.computing(), torch.inference_mode():
        for batch in plan(rows, BATCH_TOKENS[base.device.type] if way == Way.OURS else _budget(base, way)):
            found = in_halves(lambda part: batch_likelihoods(model, base, [rows[i] for i in part], way), batch, _note)
            for i, values in zip(batch, found, strict=True):
                results[i] = values
    return results


def _note(batch: Sequence[int]) -> None:
    say(f"out of memory with {len(batch)} texts at once: going on in halves")


def _budget(base: Base, way: Way) -> int:
    """Padded tokens of a pass whose logits are made at all positions; one row at a time where batches are wrong."""
    return 1 if way == Way.SINGLE else max(1, WHOLE_LOGITS // int(base.causal.config.get_text_config().vocab_size))


def plan(rows: Sequence[Row], budget: int) -> list[list[int]]:
    """Batches of row indices, longest first, each of at most `budget` padded tokens or of one row."""
    lengths = [len(given) + len(target) for given, target in rows]
    batches: list[list[int]] = []
    for i in sorted(range(len(rows)), key=lambda i: (-lengths[i], i)):
        if batches and lengths[batches[-1][0]] * (len(batches[-1]) + 1) <= budget:
            batches[-1].append(i)
        else:
            batches.append([i])
    return batches


def batch_likelihoods(model: Any, base: Base, rows: Sequence[Row], way: Way) -> list[list[float]]:
    """log_likelihoods of one batch; padding stands on the right, where no token that counts can see it."""
    longest = max(len(given) + len(target) for given, target in rows)
    ids = torch.full((len(rows), longest), pad_token(base.tokenizer), device=base.device)
    mask = torch.zeros_like(ids)
    for i, (given, target) in enumerate(rows):
        ids[i, : len(given) + len(target)] = torch.tensor(given + target, device=base.device)
        mask[i, : len(given) + len(target)] = 1
    wanted = torch.tensor([token for _, target in rows for token in target], device=base.device)
    if way == Way.OURS:
        made = model.get_decoder()(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
        head = model.get_output_embeddings()
    else:
        made, head = forward(model, input_ids=ids, attention_mask=mask, use_cache=False).logits, torch.nn.Identity()
    states = torch.cat([made[i, len(g) - 1 : len(g) + len(t) - 1] for i, (g, t) in enumerate(rows)])
    values: list[float] = []
    for start in range(0, len(wanted), LOGIT_ROWS):
        part = slice(start, start + LOGIT_ROWS)
        logits = head(states[part]).float()
        chosen = logits.gather(1, wanted[part, None])[:, 0]
        values += (chosen - logits.logsumexp(-1)).tolist()
    ends = iter(values)
    return [[next(ends) for _ in target] for _, target in rows]
