"""How prompts reach a served model: as our own tokens or text where the server takes them, else as messages.

Ours is tried first, because a server that renders may write other turns than training and the local model saw.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Literal

from eval.arms.prompt import Message, render, render_text
from eval.errors import UserError
from eval.model.endpoint.http_client import Client, Failure
from eval.model.endpoint.patience import TRIES, patiently
from eval.model.endpoint.request_body import Fields
from eval.model.endpoint.server import Server, tokens_of
from eval.model.endpoint.spending_cap import SpendingCap, most_tokens

Form = Literal["tokens", "text", "messages"]
ADDRESS = {"tokens": "/completions", "text": "/completions", "messages": "/chat/completions"}
NOT_TAKEN = ("client", "server", "broken", "no-text")
NOT_PAID = ("refused", "busy", "client")
"""Failures of requests that no server has computed."""
LEAST_SHARE = 0.6
"""A prompt is taken for cut where the server counts fewer than this share of the tokens that its length in characters
makes likely; used only where nobody can count them here."""
SLACK = 8
"""Tokens by which a server that renders may differ from one prompt to the next without a cut."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One prompt, ready to be sent."""

    messages: tuple[Message, ...]
    tokens: tuple[int, ...] | None
    """As rendered here; None without a local tokenizer."""
    text: str = ""

    @property
    def characters(self) -> int:
        """Of all turns together."""
        return sum(len(m["content"]) for m in self.messages)


@dataclass(frozen=True, slots=True)
class Route:
    """The form that prompts take, and how the server counted one that was certainly not cut."""

    form: Form
    offset: int | None
    """The server's count less ours; None: one of the two does not count."""
    per_character: float | None
    """Tokens by the server's count, for want of our own."""

    def short_by(self, asked: Asked, counted: int | None) -> int:
        """How many tokens of a prompt the server left out, as far as is known."""
        if counted is None:
            return 0
        if asked.tokens is not None and self.offset is not None:
            missing = len(asked.tokens) + self.offset - counted
            return missing if missing > (SLACK if self.form == "messages" else 0) else 0
        if asked.tokens is None and self.per_character:
            likely = int(self.per_character * asked.characters)
            return likely - counted if counted < LEAST_SHARE * likely - SLACK else 0
        return 0


class Speaker:
    """One name behind an address: sends prompts to it in the form that was found to work."""

    def __init__(
        self,
        client: Client,
        server: Server,
        name: str,
        fields: Fields,
        tokenizer: Any | None,
        extra: dict[str, Any] | None = None,
        template: dict[str, Any] | None = None,
        cap: SpendingCap | None = None,
    ) -> None:
        """`extra` goes into every body; `template` holds arguments for a server that renders."""
        self._cap = cap
        self.client, self.server, self.name, self.fields, self.tokenizer = client, server, name, fields, tokenizer
        self._extra, self._template = extra or {}, template
        self.route = Route("messages", None, None)

    def prepare(self, messages: Sequence[Message]) -> Asked:
        """A prompt, rendered here where that is possible."""
        if self.tokenizer is None:
            return Asked(tuple(messages), None)
        return Asked(
            tuple(messages), tuple(render(self.tokenizer, messages)), render_text(self.tokenizer, messages)
        )  # fmt: skip

    def settle(self, messages: Sequence[Message]) -> Route:
        """Find the form that works, by a short prompt; raises UserError where none does."""
        asked = self.prepare(messages)
        last: Failure | None = None
        for form in self._forms(asked):
            self.route = Route(form, None, None)
            try:
                # Some servers answer a form that they do not know with 500.
                tries = TRIES if form == "messages" else 2
                counted = prompt_tokens(patiently(lambda: self.send(asked, 1), tries))
            except Failure as failure:
                if failure.kind not in NOT_TAKEN or failure.status in (401, 403, 429):
                    raise UserError(f"{self.client.url}: {failure}; nothing was asked") from None
                last = failure
                continue
            if found := self._fits(form, asked, counted):
                self.route = found
                return found
        raise UserError(f"{self.client.url}: the model '{self.name}' answers no prompt ({last}); see the server's log")

    def by_messages(self, messages: Sequence[Message]) -> Speaker | None:
        """The same, with prompts that the server renders; None where it takes no messages."""
        other, asked = copy(self), self.prepare(messages)
        other.route = Route("messages", None, None)
        try:
            counted = prompt_tokens(patiently(lambda: other.send(asked, 1), 2))
        except Failure:
            return None
        other.route = self._fits("messages", asked, counted) or other.route
        return other

    def _forms(self, asked: Asked) -> Iterator[Form]:
        if asked.tokens is not None:
            theirs = tokens_of(self.client, self.server, self.name, asked.text)
            if theirs is not None and theirs != list(asked.tokens):
                place = next((i for i, (a, b) in enumerate(zip(theirs, asked.tokens, strict=False)) if a != b), -1)
                raise UserError(
                    f"{self.client.url}: cuts text into other tokens than the local tokenizer, first at token {place}; "
                    "name the served model's own by --tokenizer, or drop it so that the server renders"
                )
            yield from ("tokens", "text")
        yield "messages"

    def _fits(self, form: Form, asked: Asked, counted: int | None) -> Route | None:
        """The route, unless the server's count shows that it read something else than was sent."""
        if asked.tokens is None:
            return Route(form, None, counted / max(1, asked.characters) if counted else None)
        offset = None if counted is None else counted - len(asked.tokens)
        most = {"tokens": 0, "text": 1}.get(form)
        if most is not None and offset is not None and not 0 <= offset <= most:
            return None
        return Route(form, offset, None)

    def send(self, asked: Asked, limit: int, **more: Any) -> Any:
        """The server's answer to a prompt; a field that it refuses by name is left out, and sent no more."""
        form = self.route.form
        prompts: dict[Form, dict[str, Any]] = {
            "tokens": {"prompt": list(asked.tokens or ())}, "text": {"prompt": asked.text},
            "messages": {"messages": list(asked.messages)},
        }  # fmt: skip
        prompt, further = prompts[form], {**self._extra, **more}
        if form == "messages":
            further.pop("stop", None)
            further.pop("stop_token_ids", None)
            if self._template is not None:
                further["chat_template_kwargs"] = self._template
        while True:
            body = self.fields.body(self.name, prompt, limit, **further)
            try:
                return self._paid(asked, limit, self.client.url + ADDRESS[form], body)
            except Failure as failure:
                if failure.status not in (400, 422) or not self.fields.refuse(body, failure.body):
                    raise

    def _paid(self, asked: Asked, limit: int, address: str, body: dict[str, Any]) -> Any:
        """The answer to a body, within what may be spent; raises UserError where it could cost too much."""
        if self._cap is None:
            return self.client.post(address, body)
        rendered_here = asked.tokens is not None and self.route.form != "messages"
        texts = [m["content"] for m in asked.messages]
        held = self._cap.hold(len(asked.tokens or ()) + 1 if rendered_here else most_tokens(texts), limit)
        try:
            answer = self.client.post(address, body)
        except Failure as failure:
            if failure.kind in NOT_PAID:
                self._cap.give_back(held)
            raise
        self._cap.settle(held, answer)
        return answer


def prompt_tokens(answer: Any) -> int | None:
    """How many tokens of prompt the server says it read; None where it does not say."""
    usage = answer.get("usage") if isinstance(answer, dict) else None
    found = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    return found if isinstance(found, int) and found > 0 else None
