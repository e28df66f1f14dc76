"""Conversations in the shape of OpenAI's chat: `messages` with a role and content each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eval.data.importing.import_format import Found, Imported, Named, Source, importer, one, texts


def _fits(source: Source) -> bool:
    return "messages" in source.shared_keys()


@importer("messages", "chat messages (OpenAI)", _fits)
def read_messages(source: Source, named: Named) -> Found:
    """One row a conversation: the last question and its reply; earlier turns stand before the question."""
    rows = []
    longer = 0
    for entry in source.entries:
        turns = [
            (one(m.get("role")), _content(m.get("content"))) for m in entry.values["messages"] if isinstance(m, Mapping)
        ]
        row, turns_before = conversation(entry.where, turns, entry.split)
        longer += turns_before > 0
        rows.append(row)
    notes = (f"{longer} conversations of several turns: what was said before stands in the question",) if longer else ()
    return Found(tuple(rows), notes)


def conversation(where: str, turns: Sequence[tuple[str, str]], split: str) -> tuple[Imported, int]:
    """(row, how many turns stand before its question) of a conversation of (role, text)."""
    system = "\n".join(text for role, text in turns if role in ("system", "developer"))
    said = [(role, text) for role, text in turns if role in ("user", "assistant") and text]
    last = max((i for i, (role, _) in enumerate(said) if role == "user"), default=-1)
    reply = next((text for role, text in said[last + 1 :] if role == "assistant"), "") if last >= 0 else ""
    before = said[:last] if last > 0 else []
    question = said[last][1] if last >= 0 else ""
    if before:
        question = "\n".join([*(f"{role}: {text}" for role, text in before), f"user: {question}"])
    return Imported(where, question, reply=reply, system=system, split=split), len(before)


def _content(content: Any) -> str:
    """The text of a message; parts that are no text, such as pictures, are none."""
    return content.strip() if isinstance(content, str) else "\n".join(texts(content))
