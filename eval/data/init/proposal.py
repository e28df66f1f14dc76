"""Instruction, metric, answer pattern and style checks, read off the example replies."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.data.importing.asked_language import asked_language
from eval.data.importing.reply_answers import answer_key, json_value, stands_in
from eval.metrics.quantities.quantity import lone_quantity
from eval.metrics.style.run_checks import build_checks
from eval.records import Example

KEEP = 0.98
"""The share of example replies that a proposed check must hold for; others are shown, and commented out."""
SHOWN = 0.80
COURTESIES = ("sorry", "please", "unfortunately", "As an AI", "leider", "bitte", "죄송")


@dataclass(frozen=True, slots=True)
class ProposedCheck:
    """A style check with how many example replies it holds for."""

    value: dict[str, Any]
    holds: int
    of: int

    @property
    def kept(self) -> bool:
        """Whether it stands in dataset.yaml, and not only as a comment."""
        return self.holds >= KEEP * self.of

    def line(self) -> str:
        """The check as one line with its share."""
        value = json.dumps(self.value, ensure_ascii=False)
        return f"{value}: holds for {self.holds} of {self.of} example replies" + ("" if self.kept else " (left out)")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What dataset.yaml will say."""

    language: str
    instruction: str
    refusal: str
    metric: str
    answer: str | None
    checks: tuple[ProposedCheck, ...]


def propose(rows: Sequence[Example], *, refusal: str, system: str = "", documents: Collection[str] = ()) -> Proposal:
    """Settings that fit the rows; a reply that is nothing but its answer tells nothing of style."""
    language = asked_language(rows)
    replies = [r.reply for r in rows if r.reply and r.answerable and r.reply not in r.answers]
    styled = len(replies) >= 5
    whole = replies or [r.reply for r in rows if r.reply and r.metric == "claims"]
    key = answer_key(replies)
    answer = f"$.{key}" if key is not None and re.fullmatch(r"[\w-]+", key) else None
    if key is not None and answer:
        refusals = Counter(
            json_value(r.reply, key).rstrip(".") for r in rows if not r.answerable and json_value(r.reply, key)
        )
        refusal = refusals.most_common(1)[0][0] if refusals else refusal
    pattern = None if answer else _lead(replies, rows)
    checks = _checks(replies, key, documents, refusal) if styled else ()
    return Proposal(
        language,
        system or _instruction(language, whole, key, refusal, documents),
        refusal,
        _metric(rows),
        answer or pattern,
        checks,
    )


def _metric(rows: Sequence[Example]) -> str:
    """`claims` where most answers are paragraphs, `number` where nearly all are quantities, else `match`."""
    answerable = [r for r in rows if r.answerable and r.answers]
    if 2 * sum(r.metric == "claims" for r in answerable) > len(answerable):
        return "claims"
    answers = [r.answers[0] for r in rows if r.answerable and r.answers and not r.metric]
    if not answers:
        return "match"
    quantities = sum(lone_quantity(a, "en") is not None for a in answers[:300])
    return "number" if quantities >= 0.95 * len(answers[:300]) else "match"


def _lead(replies: Sequence[str], rows: Sequence[Example]) -> str | None:
    """A pattern for replies in which one label stands before the answer, such as `Answer: 59 months`."""
    labels = Counter(m[1] for reply in replies if (m := re.match(r"(?:.*\n)?([^\W\d][\w ]{1,20}): ", reply)))
    if not labels:
        return None
    label, count = labels.most_common(1)[0]
    if count < 0.9 * len(replies):
        return None
    pattern = rf"{_escaped(label)}: (.+)"
    found = [(r, m[1]) for r in rows if r.answerable and (m := re.search(pattern, r.reply))]
    good = sum(any(stands_in(a, given) for a in r.answers) for r, given in found)
    return f"/{pattern}/" if found and good >= 0.9 * len(found) else None


def _checks(
    replies: Sequence[str], key: str | None, documents: Collection[str], refusal: str
) -> tuple[ProposedCheck, ...]:
    candidates: list[dict[str, Any]] = []
    if key is not None:
        keys = _shared_keys(replies)
        properties: dict[str, Any] = {k: {} for k in keys}
        candidates.append(
            {"json": {"schema": {"type": "object", "required": keys, "properties": properties,
                                 "additionalProperties": False}}}
        )  # fmt: skip
    longest = sorted(len(r.split()) for r in replies)[min(len(replies) - 1, int(0.99 * len(replies)))]
    candidates.append({"words": {"max": max(longest + 5, -(-longest * 3 // 2))}})
    candidates.append({"regex": r"\A[^\n]+\Z"})
    ends = Counter(r.rstrip()[-1:] for r in replies).most_common(1)[0][0]
    if ends and not ends.isalnum() and key is None:
        candidates.append({"regex": rf"{re.escape(ends)}\s*\Z"})
    start = _shared_start(replies)
    if start and key is None:
        candidates.append({"regex": rf"\A{_escaped(start)}"})
    if absent := [w for w in COURTESIES if not any(stands_in(w, r) for r in replies)]:
        candidates.append({"excludes": absent})
    if documents:
        candidates.append({"cites": "documents"})
    found = []
    for value in candidates:
        (built,) = build_checks([value], documents=documents, refusal=refusal, where="proposal", folder=Path())
        found.append(ProposedCheck(value, sum(not built.fails(r) for r in replies), len(replies)))
    return tuple(check for check in found if check.holds >= SHOWN * check.of)


def _object(reply: str) -> dict[str, Any]:
    try:
        value = json.loads(reply)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _shared_keys(replies: Sequence[str]) -> list[str]:
    objects = [_object(r) for r in replies]
    counts = Counter(k for o in objects for k in o)
    return [k for k in objects[0] if counts[k] >= 0.9 * len(objects)]


def _shared_start(replies: Sequence[str]) -> str:
    first = Counter(" ".join(r.split()[:2]) for r in replies if len(r.split()) > 3)
    if not first:
        return ""
    start, count = first.most_common(1)[0]
    return start if count >= 0.9 * len(replies) else ""


def _escaped(text: str) -> str:
    return re.escape(text).replace("\\ ", " ")


def _instruction(
    language: str, replies: Sequence[str], key: str | None, refusal: str, documents: Collection[str]
) -> str:
    if key is not None:
        keys = ", ".join(f'"{k}"' for k in _shared_keys(replies))
        form = f"Reply with one line of JSON with the keys {keys}."
    elif replies:
        words = sorted(len(r.split()) for r in replies)[len(replies) // 2]
        form = f"Reply in about {max(5, round(words, -1) or words)} words."
        if start := _shared_start(replies):
            form += f' Begin with "{start}".'
        cited = sum(any(d in r for d in documents) for r in replies) >= KEEP * len(replies)
        form += " Name the document that says so." if documents and cited else ""
    else:
        form = "Reply with the answer alone, in a few words."
    in_language = "" if language == "en" else f" Reply in the language of the question ({language})."
    return f'Answer the question. {form}{in_language} If you cannot tell, say "{refusal}".'
