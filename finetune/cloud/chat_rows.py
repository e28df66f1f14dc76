"""Training rows as providers take them: messages, in the very prompts that the modes are asked with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eval.arms.prompt import ask
from eval.errors import UserError
from eval.strategies import ADAPTERS, Adapter

if TYPE_CHECKING:
    from eval.arms.resources import Resources

LEAST_BYTES_A_TOKEN, MOST_BYTES_A_TOKEN = 2.5, 4.5
"""For want of the base's tokenizer: most text takes a token for so many bytes."""


@dataclass(frozen=True, slots=True)
class ChatRows:
    """The training file, and what is in it."""

    data: bytes
    rows: int
    texts: tuple[str, ...]
    """Everything that would leave, turn by turn."""
    tokens: tuple[int, int]
    """Of one epoch, at least and at most; equal where they were counted."""
    left_out: str
    """What the same adapter would learn here and cannot there; empty: nothing."""
    holds: str = "instruction, questions and replies"
    """What leaves, in words."""


def chat_rows(resources: Resources, adapter: Adapter) -> ChatRows:
    """The rows of an adapter; raises UserError for one without a reply.

    A provider takes conversations only, so documents are not trained on as text; nothing is held back unless dev.jsonl
    is there, since the provider measures no loss that is comparable.
    """
    dataset, kind = resources.dataset, ADAPTERS[adapter]
    if kind.passages:
        resources.prepare(dataset.train)
    lines, texts = [], []
    for example in dataset.train:
        if not example.reply.strip():
            raise UserError(f"{dataset.path / 'train.jsonl'}: row '{example.id}' has an empty reply; write it")
        passages = resources.training_passages(example) if kind.passages else ()
        prompt = ask(resources.config.instruction, example.question, passages=passages)
        messages = [*prompt.messages, {"role": "assistant", "content": example.reply.strip()}]
        lines.append(json.dumps({"messages": messages}, ensure_ascii=False) + "\n")
        texts += [m["content"] for m in messages]
    corpus = kind.corpus and resources.config.finetune.corpus_epochs and dataset.documents
    left = "the corpus as text, which the adapter would learn here too" if corpus else ""
    holds = f"instruction, questions, replies{' and passages of the corpus' if kind.passages else ''}"
    return ChatRows("".join(lines).encode("utf-8"), len(lines), tuple(texts), tokens_of(resources, texts), left, holds)


def tokens_of(resources: Resources, texts: list[str]) -> tuple[int, int]:
    """Tokens of one epoch, at least and at most; equal where the base's tokenizer is here."""
    if resources.run_config.local_model is not None:
        tokenizer: Any = resources.tokenizer
        count = sum(len(tokenizer.encode(t, add_special_tokens=False)) + 4 for t in texts)
        return count, count
    size = sum(len(t.encode()) for t in texts)
    return int(size / MOST_BYTES_A_TOKEN), int(size / LEAST_BYTES_A_TOKEN)
