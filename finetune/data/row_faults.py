"""What can be wrong with a training row that no loss curve would show. Imports nothing heavy."""

from __future__ import annotations

from typing import Any

from eval.arms.prompt import has_system_role
from eval.errors import UserError
from eval.model.chat_template import apply, template_of
from eval.model.thinking import leading_block
from finetune.data.row import Row


class RowError(UserError):
    """A training row that must not be trained on; `kind` names the fault."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def check_row(tokenizer: Any, row: Row, text: str, reply: str, context: int | None) -> None:
    """Raise RowError unless a reply row teaches the reply and its end, once begun, within the context.

    `text` is what the chat template writes after the prompt; its tokens carry the loss. `context` is in tokens.
    """
    name = tokenizer.name_or_path
    _check_bos(tokenizer, row)
    before = text.partition(reply.strip())[0] if reply.strip() in text else ""
    if before.strip() and leading_block(before) != before:
        raise RowError(
            "no-generation-prompt",
            f"{name}: the chat template writes {before!r} before a reply in training and not into the prompt that "
            "awaits one, so the model would learn to write it; add `{% if add_generation_prompt %}` with that text",
        )
    if row.tokens[-1] not in tokenizer.all_special_ids:
        raise RowError(
            "no-end-of-turn",
            f"{name}: the chat template does not end a reply with an end-of-turn token, so a tuned model would never "
            "stop; add the token to the template's assistant turn, or name a model whose template has it",
        )
    if len(row.tokens) - row.start < 2:
        raise RowError("labels-masked", f"{row.where}: no token of the reply would carry loss; write the reply")
    if context and len(row.tokens) > context:
        raise RowError("too-long", f"{row.where}: {_cut(row, context)}")


def check_clock(tokenizer: Any) -> None:
    """Raise RowError when the chat template writes the hour or day, so that training sees another prompt than use."""
    system = [{"role": "system", "content": "s"}] if has_system_role(tokenizer) else []
    turns = [*system, {"role": "user", "content": "q"}]
    template = template_of(tokenizer)
    days = [  # the clock is no argument, so another one is written into the template
        apply(tokenizer, turns, awaiting=False, chat_template=template.replace("strftime_now(", f"('{day}' ~ "))
        for day in ("Monday", "Tuesday")
    ]
    if days[0] != days[1]:
        raise RowError(
            "template-differs",
            f"{tokenizer.name_or_path}: the chat template writes today's date into the prompt, so training and "
            "inference would differ from midnight on; take `strftime_now` out of the template",
        )


def _check_bos(tokenizer: Any, row: Row) -> None:
    bos = tokenizer.bos_token_id
    if bos is None:
        return
    for i in range(1, len(row.tokens)):
        if row.tokens[i - 1] == bos and row.tokens[i] == bos:
            raise RowError(
                "doubled-bos",
                f"{tokenizer.name_or_path}: {tokenizer.bos_token} stands twice in a row at tokens {i - 1} and {i} of "
                f"{row.where}: the chat template and what it is given both write it; remove one of the two",
            )


def _cut(row: Row, context: int) -> str:
    lost = len(row.tokens) - context
    replies = min(lost, len(row.tokens) - row.start)
    return (
        f"the row takes {len(row.tokens)} tokens and the model reads {context}: truncation would cut the last {lost}, "
        f"{replies} of them trained; shorten the row, or lower retrieval.top_k or retrieval.chunk_tokens"
    )
