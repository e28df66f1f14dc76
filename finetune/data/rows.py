"""Training rows: token ids and where the loss begins. Imports nothing heavy."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eval.arms.prompt import Prompt, render, reply_text
from eval.records import Example
from finetune.data.row import Row
from finetune.data.row_faults import RowError, check_row

if TYPE_CHECKING:
    from finetune.training.training_state import TrainSettings

WARMUP = 0.06
"""Of the steps."""

VALIDATION_SHARE = 0.08
VALIDATION_ROWS = 24
"""Held-back rows at most: enough to see a loss turn, few enough not to cost an epoch of time."""


def reply_row(tokenizer: Any, prompt: Prompt, example: Example, *, where: str, context: int | None = None) -> Row:
    """The prompt, then the reference reply and the end of turn, which alone carry loss.

    Raises UserError when the row would teach nothing, would not teach to stop, or is longer than `context` tokens.
    """
    prompt_ids = render(tokenizer, prompt.messages)
    if not example.reply.strip():
        raise RowError("empty-reply", f"{where}: row '{example.id}' has an empty reply; write it or remove the row")
    text = reply_text(tokenizer, prompt.messages, example.reply)
    row = Row(
        tuple(prompt_ids + list(tokenizer.encode(text, add_special_tokens=False))), len(prompt_ids), "reply", where
    )
    check_row(tokenizer, row, text, example.reply, context)
    return row


def text_rows(tokenizer: Any, document: str, text: str, size: int) -> list[Row]:
    """A document of the corpus as plain text, in pieces of about equal length of at most `size` tokens.

    Each piece begins with the document's id, as passages do in prompts; every token but the first carries loss.
    """
    bos = [tokenizer.bos_token_id] if tokenizer.bos_token_id is not None else []
    head = bos + list(tokenizer.encode(f"[{document}]\n", add_special_tokens=False))
    body = list(tokenizer.encode(text, add_special_tokens=False))
    count = -(-len(body) // size)
    each = -(-len(body) // count) if body else 1
    return [Row(tuple(head + body[i : i + each]), 1, "text", document) for i in range(0, len(body), each)]


def hold_back(examples: Sequence[Example], dev: Sequence[Example], seed: int) -> tuple[list[Example], list[Example]]:
    """Split training examples into (train, validation) without cutting a group; `dev`, where given, is the validation.

    Holds back 8 % of the rows, at most 24; none at all from fewer than 20 rows.
    """
    if dev:
        return list(examples), list(dev)[:VALIDATION_ROWS]
    wanted = min(VALIDATION_ROWS, int(VALIDATION_SHARE * len(examples)))
    if len(examples) < 20:
        wanted = 0
    groups = sorted({e.group for e in examples})
    random.Random(f"hold-back-{seed}").shuffle(groups)
    held: set[str] = set()
    count = 0
    for group in groups:
        size = sum(e.group == group for e in examples)
        if count + size <= wanted:
            held.add(group)
            count += size
    return [e for e in examples if e.group not in held], [e for e in examples if e.group in held]


def warmup(steps: int) -> int:
    """The steps over which the learning rate rises to its full value; from there it falls linearly to zero.

    Linear decay to zero beats cosine and constant rates (arXiv:2502.15938); the QLoRA paper warmed up over 3 %.
    """
    return max(1, round(WARMUP * steps))


def planned(rows: Sequence[Row], settings: TrainSettings) -> list[list[int]]:
    """`plan_steps` with the settings of a training run."""
    return plan_steps(
        rows, epochs=settings.epochs, batch_size=settings.batch_size, seed=settings.seed, text_batch=settings.text_batch
    )


def plan_steps(
    rows: Sequence[Row], *, epochs: int, batch_size: int, seed: int, text_batch: int | None = None
) -> list[list[int]]:
    """Every optimiser step's row indices, fixed before training starts, so that a resumed run takes the same steps.

    A step holds `batch_size` replies or `text_batch` texts, without it twice as many. Rows are shuffled each epoch,
    then grouped by kind and length within pools of eight steps to save padding.
    """
    steps: list[list[int]] = []
    for epoch in range(epochs):
        draw = random.Random(f"steps-{seed}-{epoch}")
        order = list(range(len(rows)))
        draw.shuffle(order)
        batches: list[list[int]] = []
        for kind in sorted({r.kind for r in rows}):
            mine = [i for i in order if rows[i].kind == kind]
            size = (text_batch or 2 * batch_size) if kind == "text" else batch_size
            for start in range(0, len(mine), 8 * size):
                near = sorted(mine[start : start + 8 * size], key=lambda i: len(rows[i].tokens))
                batches += [near[i : i + size] for i in range(0, len(near), size)]
        draw.shuffle(batches)
        steps += batches
    return steps
