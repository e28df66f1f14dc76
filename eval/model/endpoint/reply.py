"""A server's answer as a completion: what is no reply is a failure, and never an empty text."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from eval.model.endpoint.http_client import Failure
from eval.model.endpoint.route import Asked, prompt_tokens
from eval.model.generator import Completion
from eval.model.stopping import Ending, Limits
from eval.model.thinking import Thinking, decoder, opened_by, thinking_forms
from eval.records import Finish


def read_completion(answer: Any, asked: Asked, seconds: float, reader: Reader) -> Completion:
    """The completion in an answer; raises Failure where there is no reply in it."""
    try:
        choice = answer["choices"][0]
        message = choice.get("message") or {}
        text = choice["text"] if "text" in choice else message.get("content")
        finish = choice.get("finish_reason")
    except (LookupError, TypeError, AttributeError):
        raise Failure("broken", "the answer is not a completion", True) from None
    thought = message.get("reasoning_content") or message.get("reasoning") or ""
    if finish == "content_filter" or message.get("refusal"):
        raise Failure("filtered", "the provider's filter holds the reply back")
    if text is None and thought and finish == "length":
        text = ""  # all of it was thinking: the reply was cut before it began
    if not isinstance(text, str):
        raise Failure("no-text", "the answer holds no text", True)
    usage = answer.get("usage") or {}
    written = usage.get("completion_tokens")
    details = usage.get("completion_tokens_details") or {}
    counted = prompt_tokens(answer)
    known = reader.read(asked, text, "length" if finish == "length" else "stop")
    return Completion(
        known.text, counted if counted is not None else len(asked.tokens or ()),
        written if isinstance(written, int) else known.tokens, seconds, known.finish,
        int(details.get("reasoning_tokens") or known.thinking),
    )  # fmt: skip


class Known:
    """What our own reading of a text finds."""

    __slots__ = ("finish", "text", "thinking", "tokens")

    def __init__(self, text: str, tokens: int, finish: Finish, thinking: int) -> None:
        self.text, self.tokens, self.finish, self.thinking = text, tokens, finish, thinking


class Reader:
    """Reads replies as if they had been written here: thinking left out, repetition seen (with a tokenizer)."""

    def __init__(self, tokenizer: Any | None, limits: Limits, stops: Collection[int], ends: Collection[str]) -> None:
        """`stops` are the tokens that end a reply, and `ends` their texts, which some servers leave in."""
        self._tokenizer, self._limits, self._stops, self._ends = tokenizer, limits, stops, [e for e in ends if e]

    def read(self, asked: Asked, text: str, finish: Finish) -> Known:
        """The reply in a text that ended so by the server's word."""
        for end in self._ends:
            text = text.partition(end)[0]
        tokenizer = self._tokenizer
        if tokenizer is None or asked.tokens is None:
            plain = text.strip()
            return Known(plain, 0, self._limits.ended(finish, plain), 0)
        written = list(tokenizer.encode(text, add_special_tokens=False))
        thinking = Thinking(
            decoder(tokenizer, specials=True), thinking_forms(tokenizer), opened_by(tokenizer, asked.tokens)
        )
        ending = Ending(self._limits, self._stops, thinking=thinking)
        for token in written:
            if ending.add(token) == "loop":
                break
        plain = ending.text(decoder(tokenizer, specials=False))
        if ending.finish != "loop":
            ending.finish = finish
            finish = ending.ended(plain)
        else:
            finish = "loop"
        return Known(plain, len(written), finish, ending.thinking_tokens)
