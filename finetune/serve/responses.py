"""`/v1/responses`, whole replies alone: what was retrieved is a file search, and what is cited an annotation.

OpenAI's Responses API has places for both, which clients keep; chat completions have one for citations only.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from finetune.serve.chat_bodies import cited, usage
from finetune.serve.request import ApiError, ChatRequest, parse_request
from finetune.serve.run_answers import Reply
from finetune.serve.writing import Piece

UNSUPPORTED = ("tools", "previous_response_id", "conversation", "background", "prompt", "stream")
PARTS = ("input_text", "output_text", "text")
SAME = ("model", "temperature", "top_p")


def parse_response_request(body: Any) -> ChatRequest:
    """The same request as for a chat completion; raises ApiError that names the parameter."""
    if not isinstance(body, dict):
        raise ApiError(400, "the body is not a JSON object")
    for name in UNSUPPORTED:
        if body.get(name):
            raise ApiError(400, f"{name} is not supported for responses here", param=name, code="unsupported_parameter")
    given = body.get("input")
    turns = [{"role": "user", "content": given}] if isinstance(given, str) else given
    if not isinstance(turns, list) or not turns:
        raise ApiError(400, "input is a text or a list of at least one message", param="input")
    messages = [_turn(t) for t in turns]
    if body.get("instructions"):
        messages.insert(0, {"role": "system", "content": body["instructions"]})
    asked = {k: body[k] for k in SAME if k in body} | {
        "messages": messages,
        "max_tokens": body.get("max_output_tokens"),
    }
    return parse_request(asked | {"response_format": _format(body.get("text"))})


def response(reply: Reply, asked: ChatRequest, name: str, pieces: Sequence[Piece]) -> dict[str, Any]:
    """The body, from all pieces."""
    text, last = "".join(p.text for p in pieces), pieces[-1]
    counts, cut = usage(reply, [last]), last.finish == "length"
    marks = [{"type": "file_citation", "file_id": d, "filename": d, "index": at} for d, at in cited(reply, text)]
    part = {"type": "output_text", "text": text, "annotations": marks, "logprobs": []}
    message = {"id": f"msg_{name}", "type": "message", "role": "assistant", "content": [part],
               "status": "incomplete" if cut else "completed"}  # fmt: skip
    return {
        "id": f"resp_{name}", "object": "response", "created_at": int(time.time()), "model": reply.mode,
        "status": message["status"], "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "error": None, "instructions": None, "output": [*_searched(reply, asked, name), message], "tools": [],
        "parallel_tool_calls": False, "tool_choice": "none", "temperature": asked.temperature, "top_p": asked.top_p,
        "text": {"format": _text_settings(asked)}, "metadata": {"notes": "; ".join(reply.notes)} if reply.notes else {},
        "usage": {
            "input_tokens": counts["prompt_tokens"], "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": counts["completion_tokens"], "output_tokens_details": counts["completion_tokens_details"],
            "total_tokens": counts["total_tokens"],
        },
    }  # fmt: skip


def _searched(reply: Reply, asked: ChatRequest, name: str) -> list[dict[str, Any]]:
    if not reply.passages:
        return []
    results = [
        {"file_id": p.document, "filename": p.document, "score": p.score, "text": p.text, "attributes": {}}
        for p in reply.passages
    ]
    return [{"id": f"fs_{name}", "type": "file_search_call", "status": "completed", "queries": [asked.question],
             "results": results}]  # fmt: skip


def _turn(turn: Any) -> Any:
    """An input message with its parts as a chat completion names them."""
    if not isinstance(turn, dict) or not isinstance(turn.get("content"), list):
        return turn
    parts = [p | {"type": "text"} if isinstance(p, dict) and p.get("type") in PARTS else p for p in turn["content"]]
    return turn | {"content": parts}


def _format(text: Any) -> Any:
    """The format of a reply as `response_format` has it: there the schema stands one level deeper."""
    wanted = text.get("format") if isinstance(text, Mapping) else None
    if isinstance(wanted, dict) and wanted.get("type") == "json_schema":
        return {"type": "json_schema", "json_schema": wanted}
    return wanted


def _text_settings(asked: ChatRequest) -> dict[str, Any]:
    if asked.schema is None:
        return {"type": "text"}
    return {"type": "json_schema", "name": "reply", "schema": dict(asked.schema)}
