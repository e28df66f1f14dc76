"""General prompts that training may mix in, answered by the base itself, so that tuning forgets less.

The base's own replies to prompts that have nothing to do with the task hold it where it was (learning without
forgetting, arXiv:1606.09282). The bundled prompts are none of the retention battery's, which must stay unseen.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from eval.data.bundled import BUNDLED
from eval.data.jsonl import check_row, read_json_lines
from eval.errors import UserError
from eval.files import file_digest

REPLY_TOKENS = 64
"""Of a replayed reply; one that the base has not ended by then is replayed without an end."""


def replay_file(name: str | None, dataset: Path) -> Path:
    """The file of prompts: below the data set's folder, or the bundled one."""
    if name is None:
        return BUNDLED / "replay" / "prompts.jsonl"
    file = dataset / name
    if not file.is_file():
        raise UserError(f"{dataset / 'dataset.yaml'}: key 'finetune.replay_prompts': no file {file}; fix the path")
    return file


def replay_digest(name: str | None, dataset: Path) -> str:
    """A name of the prompts, for fingerprints."""
    return file_digest(replay_file(name, dataset))


def read_prompts(file: Path) -> list[str]:
    """The prompts of a .jsonl with the key `text`; raises UserError that names file, line and key."""
    texts = []
    for number, row in read_json_lines(file):
        check_row(row, {"text": "string"}, ("text",), f"{file}:{number}")
        texts.append(row["text"])
    if not texts:
        raise UserError(f'{file}: no prompts in it; write one {{"text": "..."}} a line')
    return texts


def draw_prompts(prompts: Sequence[str], share: float, replies: int, seed: int) -> list[str]:
    """So many prompts that they are `share` of all reply rows: share / (1 - share) of `replies`, drawn by seed.

    Where more are wanted than there are, all come as often as one another, give or take one.
    """
    count = round(share / (1 - share) * replies)
    order = list(prompts)
    random.Random(f"replay-{seed}").shuffle(order)
    return [order[i % len(order)] for i in range(count)]
