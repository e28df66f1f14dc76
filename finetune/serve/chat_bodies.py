"""The bodies of chat completions, whole and in pieces, with passages and citations. Imports nothing heavy."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from finetune.serve.run_answers import Reply
from finetune.serve.writing import Piece, logged


def chat_completion(reply: Reply, name: str, pieces: Sequence[Piece]) -> dict[str, Any]:
    """The whole body, from all pieces of all choices."""
    choices = [_choice(reply, i, [p for p in pieces if p.index == i]) for i in range(len(reply.writings))]
    return _head(reply, name, "chat.completion") | {
        "choices": choices, "usage": usage(reply, [p for p in pieces if p.finish]), **_sources(reply),
    }  # fmt: skip


def first_chunks(reply: Reply, name: str, *, usage: bool) -> Iterator[dict[str, Any]]:
    """The chunks that begin a stream: who speaks, and what the reply was given."""
    for i in range(len(reply.writings)):
        yield _chunk(reply, name, i, {"role": "assistant", "content": ""}, usage=usage) | _sources(reply)


def chunks_of(reply: Reply, name: str, piece: Piece, text: str, *, usage: bool) -> Iterator[dict[str, Any]]:
    """The chunks of a piece; `text` is all of its choice so far."""
    if piece.text or piece.logs:
        logs = _logs(reply, piece.logs)
        yield _chunk(reply, name, piece.index, {"content": piece.text}, logs=logs, usage=usage)
    if piece.finish:
        marks = url_citations(reply, text)
        delta = {"annotations": marks} if marks else {}
        yield _chunk(reply, name, piece.index, delta, finish=piece.finish, usage=usage)


def usage_chunk(reply: Reply, name: str, last: Sequence[Piece]) -> dict[str, Any]:
    """The chunk that ends a stream whose client asked for counts."""
    return _head(reply, name, "chat.completion.chunk") | {"choices": [], "usage": usage(reply, last)}


def usage(reply: Reply, last: Sequence[Piece]) -> dict[str, Any]:
    """Tokens read and written, from the last piece of each choice."""
    read, written = len(reply.job.prompt), sum(p.tokens_out for p in last)
    return {
        "prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written,
        "completion_tokens_details": {"reasoning_tokens": sum(p.thinking_tokens for p in last)},
    }  # fmt: skip


def url_citations(reply: Reply, text: str) -> list[dict[str, Any]]:
    """The citations of a reply in OpenAI's form."""
    return [
        {
            "type": "url_citation",
            "url_citation": {"start_index": at, "end_index": at + len(d), "title": d, "url": f"document:{d}"},
        }
        for d, at in cited(reply, text)
    ]


def cited(reply: Reply, text: str) -> list[tuple[str, int]]:
    """Each document that was given to the reply and is named in it, with where."""
    found = [(d, text.find(d)) for d in dict.fromkeys(p.document for p in reply.passages)]
    return [(d, at) for d, at in found if at >= 0]


def _choice(reply: Reply, index: int, pieces: Sequence[Piece]) -> dict[str, Any]:
    text = "".join(p.text for p in pieces)
    logs = _logs(reply, [log for p in pieces for log in p.logs])
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
    if marks := url_citations(reply, text):
        message["annotations"] = marks
    return {"index": index, "message": message, "finish_reason": pieces[-1].finish, "logprobs": logs}


def _logs(reply: Reply, logs: Sequence[Any]) -> dict[str, Any] | None:
    return {"content": [logged(log) for log in logs], "refusal": None} if reply.logs else None


def _chunk(
    reply: Reply, name: str, index: int, delta: dict[str, Any], *, finish: str | None = None,
    logs: dict[str, Any] | None = None, usage: bool,
) -> dict[str, Any]:  # fmt: skip
    choice = {"index": index, "delta": delta, "finish_reason": finish, "logprobs": logs}
    return _head(reply, name, "chat.completion.chunk") | {"choices": [choice]} | ({"usage": None} if usage else {})


def _head(reply: Reply, name: str, kind: str) -> dict[str, Any]:
    return {"id": name, "object": kind, "created": int(time.time()), "model": reply.mode}


def _sources(reply: Reply) -> dict[str, Any]:
    """Beyond OpenAI's fields: the passages that the reply was given, and what of the request was not followed."""
    return {"passages": [asdict(p) for p in reply.passages], "notes": list(reply.notes)}
