"""The one way a question becomes a prompt, for training, evaluation and export alike. Imports nothing heavy."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eval.errors import UserError
from eval.records import Example, Passage

PINNED_DATE = "26 Jul 2024"
"""Llama 3 templates print a date into the system turn; an unpinned one would change the prompt every midnight."""

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class Prompt:
    """The turns that a model is given, and the passages that stand in them."""

    messages: tuple[Message, ...]
    passages: tuple[Passage, ...] = ()


def ask(instruction: str, question: str, *, passages: Sequence[Passage] = (), shots: Sequence[Example] = ()) -> Prompt:
    """The prompt of every mode: the instruction, worked examples as turns, then passages and the question."""
    messages = [{"role": "system", "content": instruction.strip()}]
    for shot in shots:
        messages.append({"role": "user", "content": user_turn(shot.question)})
        messages.append({"role": "assistant", "content": shot.reply})
    messages.append({"role": "user", "content": user_turn(question, passages)})
    return Prompt(tuple(messages), tuple(passages))


def user_turn(question: str, passages: Sequence[Passage] = ()) -> str:
    """The user's turn: each passage under its document's id in brackets, then the question."""
    blocks = [f"[{p.document}]\n{p.text.strip()}" for p in passages]
    return "\n\n".join([*blocks, f"Question: {question.strip()}"])


def render(tokenizer: Any, messages: Sequence[Message]) -> list[int]:
    """Token ids of the turns through the model's own chat template, up to where the reply begins.

    Raises UserError when the model has no chat template.
    """
    if not getattr(tokenizer, "chat_template", None):
        raise UserError(f"{tokenizer.name_or_path}: the model has no chat template; name an instruction-tuned model")
    text = tokenizer.apply_chat_template(
        list(messages), tokenize=False, add_generation_prompt=True, date_string=PINNED_DATE
    )
    return list(tokenizer.encode(text, add_special_tokens=False))


def render_reply(tokenizer: Any, messages: Sequence[Message], reply: str) -> list[int]:
    """Token ids of a reply as training sees it: the text, then the template's own end-of-turn token.

    The template is asked rather than `eos_token`, because the two differ in some models.
    """
    whole = tokenizer.apply_chat_template(
        [*messages, {"role": "assistant", "content": reply}], tokenize=False, date_string=PINNED_DATE
    )
    start = tokenizer.apply_chat_template(
        list(messages), tokenize=False, add_generation_prompt=True, date_string=PINNED_DATE
    )
    if not whole.startswith(start):
        raise UserError(
            f"{tokenizer.name_or_path}: the chat template renders a reply differently from a prompt that awaits one; "
            "name a model whose template renders both alike"
        )
    return list(tokenizer.encode(whole[len(start) :].rstrip("\n"), add_special_tokens=False))


def template_digest(tokenizer: Any) -> str:
    """A name of the chat template, for fingerprints."""
    return hashlib.sha256(str(tokenizer.chat_template).encode("utf-8")).hexdigest()[:16]
