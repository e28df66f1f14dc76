"""The mode's prompt as the page puts it together, and what the page checks the model against when it starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from eval.arms.modes import MODES
from eval.arms.prompt import render
from eval.errors import UserError
from eval.model.chat_template import apply, set_to_think
from eval.records import Example

if TYPE_CHECKING:
    from eval.arms.resources import Resources

MARK = "\u2060QUESTION\u2060"
"""Stands for the user's turn; a template may strip blanks around it, but not it."""
CHECK_TOKENS = 128
"""Of the start-up check's prompt. Wrong kernels have been seen to agree on 16 tokens and not on 32, so 64 at least."""
LEAST_CHECK_TOKENS = 64
CHECK_STEPS = 4
"""Of these tokens so many come one by one, through the cache, as in generation."""
WATCHED = 32
"""Vocabulary entries whose logits are compared at every position."""


def frame(resources: Resources, mode: str) -> tuple[str, str]:
    """(text before, text after) the user's turn of a mode's prompt; raises UserError when that is not all there is.

    The page joins them with the turn, so that it needs no template engine; every test question is tried.
    """
    tokenizer, spec = resources.base.tokenizer, MODES[mode]
    if set_to_think(tokenizer):
        raise UserError(
            f"{tokenizer.name_or_path}: the model thinks before it replies, which the page cannot keep apart; "
            "turn it off by chat_template_kwargs in dataset.yaml, or serve it with: finetune serve RUN --api"
        )

    def turns(example: Example) -> list[dict[str, str]]:
        return list(spec.build(resources, example).messages)

    marked = [*turns(Example("mark", "?"))[:-1], {"role": "user", "content": MARK}]
    before, found, after = apply(tokenizer, marked, awaiting=True).partition(MARK)
    if not found or MARK in after:
        raise UserError(f"{tokenizer.name_or_path}: the chat template rewrites the user's turn; the page cannot follow")
    if spec.retrieves:
        resources.prepare(resources.dataset.test)
    for example in resources.dataset.test:
        messages = turns(example)
        joined = tokenizer.encode(before + messages[-1]["content"] + after, add_special_tokens=False)
        if list(joined) != render(tokenizer, messages):
            raise UserError(
                f"{tokenizer.name_or_path}: the chat template rewrites the turn of '{example.id}'; "
                "the page cannot follow"
            )
    return before, after


def samples(resources: Resources, mode: str, count: int = 4) -> list[dict[str, Any]]:
    """Questions of the training split with their passages and prompt tokens: the page must come to the same tokens."""
    found = []
    for example in resources.dataset.train[:count]:
        prompt = MODES[mode].build(resources, example)
        found.append({
            "question": example.question,
            "turn": prompt.messages[-1]["content"],
            "tokens": render(resources.base.tokenizer, prompt.messages),
        })  # fmt: skip
    return found


def logits_check(tokens: list[int], logits: Callable[..., Any]) -> dict[str, Any]:
    """What the page compares at every position of a prompt: the most likely token and the logits of some others.

    A prompt of fewer than 64 tokens is repeated until it is long enough.
    """
    import numpy as np

    while len(tokens) < LEAST_CHECK_TOKENS:
        tokens = [*tokens, *tokens]
    tokens = tokens[:CHECK_TOKENS]
    # One token more, which is never read: `logits` predicts tokens[1:], the last row included.
    rows = np.asarray(logits([*tokens, tokens[-1]], 1), dtype=np.float64)
    watched = np.unique(np.linspace(0, rows.shape[1] - 1, WATCHED).astype(int))
    best = rows.argmax(-1)
    return {
        "tokens": tokens,
        "steps": CHECK_STEPS,
        "spread": float(rows.std()),
        "best": best.tolist(),
        "best_logits": [round(float(v), 5) for v in rows.max(-1)],
        "watched": watched.tolist(),
        "logits": [[round(float(v), 5) for v in row] for row in rows[:, watched]],
    }
