"""Replay rows: general prompts with the base's own replies, generated once for a run. Imports torch when it runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.arms.prompt import Message, render, render_reply
from eval.data.replay_prompts import REPLY_TOKENS, draw_prompts, read_prompts, replay_file
from eval.files import fingerprint, read_json, write_json
from eval.model.stopping import Limits
from finetune.data.row import Row

if TYPE_CHECKING:
    from eval.arms.resources import Resources
    from eval.model.base import Base


def replay_rows(resources: Resources, replies: int) -> list[Row]:
    """The replay rows beside so many reply rows; none when `finetune.replay` is 0."""
    finetune = resources.config.finetune
    if not finetune.replay:
        return []
    file = replay_file(finetune.replay_prompts, resources.dataset.path)
    prompts = draw_prompts(read_prompts(file), finetune.replay, replies, resources.run_config.seed)
    said = _base_replies(resources, list(dict.fromkeys(prompts)))
    return [_row(resources.tokenizer, p, *said[p], where=str(file)) for p in prompts if said[p][0]]


def _row(tokenizer: Any, text: str, reply: str, ended: bool, *, where: str) -> Row:
    """A reply that the base had not ended teaches no end."""
    turns = [_turn(text)]
    prompt_ids, reply_ids = render(tokenizer, turns), render_reply(tokenizer, turns, reply)
    return Row(tuple(prompt_ids + (reply_ids if ended else reply_ids[:-1])), len(prompt_ids), "replay", where)


def _base_replies(resources: Resources, prompts: Sequence[str]) -> dict[str, tuple[str, bool]]:
    """prompt -> (the base's greedy reply, whether it ended there), kept in the run folder."""
    file: Path = (
        resources.run / "replay" / f"{fingerprint(resources.identity.model, REPLY_TOKENS, sorted(prompts))}.json"
    )
    if not file.is_file():
        write_json(file, _answer(resources.base, prompts))
    return {prompt: (str(text), bool(ended)) for prompt, (text, ended) in read_json(file).items()}


def _answer(base: Base, prompts: Sequence[str]) -> dict[str, tuple[str, bool]]:
    from eval.model.generate import generate_batches, plan_batches
    from eval.terminal.progress import aside

    rows = [render(base.tokenizer, [_turn(text)]) for text in prompts]
    limits = Limits(REPLY_TOKENS)
    batches = plan_batches(base, rows, limits)
    found: dict[str, tuple[str, bool]] = {}
    with aside("the base's own replies, to replay", len(prompts)) as advance:
        for batch, replies in zip(batches, generate_batches(base, None, rows, batches, limits=limits), strict=True):
            found |= {prompts[i]: (c.text, c.finish == "stop") for i, c in zip(batch, replies, strict=True)}
            advance(len(batch))
    return found


def _turn(text: str) -> Message:
    return {"role": "user", "content": text}
