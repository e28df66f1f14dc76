"""ShareGPT: `conversations` of `from` and `value`."""

from __future__ import annotations

from collections.abc import Mapping

from eval.data.importing.formats.chat_messages import conversation
from eval.data.importing.import_format import Found, Named, Source, importer, one

ROLES = {"human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "system": "system"}


def _fits(source: Source) -> bool:
    return "conversations" in source.shared_keys()


@importer("sharegpt", "ShareGPT conversations", _fits)
def read_sharegpt(source: Source, named: Named) -> Found:
    """One row a conversation, as with chat messages."""
    rows = []
    for entry in source.entries:
        turns = [
            (ROLES.get(one(t.get("from") or t.get("role")), ""), one(t.get("value") or t.get("content")))
            for t in entry.values["conversations"]
            if isinstance(t, Mapping)
        ]
        if system := one(entry.values.get("system")):
            turns.insert(0, ("system", system))
        rows.append(conversation(entry.where, turns, entry.split)[0])
    return Found(tuple(rows))
