"""The rows that an adapter is trained on, and those that are held back, from the data set of a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eval.arms.prompt import ask
from eval.data.jsonl import read_json_lines
from eval.errors import UserError
from eval.records import Example
from eval.strategies import ADAPTERS, Adapter
from finetune.data.row import Row
from finetune.data.rows import hold_back, reply_row, text_rows

if TYPE_CHECKING:
    from eval.arms.resources import Resources


def training_rows(
    resources: Resources, name: Adapter, faults: list[UserError] | None = None
) -> tuple[list[Row], list[Row]]:
    """The adapter's (training, held-back) rows, made once for a run.

    Raises UserError for a row that must not be trained on; with `faults`, collects them there and goes on.
    """
    if name not in resources.rows:
        dataset = resources.dataset
        train, held = hold_back(dataset.train, dataset.dev, resources.run_config.seed)
        if ADAPTERS[name].passages:
            resources.prepare([*train, *held])
        where = _places(resources)
        rows = _reply_rows(resources, name, train, where, faults) + _text_rows(resources, name)
        resources.rows[name] = (rows, _reply_rows(resources, name, held, where, faults))
    return resources.rows[name]


def _reply_rows(
    resources: Resources, name: Adapter, examples: Sequence[Example], where: dict[str, str],
    faults: list[UserError] | None,
) -> list[Row]:  # fmt: skip
    rows = []
    for example in examples:
        passages = resources.training_passages(example) if ADAPTERS[name].passages else ()
        prompt = ask(resources.config.instruction, example.question, passages=passages)
        try:
            rows.append(
                reply_row(resources.tokenizer, prompt, example, where=where[example.id], context=resources.context)
            )
        except UserError as error:
            if faults is None:
                raise
            faults.append(error)
    return rows


def _text_rows(resources: Resources, name: Adapter) -> list[Row]:
    finetune = resources.config.finetune
    if not ADAPTERS[name].corpus:
        return []
    rows: list[Row] = []
    for document in resources.dataset.texts:
        pieces = text_rows(resources.tokenizer, document.id, document.text, finetune.text_tokens or 0)
        rows += pieces * finetune.corpus_epochs
    return rows


def _places(resources: Resources) -> dict[str, str]:
    """`file:line` of every row that training may see, by id."""
    dataset, places = resources.dataset, {}
    for file, examples in (("train.jsonl", dataset.train), ("dev.jsonl", dataset.dev)):
        numbered = read_json_lines(dataset.path / file) if examples else []
        for (number, _), example in zip(numbered, examples, strict=True):
            places[example.id] = f"{dataset.path / file}:{number}"
    return places
