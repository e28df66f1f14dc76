"""What servers do wrong with status 200: answer by the base under an adapter's name, or otherwise in a crowd."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eval.arms.prompt import ask
from eval.errors import UserError
from eval.model.endpoint.http_client import Failure
from eval.model.endpoint.pace import Pace
from eval.model.endpoint.reply import Reader, read_completion
from eval.model.endpoint.requests import Budget, Crowd
from eval.strategies import ADAPTERS

if TYPE_CHECKING:
    from eval.arms.resources import Resources
    from eval.model.endpoint.route import Asked, Speaker
    from eval.model.generator import Completion

PROMPTS = 16
TOKENS = 48
"""Of a reply that is only compared."""


def training_prompts(resources: Resources, adapter: str, speaker: Speaker) -> list[Asked]:
    """Some of the prompts that an adapter was trained on, spread over the training rows."""
    rows = resources.dataset.train
    chosen = [rows[i * len(rows) // PROMPTS] for i in range(PROMPTS)] if len(rows) > PROMPTS else list(rows)
    instruction, passages = resources.config.instruction, ADAPTERS[adapter].passages
    prompts = [ask(instruction, e.question, passages=resources.retrieve(e) if passages else ()) for e in chosen]
    return [speaker.prepare(p.messages) for p in prompts]


def differing(base: Speaker, tuned: Speaker, asked: Sequence[Asked], reader: Reader, budget: Budget) -> int:
    """How many prompts an adapter answers otherwise than the base; raises UserError where it is none of them.

    A trained adapter that answers like the base on all of its own training prompts is not in use (vLLM issues 34186 and
    55193, TGI issue 2505: the base answers, with status 200).
    """
    own, plain = (_texts(speaker, asked, reader, budget) for speaker in (tuned, base))
    found = sum(a != b for a, b in zip(own, plain, strict=True))
    if asked and not found:
        raise UserError(
            f"{tuned.client.url}: '{tuned.name}' answers all of {len(asked)} training prompts word for word as "
            f"the base '{base.name}' does: the server does not use the adapter; load it there, or correct the name"
        )
    return found


def unsteady(speaker: Speaker, asked: Sequence[Asked], before: Sequence[Completion], limit: int, reader: Reader,
             budget: Budget) -> int:  # fmt: skip
    """How many prompts get another reply when they are asked alone than they got in a crowd, at temperature 0."""
    alone = _texts(speaker, asked, reader, budget, limit=limit, pace=Pace(1))
    return sum(a != b.text for a, b in zip(alone, before, strict=True))


def _texts(
    speaker: Speaker, asked: Sequence[Asked], reader: Reader, budget: Budget, *, limit: int = TOKENS,
    pace: Pace | None = None,
) -> list[str]:  # fmt: skip
    def once(number: int) -> Completion:
        return read_completion(speaker.send(asked[number], limit), asked[number], 0.0, reader)

    texts: dict[int, str] = {}
    for number, found in Crowd(once, pace or Pace(), budget).ask(list(range(len(asked)))):
        if isinstance(found, Failure):
            raise UserError(f"{speaker.client.url}: '{speaker.name}' could not be checked: {found}; run it again")
        texts[number] = found.text
    return [texts[i] for i in range(len(asked))]
