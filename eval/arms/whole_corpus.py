"""The documents of a corpus, whole, as many as one prompt holds."""

from __future__ import annotations

from collections import Counter
from typing import Any

from eval.arms.prompt import ask, render, user_turn
from eval.config import DatasetConfig
from eval.data.dataset import Dataset
from eval.errors import UserError
from eval.records import Passage
from eval.terminal.progress import say


def whole_documents(
    dataset: Dataset, config: DatasetConfig, tokenizer: Any, context: int | None, reply: int
) -> tuple[Passage, ...]:
    """The documents that training rows name most often first, as many as leave room for a question and its reply.

    `context` is what the model reads and `reply` the longest reply, in tokens; None: all documents. Raises UserError
    where not one has room.
    """
    named = Counter(d for e in dataset.train for d in e.documents)
    documents = sorted(dataset.texts, key=lambda d: (-named[d.id], d.id))
    longest = max((len(e.question) for e in (*dataset.train, *dataset.test)), default=0)
    turns = ask(config.instruction, "?").messages
    room = None if context is None else context - reply - longest - len(render(tokenizer, turns))
    held: list[Passage] = []
    for document in documents:
        passage = Passage(document.id, document.text, 1.0, 0)
        taken = len(tokenizer.encode(user_turn("", [passage]), add_special_tokens=False))
        if room is not None and taken > room:
            break
        held.append(passage)
        room = None if room is None else room - taken
    if not held:
        raise UserError(
            f"--mode full: not one document of {dataset.path} fits into what the model reads "
            f"({context} tokens); name a model that reads more, or drop the mode"
        )
    if len(held) < len(documents):
        say(f"mode full: the model reads {len(held)} of {len(documents)} documents, those named most in training")
    return tuple(held)
