"""A model's thinking before its reply: the common forms of think blocks, cut off token by token. No torch.

Only a leading block is thinking: the same tags further on, as in a reply that is HTML or XML, are the reply's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

Decode = Callable[[Sequence[int]], str]
"""Tokens to text, special tokens included."""

WINDOW = 64
"""Tokens at the end of the thinking that are searched for its end: no end is longer, in bytes."""
START = 48
"""Tokens in which a block must have begun: no beginning is longer, in bytes."""
UNFINISHED = "\ufffd"
"""What a tokenizer decodes the first bytes of a character to while the others are to come."""


KEY = "_thinking_forms"


@dataclass(frozen=True, slots=True)
class Form:
    """One way to mark thinking."""

    opens: str
    closes: re.Pattern[str]
    plain: bool = False
    """Marked by words or tags that a reply may well begin with; then it is thinking only where it is closed."""
    empty: str = ""
    """The block without a thought in it, as it stands before a reply in training."""

    def is_opened_by(self, prompt: str) -> bool:
        """Whether a prompt ends inside a block that it has begun."""
        return prompt.rstrip().removesuffix("<|message|>").endswith(self.opens)


def _tags(opens: str, closes: str, *, plain: bool = False) -> Form:
    return Form(opens, re.compile(re.escape(closes)), plain, f"{opens}\n\n{closes}\n\n")


HARMONY_FINAL = r"<\|channel\|>final(?: ?<\|constrain\|>\w+)?<\|message\|>"
FORMS = (
    _tags("<think>", "</think>"),  # Qwen3, DeepSeek-R1, SmolLM3, GLM, Kimi, MiniMax, Granite 3.3, ...
    _tags("[THINK]", "[/THINK]"),  # Magistral
    _tags("<seed:think>", "</seed:think>"),  # Seed-OSS
    _tags("\u25c1think\u25b7", "\u25c1/think\u25b7"),  # Kimi-VL
    _tags("<|START_THINKING|>", "<|END_THINKING|>"),  # Command A Reasoning
    _tags("<|begin_of_thought|>", "<|end_of_thought|>"),  # Sky-T1, OpenThinker
    _tags("<|inner_prefix|>", "<|inner_suffix|>"),  # Apertus
    _tags("<longcat_think>", "</longcat_think>"),
    _tags("<|channel>thought", "<channel|>"),  # Gemma 4
    _tags("<unused94>thought", "<unused95>"),  # MedGemma
    *(Form(f"<|channel|>{name}", re.compile(HARMONY_FINAL)) for name in ("analysis", "commentary")),  # gpt-oss
    _tags("<thinking>", "</thinking>", plain=True),
    _tags("<thought>", "</thought>", plain=True),
    _tags("<reasoning>", "</reasoning>", plain=True),
    _tags("Here is my thought process:", "Here is my response:", plain=True),  # Granite 3.2
)
HEADER = re.compile(HARMONY_FINAL + r"|<\|START_RESPONSE\|>|<\|begin_of_solution\|>")
"""What some templates have the model write before a reply that follows no thought."""
WRAPS = (("<response>", "</response>"), ("<|begin_of_solution|>", "<|end_of_solution|>"))
"""What some models put around a reply that follows a thought."""


def opened_by(tokenizer: Any, prompt: Sequence[int]) -> Form | None:
    """The form whose block the end of a prompt has begun, so that the reply holds its end alone."""
    end = decoder(tokenizer, specials=True)(prompt[-WINDOW:])
    return next((f for f in FORMS if f.is_opened_by(end)), None)


def keep_forms(tokenizer: Any, replies: Sequence[str]) -> None:
    """Have tags that a data set's own training replies begin with count as part of every reply, not as thinking."""
    found = [f for f in FORMS if not (f.plain and any(r.lstrip().startswith(f.opens) for r in replies))]
    setattr(tokenizer, KEY, tuple(found))


def thinking_forms(tokenizer: Any) -> tuple[Form, ...]:
    """The forms that are thinking where a tokenizer is used."""
    return tuple(getattr(tokenizer, KEY, FORMS))


def leading_block(text: str) -> str:
    """What stands before the reply in a text: closed think blocks, ends alone and headers, with blanks; or ''."""
    at = 0
    while True:
        rest = text[at:].lstrip()
        begun = next((f for f in FORMS if rest.startswith(f.opens)), None)
        if begun:
            match = begun.closes.search(rest)
        else:
            match = HEADER.match(rest) or next((m for f in FORMS if (m := f.closes.match(rest))), None)
        if not match:
            return text[:at]
        rest = rest[match.end() :].lstrip()
        at = len(text) - len(rest)


