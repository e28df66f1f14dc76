"""What a server is asked for beside the prompt: every sampling field, so that none of its own defaults leaks in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

GREEDY: dict[str, Any] = {
    "temperature": 0, "top_p": 1, "top_k": 1, "min_p": 0, "repetition_penalty": 1.0, "repeat_penalty": 1.0,
    "presence_penalty": 0, "frequency_penalty": 0, "seed": 0, "n": 1, "stream": False,
}  # fmt: skip
"""`repeat_penalty` is llama.cpp's and Ollama's name of `repetition_penalty`, which is vLLM's and SGLang's."""
CUT_IS_AN_ERROR = {"context_length_exceeded_behavior": "error"}
"""Together and Fireworks shorten in silence otherwise."""
NEEDED = ("model", "prompt", "messages")


class Fields:
    """The fields that a server takes: one that it refuses by name is left out from then on, and that is kept."""

    def __init__(self, further: Mapping[str, Any] | None = None, dropped: Sequence[str] = ()) -> None:
        self._wanted = {**GREEDY, **CUT_IS_AN_ERROR, **(further or {})}
        self.dropped: list[str] = list(dropped)

    def body(self, model: str, prompt: Mapping[str, Any], limit: int, **more: Any) -> dict[str, Any]:
        """A whole request body; `prompt` is `{"prompt": ...}` or `{"messages": ...}`."""
        name = "max_completion_tokens" if "max_tokens" in self.dropped else "max_tokens"
        wanted = {k: v for k, v in {**self._wanted, **more}.items() if k not in self.dropped}
        return {"model": model, **prompt, name: limit, **wanted}

    def refuse(self, body: Mapping[str, Any], answer: Any) -> bool:
        """Whether an error names fields of the request, which are dropped then."""
        text = json.dumps(answer)
        known = {**self._wanted, "max_tokens": 0, "stop": 0, "stop_token_ids": 0}
        named = [k for k in body if k in known and k not in NEEDED and k not in self.dropped and _names(text, k)]
        self.dropped += named
        return bool(named)


def _names(text: str, field: str) -> bool:
    """Whether a message is about a field; `n` and the like count in quotes alone."""
    quoted = any(f"{q}{field}{q}" in text for q in ("'", '\\"', "`", '"'))
    return quoted or (len(field) > 4 and field != "stream" and field in text)
