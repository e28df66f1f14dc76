"""The data behind the page's question browser, and its one safe way into the page."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from markupsafe import Markup

from eval.records import Example, Passage, Prediction, Score
from reports.run import Run, label, strategy
from reports.summary import PASS, axes


def embed(value: Any) -> Markup:
    """JSON for a script element of type application/json: nothing in it can close the element or open another.

    `<`, `>`, `&` and the two line separators are written as \\u escapes, which are the same JSON.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def data(run: Run) -> dict[str, Any]:
    """Everything the browser shows; passages and metrics stand once and are referred to by index.

    A reply is null where the mode has none; a score is [metric, value or null, reason].
    """
    asked = {e.id for e in run.examples}
    passages: dict[tuple[str, int, str], int] = {}
    metrics: dict[tuple[str, str, bool], int] = {}
    scores: dict[tuple[str, str], list[list[Any]]] = defaultdict(list)
    for s in run.scores:
        if s.example_id not in asked:
            continue  # of the retention battery, which has no replies to show
        index = metrics.setdefault((s.axis, s.metric, s.primary), len(metrics))
        scores[s.mode, s.example_id].append(_score(index, s))
    questions = []
    for example in run.examples:
        replies = [
            _reply(run.predictions[mode].get(example.id), scores[mode, example.id], passages) for mode in run.modes
        ]
        questions.append({**_question(example), "replies": replies})
    return {
        "modes": [{"name": m, "label": label(m), "strategy": strategy(m)} for m in run.modes],
        "axes": axes(run),
        "chosen": run.decision.mode,
        "pass": PASS,
        "metrics": [{"axis": axis, "metric": metric, "primary": primary} for axis, metric, primary in metrics],
        "passages": [{"document": d, "position": p, "text": t} for d, p, t in passages],
        "questions": questions,
    }


def _question(example: Example) -> dict[str, Any]:
    return {
        "id": example.id,
        "question": example.question,
        "answers": example.answers,
        "reply": example.reply,
        "documents": example.documents,
        "answerable": example.answerable,
        "tags": example.tags,
    }


def _score(index: int, score: Score) -> list[Any]:
    value = None if score.value is None else round(score.value, 4)
    return [index, value, score.reason] if score.reason else [index, value]


def _reply(
    prediction: Prediction | None, scores: list[list[Any]], passages: dict[tuple[str, int, str], int]
) -> dict[str, Any] | None:
    if prediction is None:
        return None
    return {
        "text": prediction.text,
        "passages": [[_index(passages, p), round(p.score, 3)] for p in prediction.passages],
        "tokens": [prediction.tokens_in, prediction.tokens_out],
        "seconds": round(prediction.seconds, 3),
        "scores": scores,
    }


def _index(passages: dict[tuple[str, int, str], int], passage: Passage) -> int:
    return passages.setdefault((passage.document, passage.position, passage.text), len(passages))
