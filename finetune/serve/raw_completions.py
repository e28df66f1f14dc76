"""Completions of whole prompts, as text or tokens: what evaluators ask when they render prompts themselves.

Unlike chat completions, nothing is added: no instruction, no passages, no template. `model` chooses weights by mode.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

from eval.arms.modes import MODES
from eval.model.stopping import Ending, Limits
from finetune.serve.request import MOST_CHOICES, ApiError, number, reply_schema, stop_texts
from finetune.serve.scheduler import Job
from finetune.serve.writing import Send, Writing

if TYPE_CHECKING:
    from eval.model.base import Base
    from finetune.serve.run_answers import AnswerService

MOST_TOKENS = 16
"""Of a completion that names no limit, as OpenAI's API has it."""


def describe(service: AnswerService) -> dict[str, Any]:
    """What this server is: for programs that have to know whether replies come from the same one."""
    return {"kind": "rag-or-finetune", "version": metadata.version("rag-or-finetune"), "context": _context(service)}


def tokenize(service: AnswerService, body: Any) -> dict[str, Any]:
    """The tokens of a text, nothing put before it."""
    text = body.get("prompt") if isinstance(body, dict) else None
    if not isinstance(text, str):
        raise ApiError(400, "prompt is a text", param="prompt")
    tokens = list(service.resources.base.tokenizer.encode(text, add_special_tokens=False))
    return {"tokens": tokens, "count": len(tokens)}


@dataclass(frozen=True, slots=True)
class Completing:
    """A checked request for a completion, and what is to be computed for it."""

    mode: str
    tokens: tuple[int, ...]
    job: Job | None
    """None: only the prompt is wanted back."""
    writings: tuple[Writing, ...] = ()


def prepare(service: AnswerService, body: Any, send: Send) -> Completing:
    """What a request comes to; `send` gets the pieces once the job is submitted. Raises ApiError."""
    from eval.model.generate import stop_tokens
    from finetune.serve.sampling import chooser

    if not isinstance(body, dict):
        raise ApiError(400, "the body is not a JSON object")
    if body.get("stream"):
        raise ApiError(400, "stream is not supported for completions here", param="stream")
    mode = service.mode(body.get("model") or "")
    n = number(body, "n", 1, whole=True, allowed=lambda v: 1 <= v <= MOST_CHOICES, what=f"from 1 to {MOST_CHOICES}")
    tokens = _tokens(service, body.get("prompt"))
    wanted = number(body, "max_tokens", MOST_TOKENS, whole=True, allowed=lambda v: v >= 0, what="a whole number from 0")
    context = _context(service)
    if context and len(tokens) + wanted > context:
        raise ApiError(
            400, f"the prompt takes {len(tokens)} tokens and its reply up to {wanted}, and the model reads {context}",
            param="prompt", code="context_length_exceeded",
        )  # fmt: skip
    if body.get("echo") and wanted:
        raise ApiError(400, "echo takes max_tokens 0 here", param="max_tokens")
    adapter = MODES[mode].adapter
    if adapter:
        service.resources.load_adapter(adapter)
    if not wanted:
        return Completing(mode, tuple(tokens), None)
    temperature = number(body, "temperature", 1.0, allowed=lambda v: 0 <= v <= 2, what="between 0 and 2")
    top_p = number(body, "top_p", 1.0, allowed=lambda v: 0 < v <= 1, what="above 0 and at most 1")
    seed = number(body, "seed", None, whole=True, allowed=lambda v: True, what="a whole number")
    base, stops = service.resources.base, stop_texts(body.get("stop"))
    schema = reply_schema(body.get("response_format"))
    grammar = "" if schema is None else service.schema_grammar(schema)
    ends, limits = stop_tokens(base), Limits(wanted, loops=False, grammar=grammar)
    writings = tuple(
        Writing(
            base.tokenizer, _ending(base, limits, ends), send, index=i, stops=stops, whole=True,
            choose=chooser(temperature, top_p, None if seed is None else seed + i),
        )
        for i in range(n)
    )  # fmt: skip
    return Completing(mode, tuple(tokens), Job(tokens, adapter, writings, wanted, f"{mode} whole"), writings)


def _ending(base: Base, limits: Limits, stops: Collection[int]) -> Ending:
    """A reply before its first token, held to its grammar where it has one."""
    from eval.model.grammar import Grammar

    ending = Ending(limits, stops)
    if limits.grammar:
        ending.grammar = Grammar(base.tokenizer, limits.grammar)
    return ending


def echoed(service: AnswerService, asked: Completing, *, logs: bool) -> dict[str, Any]:
    """The one choice where no token is wanted: the prompt again, with ln p of each token but the first, or nothing."""
    choice = {"index": 0, "logprobs": None, "text": "", "finish_reason": "length"}
    return choice | (_echoed(service, MODES[asked.mode].adapter, list(asked.tokens)) if logs else {})


def completion(asked: Completing, name: str, choices: list[dict[str, Any]], written: int) -> dict[str, Any]:
    """The body of a completion."""
    read = len(asked.tokens)
    usage = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    return {"id": name, "object": "text_completion", "created": int(time.time()), "model": asked.mode,
            "choices": choices, "usage": usage}  # fmt: skip


def _context(service: AnswerService) -> int:
    """Tokens that the model reads; 0: its configuration does not say."""
    return int(getattr(service.resources.base.causal.config.get_text_config(), "max_position_embeddings", 0) or 0)


def _tokens(service: AnswerService, prompt: Any) -> list[int]:
    tokenizer = service.resources.base.tokenizer
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


def _echoed(service: AnswerService, adapter: str | None, tokens: list[int]) -> dict[str, Any]:
    """The prompt again, with ln p of each of its tokens but the first."""
    from eval.model.likelihood import log_likelihoods

    (logs,) = log_likelihoods(service.resources.base, adapter, [(tokens[:1], tokens[1:])])
    tokenizer = service.resources.base.tokenizer
    pieces = [tokenizer.decode([t]) for t in tokens]
    return {
        "text": tokenizer.decode(tokens),
        "logprobs": {"tokens": pieces, "token_logprobs": [None, *logs], "top_logprobs": None, "text_offset": []},
    }
