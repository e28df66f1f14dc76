"""From predictions to scores, on every axis. No model, no torch."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from eval.arms.modes import MODES
from eval.config import DatasetConfig
from eval.errors import UserError
from eval.metrics import retrieval
from eval.metrics.knowledge.answer import UNREAD, find_answer
from eval.metrics.knowledge.metric import METRICS, read_answer
from eval.metrics.knowledge.refusal import refuses
from eval.metrics.knowledge.reply_values import Asked, Values, reply_values
from eval.metrics.knowledge.semantic import Similar, comparable, semantic
from eval.metrics.sql.execution import sql_fault
from eval.metrics.sql.sqlite import find_database
from eval.metrics.style.run_checks import Check, Samples, build_checks
from eval.records import Axis, Example, Passage, Prediction, Score
from eval.terminal.progress import track

MANY = 1000
"""From so many replies on it is shown how far scoring is; fewer take a few seconds."""


def score_mode(
    config: DatasetConfig,
    mode: str,
    examples: Sequence[Example],
    predictions: Sequence[Prediction],
    documents: Collection[str],
    *,
    folder: Path,
    seed: int = 0,
    samples: Samples | None = None,
    similar: Similar | None = None,
    values: dict[Asked, Values] | None = None,
) -> list[Score]:
    """All scores of one mode under one seed; the primary ones are the configured knowledge metric and `all_checks`.

    `folder` is the data set's, for metrics and checks that read its database; `samples` are the replies that the check
    `tone` learns from: without them it is not scored; `similar` is what the metric `semantic` asks for paraphrases;
    `values` are those of replies that have been scored already, see `value_replies`, which adds what is missing.
    """
    values = value_replies(config, examples, predictions, {} if values is None else values)
    checks = build_checks(
        config.style.checks, documents=documents, refusal=config.refusal, where=f"{config.name}/dataset.yaml",
        folder=folder, samples=samples,
    )  # fmt: skip
    own = row_checks(config, examples, documents, folder)
    by_id = {p.id: p for p in predictions}
    scores: list[Score] = []
    for example in examples:
        prediction = by_id.get(example.id)
        row = _Row(example, mode, seed, cut=prediction is not None and prediction.finish == "length")
        if prediction is None:
            scores += _missing(config, row, [*checks, *own.get(example.id, ())])
            continue
        scores += _knowledge(config, row, prediction.text, values, folder, similar)
        scores += _style(row, prediction.text, [*checks, *own.get(example.id, ())])
        scores += _abstention(config, row, prediction.text)
        if MODES[mode].retrieves:
            scores += _retrieval(config, row, prediction.passages)
    return scores


def value_replies(
    config: DatasetConfig, examples: Sequence[Example], predictions: Iterable[Prediction], values: dict[Asked, Values]
) -> dict[Asked, Values]:
    """Add the metrics' values of all replies to answerable questions that `values` does not hold yet; returns it.

    Of several modes and seeds at once, so that what many of them reply is scored once, and processes are started once.
    """
    if config.knowledge.metric == "sql":
        return values
    asked = {e.id: e for e in examples if e.answerable}
    rows = [_asked(asked[p.id], p.text) for p in predictions if p.id in asked]
    new = [row for row in dict.fromkeys(rows) if row not in values]
    stated = config.language if "language" in config.model_fields_set else ""
    with track("scoring", len(new), unit=" replies") if len(new) >= MANY else nullcontext() as advance:
        found = reply_values(config.knowledge, new, language=stated, advance=advance)
    values.update(zip(new, found, strict=True))
    return values


def _asked(example: Example, reply: str) -> Asked:
    return Asked(reply, example.answers, example.question, example.metric, example.reply)


def row_checks(
    config: DatasetConfig, examples: Sequence[Example], documents: Collection[str], folder: Path
) -> dict[str, list[Check]]:
    """The style checks that rows have beside the data set's, by example; raises UserError naming the row and the check.

    Their names begin with `row:`, so that they differ from the data set's.
    """
    found = {}
    for e in examples:
        if e.checks:
            built = build_checks(
                [json.loads(c) for c in e.checks], documents=documents, refusal=config.refusal,
                where=f"{config.name}, row '{e.id}'", folder=folder,
            )  # fmt: skip
            found[e.id] = [replace(c, name=f"row:{c.name}") for c in built]
    return found


def paraphrases(
    config: DatasetConfig, examples: Sequence[Example], predictions: Sequence[Prediction]
) -> Iterator[tuple[str, list[str]]]:
    """All that the metric `semantic` will ask `similar` for, so that it can be embedded in one go."""
    asked = {e.id: e for e in examples if e.answerable}
    for p in predictions if config.knowledge.metric == "semantic" else ():
        if e := asked.get(p.id):
            said = read_answer(p.text, config.knowledge.answer)
            if not METRICS["match"](said, e.answers, e.question):
                yield from comparable(said, e.answers, e.question)


def check_reference_replies(
    config: DatasetConfig, examples: Sequence[Example], documents: Collection[str], folder: Path
) -> None:
    """Raise UserError when no reference reply passes one of the style checks: then the specification is wrong."""
    replies, where = [e.reply for e in examples if e.reply], str(folder / "dataset.yaml")
    for check in build_checks(
        config.style.checks, documents=documents, refusal=config.refusal, where=where, folder=folder
    ):
        if replies and all(check.fails(reply) for reply in replies):
            raise UserError(
                f"{where}: key 'style.checks': no reply in train.jsonl passes '{check.name}' "
                f"(the first {check.fails(replies[0])}); fix the check or the replies"
            )


class _Row:
    """Makes the scores of one example in one mode."""

    def __init__(self, example: Example, mode: str, seed: int, *, cut: bool) -> None:
        self.example, self.mode, self.seed, self.cut = example, mode, seed, cut

    def score(
        self, axis: Axis, metric: str, value: float | None, *, primary: bool = False, reason: str = "",
        length: int | None = None,
    ) -> Score:  # fmt: skip
        given = (self.example.id, self.example.group, self.mode, axis, metric, primary, value, reason)
        return Score(*given, seed=self.seed, cut=self.cut and axis != "retrieval", length=length)


def _knowledge(
    config: DatasetConfig, row: _Row, reply: str, values: Mapping[Asked, Values], folder: Path, similar: Similar | None
) -> Iterator[Score]:
    """Answerable rows alone: what to do with the others is abstention, an axis of its own."""
    answers = row.example.answers
    if not row.example.answerable:
        return
    if config.knowledge.metric == "sql":  # as text, a query is neither right nor wrong
        database = find_database(folder, config.knowledge.database or "")
        distinct = config.knowledge.sql_rows == "set"
        fault = sql_fault(database, read_answer(reply, config.knowledge.answer), answers, distinct=distinct)
        yield row.score("knowledge", "sql", float(not fault), primary=True, reason=fault)
        return
    path = config.knowledge.answer
    answer = find_answer(reply, path)
    unread = "" if path is None or answer.from_field else f"{UNREAD} ({path}); judged by the whole reply"
    asked = row.example.metric or config.knowledge.metric
    found = values[_asked(row.example, reply)]
    for name in METRICS:
        if name not in found.metrics:
            continue
        value = round(found.metrics[name], 6)
        if name == asked:  # under the data set's name, for one axis has one primary metric
            by_row = f"by the row's metric {name}" if row.example.metric else ""
            reason = "; ".join(r for r in (unread, by_row) if r)
            yield row.score(
                "knowledge", config.knowledge.metric, value, primary=True, reason=reason, length=len(answer.text)
            )
        elif name != config.knowledge.metric:
            yield row.score("knowledge", name, value)
    if asked == "semantic":
        value = semantic(answer.text, answers, row.example.question, similar)
        yield row.score("knowledge", "semantic", value, primary=True, reason=unread, length=len(answer.text))
    for name, value in found.overlap.items():
        yield row.score("knowledge", name, round(value, 6))


def _style(row: _Row, reply: str, checks: Sequence[Check]) -> Iterator[Score]:
    """`all_checks` over the checks that can judge; what left a check out is its reason when the others pass."""
    if not checks:
        return
    faults = {c.name: c.fails(reply, row.example.group) for c in checks if not c.unjudged}
    first = next((f"{name}: {fault}" for name, fault in faults.items() if fault), "")
    without = "; ".join(f"without {c.name}: {c.unjudged}" for c in checks if c.unjudged)
    value = float(not first) if faults else None
    yield row.score("style", "all_checks", value, primary=True, reason=first or without)
    for c in checks:
        if c.unjudged:
            yield row.score("style", c.name, None, reason=c.unjudged)
        else:
            yield row.score("style", c.name, float(not faults[c.name]), reason=faults[c.name])


def _abstention(config: DatasetConfig, row: _Row, reply: str) -> Iterator[Score]:
    if not config.refusal:
        return
    refused = refuses(read_answer(reply, config.knowledge.answer), config.refusal)
    if row.example.answerable:
        yield row.score("abstention", "answers_answerable", float(not refused))
    else:
        yield row.score("abstention", "refuses_unanswerable", float(refused))


def _retrieval(config: DatasetConfig, row: _Row, passages: Sequence[Passage]) -> Iterator[Score]:
    gold, documents = row.example.documents, [p.document for p in passages]
    if gold:
        yield row.score("retrieval", "recall", round(retrieval.recall(documents, gold), 6))
        yield row.score("retrieval", "mrr", round(retrieval.reciprocal_rank(documents, gold), 6))
        yield row.score("retrieval", "ndcg", round(retrieval.ndcg(documents, gold), 6))
    if row.example.answerable and (row.example.metric or config.knowledge.metric) not in retrieval.NOT_WORDS:
        found = retrieval.stated((p.text for p in passages), row.example.answers)
        if found is not None:
            yield row.score("retrieval", "answer_stated", found)


def _missing(config: DatasetConfig, row: _Row, checks: Sequence[Check]) -> Iterator[Score]:
    reason = "no prediction for this question"
    if row.example.answerable:
        yield row.score("knowledge", config.knowledge.metric, None, primary=True, reason=reason)
    if checks:
        yield row.score("style", "all_checks", None, primary=True, reason=reason)
