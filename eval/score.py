"""From predictions to scores, on every axis. No model, no torch."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from eval.config import DatasetConfig
from eval.errors import UserError
from eval.metrics import retrieval
from eval.metrics.knowledge import METRICS, has_number, read_answer, score_knowledge
from eval.metrics.style import Check, build_checks
from eval.metrics.text import contains_tokens, tokens
from eval.modes import MODES
from eval.records import Axis, Example, Prediction, Score


def score_mode(
    config: DatasetConfig,
    mode: str,
    examples: Sequence[Example],
    predictions: Sequence[Prediction],
    documents: Collection[str],
) -> list[Score]:
    """All scores of one mode; the primary ones are the configured knowledge metric and `all_checks`."""
    checks = build_checks(
        config.style.checks, documents=documents, refusal=config.refusal, where=f"{config.name}/dataset.yaml"
    )
    by_id = {p.id: p for p in predictions}
    scores: list[Score] = []
    for example in examples:
        prediction = by_id.get(example.id)
        row = _Row(example, mode)
        if prediction is None:
            scores += _missing(config, row, checks)
            continue
        scores += _knowledge(config, row, prediction.text)
        scores += _style(row, prediction.text, checks)
        scores += _abstention(config, row, prediction.text)
        if MODES[mode].retrieves:
            scores += _retrieval(row, [p.document for p in prediction.passages])
    return scores


def check_reference_replies(
    config: DatasetConfig, examples: Sequence[Example], documents: Collection[str], where: str
) -> None:
    """Raise UserError when no reference reply passes one of the style checks: then the specification is wrong."""
    replies = [e.reply for e in examples if e.reply]
    for check in build_checks(config.style.checks, documents=documents, refusal=config.refusal, where=where):
        if replies and all(check.fails(reply) for reply in replies):
            raise UserError(
                f"{where}: key 'style.checks': no reply in train.jsonl passes '{check.name}' "
                f"(the first {check.fails(replies[0])}); mend the check or the replies"
            )


class _Row:
    """Makes the scores of one example in one mode."""

    def __init__(self, example: Example, mode: str) -> None:
        self.example, self.mode = example, mode

    def score(self, axis: Axis, metric: str, value: float | None, *, primary: bool = False, reason: str = "") -> Score:
        return Score(self.example.id, self.example.group, self.mode, axis, metric, primary, value, reason)


def _knowledge(config: DatasetConfig, row: _Row, reply: str) -> Iterator[Score]:
    """Answerable rows alone: what to do with the others is abstention, an axis of its own."""
    answers = row.example.answers
    if not row.example.answerable:
        return
    for name in METRICS:
        if name == "number" and config.knowledge.metric != "number" and not has_number(answers):
            continue
        if name == "choice" and config.knowledge.metric != "choice":
            continue
        value = score_knowledge(config.knowledge, reply, answers, name=name, question=row.example.question)
        yield row.score("knowledge", name, round(value, 6), primary=name == config.knowledge.metric)


def _style(row: _Row, reply: str, checks: Sequence[Check]) -> Iterator[Score]:
    faults = {c.name: c.fails(reply) for c in checks}
    if not checks:
        return
    first = next((f"{name}: {fault}" for name, fault in faults.items() if fault), "")
    yield row.score("style", "all_checks", float(not first), primary=True, reason=first)
    for name, fault in faults.items():
        yield row.score("style", name, float(not fault), reason=fault)


def _abstention(config: DatasetConfig, row: _Row, reply: str) -> Iterator[Score]:
    if not config.refusal:
        return
    refused = contains_tokens(tokens(read_answer(reply, config.knowledge.answer)), tokens(config.refusal))
    if row.example.answerable:
        yield row.score("abstention", "answers_answerable", float(not refused))
    else:
        yield row.score("abstention", "refuses_unanswerable", float(refused))


def _retrieval(row: _Row, documents: Sequence[str]) -> Iterator[Score]:
    gold = row.example.documents
    if gold:
        yield row.score("retrieval", "recall", round(retrieval.recall(documents, gold), 6))
        yield row.score("retrieval", "mrr", round(retrieval.reciprocal_rank(documents, gold), 6))
        yield row.score("retrieval", "ndcg", round(retrieval.ndcg(documents, gold), 6))


def _missing(config: DatasetConfig, row: _Row, checks: Sequence[Check]) -> Iterator[Score]:
    reason = "no prediction for this question"
    if row.example.answerable:
        yield row.score("knowledge", config.knowledge.metric, None, primary=True, reason=reason)
    if checks:
        yield row.score("style", "all_checks", None, primary=True, reason=reason)
