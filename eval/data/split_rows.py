"""The rows of a split, read and checked one by one: what each key must hold, and what a row must have."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from eval.config import DatasetConfig
from eval.data.jsonl import check_row, nfc, read_json_lines
from eval.data.splits import Row
from eval.errors import UserError
from eval.metrics.knowledge.choice import named_options
from eval.metrics.knowledge.choice_options import FAMILIES, options, with_options
from eval.metrics.knowledge.claims import is_paragraph
from eval.metrics.quantities.quantity import quantities
from eval.records import Example

ROW_KEYS = {
    "id": "string",
    "question": "string",
    "answers": "list of strings",
    "reply": "string",
    "documents": "list of strings",
    "group": "string",
    "answerable": "true or false value",
    "tags": "list of strings",
    "metric": "string",
    "options": "list of strings",
    "checks": "list of checks",
}
FOREIGN = {
    "messages": "chat messages", "conversations": "ShareGPT conversations", "instruction": "Alpaca rows",
    "user_input": "ragas test sets", "query": "AutoRAG test sets", "input": "DeepEval goldens",
    "paragraphs": "SQuAD files",
}  # fmt: skip
"""Keys of other tools' rows, and whose they are; `dataset import` reads them."""
ROW_METRICS = ("contains", "exact", "f1", "number", "match", "choice", "claims")
"""Metrics that a row may name for itself: the others need what is prepared for the whole data set."""


def read_split(file: Path, config: DatasetConfig, documents: Sequence[str]) -> list[Row]:
    """The rows of a file; raises UserError naming file, line and key, what is wrong and the fix."""
    rows = []
    known = set(documents)
    for line, values in read_json_lines(file):
        where = f"{file}:{line}"
        _check_shape(values, file, where)
        check_row(values, ROW_KEYS, ("id", "question"), where)
        if file.name == "train.jsonl" and not values.get("reply", "").strip():
            raise UserError(f"{where}: a training row needs the key 'reply', the whole reply as it should be; add it")
        lists = {key: tuple(values.get(key, ())) for key in ("answers", "documents", "tags")}
        lists |= {key: tuple(nfc(name) for name in lists[key]) for key in ("documents", "tags")}
        given = nfc(values.get("group", "").strip())
        row_id = nfc(values["id"])
        listed = values.get("options")
        question = values["question"] if listed is None else with_options(values["question"], listed)
        checks = tuple(json.dumps(c, ensure_ascii=False, sort_keys=True) for c in values.get("checks", ()))
        example = Example(
            id=row_id, question=question, reply=values.get("reply", ""),
            group=given or next(iter(lists["documents"]), row_id),
            answerable=values.get("answerable", True), checks=checks,
            metric=values.get("metric") or _default(config, lists["answers"], listed),
            **lists,
        )  # fmt: skip
        _check_answers(example, config, file, where)
        _check_metric(example, config, listed, where)
        _check_gold(example, documents, known, where)
        rows.append(Row(where, example, grouped=bool(given)))
    if not rows:
        raise UserError(f"{file}: no rows in it; write one JSON object a line")
    return rows


def _default(config: DatasetConfig, answers: Sequence[str], listed: Sequence[str] | None) -> str:
    """The metric of a row that names none: `choice` where it has the key 'options', `claims` for paragraphs.

    The latter only where the data set names no metric either. Empty for the data set's metric.
    """
    if listed is not None and config.knowledge.metric not in ("choice", "sql", "semantic"):
        return "choice"
    if "metric" in config.knowledge.model_fields_set or not answers:
        return ""
    return "claims" if all(map(is_paragraph, answers)) else ""


def _check_shape(values: Mapping[str, Any], file: Path, where: str) -> None:
    """Raise UserError that names the import for a row in the shape of another tool."""
    found = next((key for key in FOREIGN if key in values), None)
    if found is not None and "question" not in values:
        raise UserError(
            f"{where}: has the key '{found}', as {FOREIGN[found]} have; make rows of the file with "
            f"`dataset import {file} --into FOLDER`"
        )


def _check_metric(example: Example, config: DatasetConfig, listed: Sequence[str] | None, where: str) -> None:
    """Raise UserError unless the row's metric is one, and a question of choice has options that its answers name."""
    if example.metric and example.metric not in ROW_METRICS:
        raise UserError(f"{where}: key 'metric': {example.metric!r} is none for a row; use {', '.join(ROW_METRICS)}")
    if example.metric and config.knowledge.metric in ("sql", "semantic"):
        raise UserError(
            f"{where}: key 'metric': a data set scored by {config.knowledge.metric} is scored by it in every row; "
            "remove the key, or take another knowledge.metric"
        )
    if listed is not None and (len(listed) < 2 or not all(t.strip() for t in listed)):
        raise UserError(f"{where}: key 'options': expected two or more texts, none of them empty")
    if listed is not None and len(listed) > len(FAMILIES[0]):
        raise UserError(f"{where}: key 'options': {len(listed)} options; there are letters for {len(FAMILIES[0])}")
    if listed is not None and (twice := next((t for i, t in enumerate(listed) if t in listed[:i]), None)) is not None:
        raise UserError(f"{where}: key 'options': {twice!r} stands there twice; remove one, or word it otherwise")
    if example.metric == "number" and example.answerable and not any(quantities(a) for a in example.answers):
        raise UserError(
            f"{where}: key 'metric': number needs an accepted answer with a number, and {example.answers[0]!r} has "
            "none; take another metric"
        )
    if (example.metric or config.knowledge.metric) != "choice" or not example.answerable:
        return
    known = options(example.question)
    if not known:
        raise UserError(
            f"{where}: the question lists no options for metric choice; write them as `A) ...`, or add the key "
            f"'options'"
        )
    for answer in example.answers:
        if not named_options(answer, known):
            raise UserError(
                f"{where}: key 'answers': {answer!r} is none of the options {', '.join(known)}; "
                "name a label or the text of an option"
            )


def _check_answers(example: Example, config: DatasetConfig, file: Path, where: str) -> None:
    if example.answerable and not any(example.answers):
        raise UserError(f"{where}: an answerable row needs 'answers'; add them, or \"answerable\": false")
    if any(not answer.strip() for answer in example.answers):
        raise UserError(f"{where}: key 'answers' holds an empty string; fill it in or remove it")
    if not example.answerable and example.answers:
        raise UserError(f"{where}: a row with \"answerable\": false has 'answers'; remove one of the two")
    if not example.answerable and not config.refusal:
        raise UserError(
            f"{file.parent / 'dataset.yaml'}: missing key 'refusal', which says what an unanswerable question "
            f"should get ({where} is one); add it"
        )


def _check_gold(example: Example, documents: Sequence[str], known: set[str], where: str) -> None:
    for gold in example.documents:
        if gold in known:
            continue
        if not documents:
            raise UserError(f"{where}: gold document '{gold}', but there is no corpus/; add it, or drop the key")
        near = get_close_matches(gold, documents, n=1)
        raise UserError(
            f"{where}: gold document '{gold}' is not in corpus/; "
            + (f"did you mean '{near[0]}'?" if near else "a document's id is its path below corpus/")
        )
