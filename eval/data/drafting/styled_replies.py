"""Replies in the style of example replies, by their shape: text around the answer, and the document's id."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from eval.data.jsonl import read_json_lines
from eval.errors import UserError

ANSWER, DOCUMENT = "\x00answer\x00", "\x00document\x00"


def shapes(rows: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """(shape of a reply, reply to what cannot be answered) that most examples have; empty where none is shared.

    A shape is a reply in which ANSWER and DOCUMENT stand for what they are. Raises nothing: an example without its
    answer in it has no shape.
    """
    found: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for row in rows:
        reply = str(row.get("reply", ""))
        answers = [str(a) for a in row.get("answers") or ()]
        if not reply:
            continue
        if row.get("answerable") is False:
            refused[reply] += 1
            continue
        shape = reply
        for document in row.get("documents") or ():
            shape = shape.replace(json.dumps(document, ensure_ascii=False)[1:-1], DOCUMENT)
        answer = next((a for a in sorted(answers, key=len, reverse=True) if _in_json(a) in shape), None)
        if answer is not None and shape != answer:
            found[shape.replace(_in_json(answer), ANSWER, 1)] += 1
    best = found.most_common(1)
    shape = best[0][0] if best and best[0][1] >= max(2, sum(found.values()) // 4) else ""
    return shape, refused.most_common(1)[0][0] if refused else ""


def shaped(shape: str, answer: str, document: str) -> str:
    """A reply of a shape; the answer alone where there is no shape."""
    if not shape:
        return answer
    quoted = shape.lstrip().startswith("{")
    fill = _in_json if quoted else str
    answer = answer.rstrip(".") if re.search(f"{ANSWER}\\.", shape) else answer
    return shape.replace(ANSWER, fill(answer)).replace(DOCUMENT, fill(document))


def read_examples(path: Any) -> list[dict[str, Any]]:
    """The rows of a .jsonl file of example replies; raises UserError naming a row without question or reply."""
    rows = []
    for line, row in read_json_lines(path):
        if not row.get("reply"):
            raise UserError(f"{path}:{line}: an example needs the key 'reply', a whole reply as it should be; add it")
        rows.append(row)
    return rows


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]
