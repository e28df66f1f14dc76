"""The one way a question becomes a prompt, for training, evaluation and export alike. Imports nothing heavy."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
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

    Raises UserError when the model has no chat template, or one that refuses the turns.
    """
    return list(tokenizer.encode(_text(tokenizer, messages, awaiting=True), add_special_tokens=False))


def render_reply(tokenizer: Any, messages: Sequence[Message], reply: str) -> list[int]:
    """Token ids of a reply as training sees it: the text, then the template's own end-of-turn token.

    The template is asked rather than `eos_token`, because the two differ in some models.
    """
    text = reply_text(tokenizer, messages, reply)
    return list(tokenizer.encode(text, add_special_tokens=False))


def reply_text(tokenizer: Any, messages: Sequence[Message], reply: str) -> str:
    """All that the chat template writes after the prompt when the reply stands there, without closing line ends.

    Raises UserError when it leaves the reply out, or renders the prompt differently once there is a reply.
    """
    start = _text(tokenizer, messages, awaiting=True)
    whole = _text(tokenizer, [*messages, {"role": "assistant", "content": reply}], awaiting=False)
    name, wanted = tokenizer.name_or_path, reply.strip()
    if wanted and whole.count(wanted) <= start.count(wanted):
        raise TemplateError(
            "labels-masked",
            f"{name}: the chat template leaves the reply out or rewrites it, so no token of it would carry loss; "
            "write message['content'] into the template's assistant turn, or name another model",
        )
    if not whole.startswith(start):
        at = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(whole, start, strict=False)))
        raise TemplateError(
            "template-differs",
            f"{name}: the chat template renders a reply differently from a prompt that awaits one: training has "
            f"{whole[at : at + 24]!r} where inference has {start[at : at + 24]!r}; make the two alike in the template, "
            "or name another model",
        )
    return whole[len(start) :].rstrip("\n")


class TemplateError(UserError):
    """A fault of a model's chat template; `kind` names it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def _text(tokenizer: Any, messages: Sequence[Message], *, awaiting: bool) -> str:
    from jinja2.exceptions import TemplateError as Refusal

    name = tokenizer.name_or_path
    if not getattr(tokenizer, "chat_template", None):
        raise TemplateError("no-template", f"{name}: the model has no chat template; name an instruction-tuned model")
    turns = list(messages) if has_system_role(tokenizer, str(tokenizer.chat_template)) else _folded(messages)
    try:
        return str(
            tokenizer.apply_chat_template(
                turns, tokenize=False, add_generation_prompt=awaiting, date_string=PINNED_DATE
            )
        )
    except Refusal as error:
        raise TemplateError(
            "template-refuses", f"{name}: the chat template refuses the turns: {error}; name another model"
        ) from None


@lru_cache(maxsize=8)
def has_system_role(tokenizer: Any, template: str) -> bool:
    """Whether the template (part of the key alone) writes a system turn; some refuse it, some drop it in silence."""
    from jinja2.exceptions import TemplateError as Refusal

    probe = [{"role": "system", "content": "Only in capitals."}, {"role": "user", "content": "?"}]
    try:
        text = tokenizer.apply_chat_template(probe, tokenize=False, date_string=PINNED_DATE)
    except Refusal:
        return False
    return "Only in capitals." in text


def _folded(messages: Sequence[Message]) -> list[Message]:
    """The turns with the system turn at the head of the first user turn, for models that know no system role."""
    if len(messages) < 2 or messages[0]["role"] != "system":
        return list(messages)
    first = {"role": messages[1]["role"], "content": f"{messages[0]['content']}\n\n{messages[1]['content']}"}
    return [first, *messages[2:]]


def template_digest(tokenizer: Any) -> str:
    """A name of the chat template, for fingerprints."""
    return hashlib.sha256(str(tokenizer.chat_template).encode("utf-8")).hexdigest()[:16]
