"""The short answer in a whole reply, where the file gives only replies."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from eval.data.importing.import_format import Imported

SHORT = 6
"""Words of a reply that may be the answer itself."""
ANSWER_KEYS = ("answer", "antwort", "result", "value", "reply", "response", "답변", "답", "정답")


def with_answers(rows: Sequence[Imported]) -> tuple[list[Imported], list[str], str | None]:
    """(rows, notes, where the answer stands in a reply) after answers were looked for in replies.

    A JSON reply gives the value of its answer key, a short reply itself; of a longer one each sentence counts.
    """
    key = answer_key([row.reply for row in rows if row.reply])
    found: list[Imported] = []
    short = longer = 0
    for row in rows:
        if row.answers or not row.reply or not row.answerable:
            found.append(row)
            continue
        if key is not None and (value := json_value(row.reply, key)):
            found.append(replace(row, answers=(value.strip().rstrip("."),)))
        elif len(row.reply.split()) <= SHORT:
            short += 1
            found.append(replace(row, answers=(row.reply.strip().rstrip("."),)))
        else:
            longer += 1
            found.append(replace(row, answers=(row.reply.strip(),), metric="claims"))
    notes = [f"{short} rows: the short reply is the accepted answer"] if short else []
    if longer:
        notes.append(
            f"{longer} rows have a long reply and no short answer: scored by the reply's sentences (metric claims); "
            "name a column of short answers with --answer for a stricter score"
        )
    return found, notes, key


def answer_key(replies: Sequence[str]) -> str | None:
    """The key of the answer where nine in ten replies are JSON objects that have it; None elsewhere."""
    if not replies:
        return None
    objects: list[dict[str, object]] = [value for reply in replies if isinstance(value := _parsed(reply), dict)]
    if len(objects) < 0.9 * len(replies):
        return None
    for key in [*ANSWER_KEYS, *sorted({k for o in objects for k in o})]:
        held = [
            o[key] for o in objects if isinstance(o.get(key), (str, int, float)) and not isinstance(o.get(key), bool)
        ]
        if len(held) >= 0.9 * len(replies) and (key in ANSWER_KEYS or len(objects[0]) == 1):
            return key
    return None


def json_value(reply: str, key: str) -> str:
    """The value of a key in a reply that is a JSON object; empty where there is none."""
    value = _parsed(reply)
    held = value.get(key) if isinstance(value, dict) else None
    return str(held) if isinstance(held, (str, int, float)) and not isinstance(held, bool) else ""


def stands_in(answer: str, reply: str) -> bool:
    """Whether an answer stands in a reply as whole words, case aside."""
    return bool(re.search(rf"(?<!\w){re.escape(answer.casefold())}(?!\w)", reply.casefold()))


def _parsed(reply: str) -> object:
    text = reply.strip()
    if not text.startswith("{"):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None
