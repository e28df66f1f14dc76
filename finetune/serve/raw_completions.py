"""Completions of whole prompts, as text or tokens: what evaluators ask when they render prompts themselves.

Unlike chat completions, nothing is added: no instruction, no passages, no template. `model` chooses weights by mode.
"""

from __future__ import annotations

import time
from contextlib import closing
from importlib import metadata
from typing import TYPE_CHECKING, Any

from eval.arms.modes import MODES
from finetune.serve.request import ApiError, number, stop_texts
from finetune.serve.text_stream import TextStream

if TYPE_CHECKING:
    from finetune.serve.run_answers import Desk

MOST_TOKENS = 16
"""Of a completion that names no limit, as OpenAI's API has it."""


def describe(desk: Desk) -> dict[str, Any]:
    """What this server is: for programs that have to know whether replies come from the same one."""
    return {"kind": "rag-or-finetune", "version": metadata.version("rag-or-finetune"), "context": _context(desk)}


def tokenize(desk: Desk, body: Any) -> dict[str, Any]:
    """The tokens of a text, nothing put before it."""
    text = body.get("prompt") if isinstance(body, dict) else None
    if not isinstance(text, str):
        raise ApiError(400, "prompt is a text", param="prompt")
    tokens = list(desk.resources.base.tokenizer.encode(text, add_special_tokens=False))
    return {"tokens": tokens, "count": len(tokens)}


def complete(desk: Desk, body: Any, name: str) -> dict[str, Any]:
    """The body of a completion; no other reply is made meanwhile. Raises ApiError that names the parameter."""
    if not isinstance(body, dict):
        raise ApiError(400, "the body is not a JSON object")
    if body.get("stream"):
        raise ApiError(400, "stream is not supported for completions here", param="stream")
    if body.get("n") not in (None, 1):
        raise ApiError(400, "n is 1 here", param="n")
    mode = body.get("model") or desk.default
    if mode not in desk.modes:
        have = ", ".join(desk.modes)
        raise ApiError(404, f"no model '{mode}' here; there are: {have}", param="model", code="model_not_found")
    tokens = _tokens(desk, body.get("prompt"))
    wanted = number(body, "max_tokens", MOST_TOKENS, whole=True, allowed=lambda v: v >= 0, what="a whole number from 0")
    context = _context(desk)
    if context and len(tokens) + wanted > context:
        raise ApiError(
            400, f"the prompt takes {len(tokens)} tokens and its reply up to {wanted}, and the model reads {context}",
            param="prompt", code="context_length_exceeded",
        )  # fmt: skip
    adapter = MODES[mode].adapter
    if adapter:
        desk.resources.load_adapter(adapter)
    choice: dict[str, Any] = {"index": 0, "logprobs": None}
    if body.get("echo"):
        if wanted:
            raise ApiError(400, "echo takes max_tokens 0 here", param="max_tokens")
        choice |= _echoed(desk, adapter, tokens) | {"finish_reason": "length"}
        written = 0
    else:
        text, finish, written = _written(desk, adapter, tokens, wanted, body)
        choice |= {"text": text, "finish_reason": finish}
    usage = {"prompt_tokens": len(tokens), "completion_tokens": written, "total_tokens": len(tokens) + written}
    return {"id": name, "object": "text_completion", "created": int(time.time()), "model": mode, "choices": [choice],
            "usage": usage}  # fmt: skip


def _context(desk: Desk) -> int:
    """Tokens that the model reads; 0: its configuration does not say."""
    return int(getattr(desk.resources.base.causal.config.get_text_config(), "max_position_embeddings", 0) or 0)


def _tokens(desk: Desk, prompt: Any) -> list[int]:
    tokenizer = desk.resources.base.tokenizer
    if isinstance(prompt, str):
        tokens = list(tokenizer.encode(prompt, add_special_tokens=False))
    elif isinstance(prompt, list) and all(isinstance(t, int) and not isinstance(t, bool) for t in prompt):
        tokens = prompt
        if not all(0 <= t < len(tokenizer) for t in tokens):
            raise ApiError(400, f"prompt holds a token that the model does not have; it has {len(tokenizer)}",
                           param="prompt")  # fmt: skip
    else:
        raise ApiError(400, "prompt is a text or a list of tokens", param="prompt")
    if not tokens:
        raise ApiError(400, "prompt is empty", param="prompt")
    return tokens


def _written(desk: Desk, adapter: str | None, tokens: list[int], wanted: int, body: Any) -> tuple[str, str, int]:
    """(text, how it ended, tokens written with the end-of-turn token)."""
    from eval.model.generate import stop_tokens
    from eval.model.thinking import decoder
    from finetune.serve.stream import chooser, stream_tokens

    base = desk.resources.base
    temperature = number(body, "temperature", 1.0, allowed=lambda v: 0 <= v <= 2, what="between 0 and 2")
    top_p = number(body, "top_p", 1.0, allowed=lambda v: 0 < v <= 1, what="above 0 and at most 1")
    seed = number(body, "seed", None, whole=True, allowed=lambda v: True, what="a whole number")
    ends, plainly = stop_tokens(base), decoder(base.tokenizer, specials=False)
    stream, written, ended = TextStream(stop_texts(body.get("stop"))), [], False
    choose = chooser(temperature, top_p, seed)
    with closing(stream_tokens(base, adapter, tokens, choose, stops=ends, max_new=wanted)) as made:
        for token in made:
            written.append(token)
            if token in ends:
                ended = True
                break
            stream.grow(plainly(written))
            if stream.stopped:
                break
    own = written[:-1] if ended else written
    stream.finish(plainly(own))
    return stream.sent, "stop" if ended or stream.stopped else "length", len(written)


def _echoed(desk: Desk, adapter: str | None, tokens: list[int]) -> dict[str, Any]:
    """The prompt again, with ln p of each of its tokens but the first."""
    from eval.model.likelihood import log_likelihoods

    (logs,) = log_likelihoods(desk.resources.base, adapter, [(tokens[:1], tokens[1:])])
    tokenizer = desk.resources.base.tokenizer
    pieces = [tokenizer.decode([t]) for t in tokens]
    return {
        "text": tokenizer.decode(tokens),
        "logprobs": {"tokens": pieces, "token_logprobs": [None, *logs], "top_logprobs": None, "text_offset": []},
    }
