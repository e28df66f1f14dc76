"""The replies of one mode by a server: asked in a crowd, checked one by one, and a few of them asked again alone."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from eval.errors import UserError
from eval.model.arithmetic import to_record
from eval.model.endpoint.address import SERVED
from eval.model.generator import Answered, Completion
from eval.pipeline.graph import Skipped
from eval.terminal.progress import say

if TYPE_CHECKING:
    from eval.arms.resources import Resources
    from eval.config import Endpoint
    from eval.model.endpoint.http_client import Failure
    from eval.model.endpoint.reply import Reader
    from eval.model.endpoint.requests import Budget
    from eval.model.endpoint.route import Asked, Speaker
    from eval.model.endpoint.structured_output import Held

PROMPTS_TWICE = 16
"""Prompts of the base that are asked once more."""


class Owner(Protocol):
    """The generator that the mode is answered by: what all modes of a run share."""

    resources: Resources
    endpoint: Endpoint
    budget: Budget

    def reader(self) -> Reader:
        """Reads replies as the run's own model's are read."""
        ...

    def note(self, key: str, what: str, found: str | float) -> None:
        """Keep what was seen of a served model, and show it in the report."""
        ...


class Asking:
    """See `Answering`; a batch is one prompt."""

    def __init__(
        self, owner: Owner, mode: str, adapter: str | None, speaker: Speaker, asked: list[Asked],
        held: Held | None = None,
    ) -> None:  # fmt: skip
        """`held` says how replies are held to their form, in structured modes."""
        self.owner, self.mode, self.adapter, self.speaker, self.asked = owner, mode, adapter, speaker, asked
        self._held = held
        self.reader = owner.reader()

    def plan(self) -> list[list[int]]:
        """See `Answering`; what is kept, and asked again, is one reply."""
        return [[i] for i in range(len(self.asked))]

    def made_on(self) -> dict[str, Any]:
        """See `Answering`."""
        return to_record(
            SERVED, server=self.speaker.server.words(), model=self.speaker.name, form=self.speaker.route.form,
            reply_limit=self.owner.resources.limits.reply, **({"held by": self._held.way} if self._held else {}),
        )  # fmt: skip

    def complete(self, batches: Sequence[Sequence[int]], left: Sequence[int]) -> Iterator[Answered]:
        """See `Answering`; where replies are missing raises UserError for the base, and Skipped for other modes."""
        from eval.model.endpoint.http_client import Failure
        from eval.model.endpoint.pace import Pace
        from eval.model.endpoint.requests import Crowd

        numbers = {batches[n][0]: n for n in left}
        crowd = Crowd(self._once, Pace(self.owner.endpoint.concurrency), self.owner.budget)
        missing: dict[int, Failure] = {}
        made: dict[int, Completion] = {}
        last = time.perf_counter()
        for prompt, found in crowd.ask(list(numbers)):
            if isinstance(found, Failure):
                missing[prompt] = found
                continue
            made[prompt], now = found, time.perf_counter()
            yield numbers[prompt], [found], now - last
            last = now
        if missing:
            self._tell(missing)
        if self.mode == "base" and len(made) > 1:
            self._ask_again(dict(list(made.items())[:PROMPTS_TWICE]))

    def _ask_again(self, made: dict[int, Completion]) -> None:
        """Ask some prompts once more, alone, and say how many replies differ from those of the crowd."""
        from eval.model.endpoint.served_checks import unsteady

        asked, owner = [self.asked[i] for i in made], self.owner
        limit = self._limit(asked[0])
        other = unsteady(self.speaker, asked, list(made.values()), limit, self.reader, owner.budget)
        owner.note("base", "unsteady", other / len(asked))
        owner.note("base", "asked twice", f"{other} of {len(asked)} replies differ, alone from in a crowd")
        if other:
            say(
                f"warning: {other} of {len(asked)} prompts got another reply when they were asked alone: the server's "
                "replies depend on what else it does; the intervals are made wider for it"
            )

    def _once(self, number: int) -> Completion:
        from eval.model.endpoint.reply import read_completion

        asked, start = self.asked[number], time.perf_counter()
        answer = self.speaker.send(asked, self._limit(asked), **(self._held.fields if self._held else {}))
        self._check_read(number, answer)
        return read_completion(answer, asked, time.perf_counter() - start, self.reader)

    def _limit(self, asked: Asked) -> int:
        most, context = self.owner.resources.limits.most, self.speaker.server.context
        return min(most, context - len(asked.tokens)) if context and asked.tokens is not None else most

    def _check_read(self, number: int, answer: Any) -> None:
        """Raise UserError where the server read less than was sent."""
        from eval.model.endpoint.route import prompt_tokens

        counted = prompt_tokens(answer)
        if short := self.speaker.route.short_by(self.asked[number], counted):
            raise UserError(
                f"mode {self.mode}: the server cut about {short} tokens of a prompt in silence (it read {counted}), so "
                "its replies say nothing about the mode; raise its context (Ollama: OLLAMA_CONTEXT_LENGTH or num_ctx)"
            )

    def _tell(self, missing: dict[int, Failure]) -> None:
        """Say that a mode has no figures: a reply that is missing is neither empty nor wrong."""
        kinds = ", ".join(sorted({str(f) for f in missing.values()})[:3])
        line = (
            f"mode {self.mode}: {len(missing)} of {len(self.asked)} questions have no reply ({kinds}); the mode is not "
            "compared, and the same command asks for these again"
        )
        if self.mode == "base":
            raise UserError(line)
        raise Skipped(line)
