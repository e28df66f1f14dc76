"""What the judge is asked: one item for each metric, mode and question to which the metric applies."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata

from eval.config import DatasetConfig
from eval.files import fingerprint
from eval.metrics.knowledge.metric import METRICS, read_answer
from eval.records import Axis, Example, Prediction

FORMAT = 1
"""Raised when what is sent for an item changes, so that no kept judgement of the old form counts."""

AXIS: dict[str, Axis] = {
    "factual_correctness": "knowledge", "answer_relevancy": "knowledge", "faithfulness": "knowledge",
    "context_precision": "knowledge", "context_recall": "knowledge", "tone": "style",
}  # fmt: skip
"""Every judged metric with its axis, in the order in which they are asked and shown."""

ON_PASSAGES = frozenset({"faithfulness", "context_precision", "context_recall"})
BLIND_TO_REPLY = frozenset({"context_precision", "context_recall"})
"""Modes that were given the same passages share these judgements."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to judge, with all that is sent for it."""

    metric: str
    mode: str
    example_id: str
    group: str
    question: str
    response: str
    """The answer as read out of the reply, so that a broken format does not count as wrong content; tone: the reply."""
    reference: str
    passages: tuple[str, ...]
    instruction: str
    key: str
    """Fingerprint of the judge and of everything that the metric sees: equal keys, equal judgement."""


def choose_questions(examples: Sequence[Example], limit: int | None, seed: int) -> list[Example]:
    """The questions to judge, the same in every mode: all, or `limit` of them drawn by seed."""
    if limit is None or limit >= len(examples):
        return list(examples)
    chosen = set(random.Random(f"judge-{seed}").sample(range(len(examples)), limit))
    return [e for i, e in enumerate(examples) if i in chosen]


def items_of(
    config: DatasetConfig, mode: str, examples: Sequence[Example], predictions: Sequence[Prediction],
    *, model: str, embedder: str,
) -> list[Item]:  # fmt: skip
    """All items of one mode. `model` is the judge's name, `embedder` the one that answer relevancy measures by.

    Knowledge is judged where there is an answer to know; empty replies are not sent (see `collate`).
    """
    by_id = {p.id: p for p in predictions}
    return [
        item
        for example in examples if example.id in by_id
        for item in _items(config, mode, example, by_id[example.id], model, embedder)
    ]  # fmt: skip


def _items(
    config: DatasetConfig, mode: str, example: Example, prediction: Prediction, model: str, embedder: str
) -> Iterator[Item]:
    answer = read_answer(prediction.text, config.knowledge.answer).strip()
    passages = tuple(p.text for p in prediction.passages)
    for metric, axis in AXIS.items():
        response = prediction.text.strip() if metric == "tone" else answer
        if (axis == "knowledge" and not example.answerable) or (metric in ON_PASSAGES and not passages):
            continue
        if metric in BLIND_TO_REPLY:
            response = ""
        elif not response:
            continue
        seen = passages if metric in ON_PASSAGES else ()
        reference = example.reply if metric == "tone" else _nearest(answer, example.answers)
        instruction = config.instruction if metric == "tone" else ""
        uses = embedder if metric == "answer_relevancy" else ""
        key = fingerprint(
            FORMAT, metadata.version("ragas"), model, metric, uses, example.question, response, reference, seen,
            instruction,
        )  # fmt: skip
        yield Item(
            metric, mode, example.id, example.group, example.question, response, reference, seen, instruction, key
        )


def _nearest(answer: str, accepted: Sequence[str]) -> str:
    """The accepted answer that shares most words with the given one, the first of equals: any of them will do."""
    return max(accepted, key=lambda a: METRICS["f1"](answer, (a,)), default="")