def split_end(prompt: str) -> tuple[str, str, str]:
    """(prompt, think block that stands at its end, what closes that block); the last two are '' where there is none."""
    for form in FORMS:
        at = prompt.rfind(form.opens)
        if at < 0 or form.closes.pattern == HARMONY_FINAL:
            continue
        block = prompt[at:]
        inside = block.removeprefix(form.opens)
        if not inside.strip():
            return prompt[:at], block, form.empty.removeprefix(form.opens)
        match = form.closes.search(block)
        if match and not (inside[: match.start() - len(form.opens)] + block[match.end() :]).strip():
            return prompt[:at], block, ""
    return prompt, "", ""


@dataclass(slots=True)
class Thinking:
    """Follows one reply as it is written, and knows which of its tokens are thinking."""

    decode: Decode
    forms: Sequence[Form] = FORMS
    opened: Form | None = None
    """The form whose block the prompt has begun."""
    tokens: int = field(init=False, default=0)
    """How many of the tokens so far are thinking that has been closed."""
    begins: int = field(init=False, default=0)
    """Where the reply begins among the tokens so far."""
    _head: str = field(init=False, default="")
    """The reply's first characters, where they share a token with the end of the thinking."""
    _inside: Form | None = field(init=False, default=None)
    _last: Form | None = field(init=False, default=None)
    _settled: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self._inside = self.opened

    @property
    def inside(self) -> bool:
        """Whether the model is thinking now."""
        return self._inside is not None

    def follow(self, written: Sequence[int]) -> None:
        """Look at all that is written so far; to be called after every token."""
        if self._inside:
            self._look_for_end(written, self._inside)
        elif not self._settled:
            self._look_for_start(written)

    def end(self, written: Sequence[int]) -> None:
        """Settle what is thinking, now that all is written: a block that never closed, or closed but never opened."""
        self._settled = True
        if self._inside and not self._inside.plain:
            self.tokens = self.begins = len(written)
        elif self._last and self._last.plain and not self._text(written, self.decode):
            self.tokens = self.begins = 0  # a document with such a root, and nothing behind it
            self._head = ""
        elif not self.tokens:
            self._look_for_end_alone(written)
        self._inside = None

    def reply(self, written: Sequence[int], plainly: Decode) -> str:
        """The reply without its thinking, by a decoder that leaves special tokens out.

        '' while the model thinks, and while what it wrote may yet become the beginning of thinking.
        """
        if self._inside or not self._settled:
            return ""
        text = self._text(written, plainly)
        return _unwrapped(text) if self.tokens else text

    def _text(self, written: Sequence[int], decode: Decode) -> str:
        return (self._head + decode(written[self.begins :])).strip()

    def _look_for_start(self, written: Sequence[int]) -> None:
        own = written[self.begins :]
        text = self.decode(own).lstrip().rstrip(UNFINISHED)
        self._inside = next((f for f in self.forms if text.startswith(f.opens)), None)
        if self._inside:
            self._look_for_end(written, self._inside)
        elif match := HEADER.match(text):
            self.begins, self._head, self._settled = len(written), text[match.end() :], True
        elif len(own) >= START or not any(_may_become(text, s) for s in (*(f.opens for f in self.forms), *HEADERS)):
            self._settled = True

    def _look_for_end(self, written: Sequence[int], form: Form) -> None:
        text = self.decode(written[max(self.begins, len(written) - WINDOW) :])
        if match := form.closes.search(text):
            self.tokens = self.begins = len(written)
            self._head, self._inside, self._last = text[match.end() :].lstrip(), None, form
            self._settled = bool(self._head) or form.closes.pattern == HARMONY_FINAL

    def _look_for_end_alone(self, written: Sequence[int]) -> None:
        """An end without a beginning: the template of such a model writes the beginning, and here it was left out."""
        text = self.decode(written)
        for form in self.forms:
            match = None if form.plain or form.closes.pattern == HARMONY_FINAL else form.closes.search(text)
            if match and form.opens not in text[: match.start()]:
                count = next(n for n in range(1, len(written) + 1) if form.closes.search(self.decode(written[:n])))
                self.tokens = self.begins = count
                self._head = self.decode(written[:count])[match.end() :].lstrip()
                return


HEADERS = ("<|channel|>final <|constrain|>", "<|START_RESPONSE|>", "<|begin_of_solution|>")
"""Beginnings of HEADER."""


def _may_become(text: str, opening: str) -> bool:
    return opening.startswith(text) or text.startswith(opening)


def _unwrapped(text: str) -> str:
    for opens, closes in WRAPS:
        if text.startswith(opens):
            return text.removeprefix(opens).removesuffix(closes).strip()
    return text


def decoder(tokenizer: Any, *, specials: bool) -> Decode:
    """A tokenizer's decoder, with or without special tokens."""
    return lambda tokens: str(tokenizer.decode(list(tokens), skip_special_tokens=not specials))
