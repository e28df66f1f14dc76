"""Replies that a grammar allows, token by token: the one place that knows llguidance."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from eval.errors import UserError

if TYPE_CHECKING:
    import torch

INSTALL = "pip install llguidance"


class Grammar:
    """Where a reply stands in its grammar."""

    def __init__(self, tokenizer: Any, text: str) -> None:
        """Raises UserError where the package is missing, or the grammar is none."""
        self._matcher = _matcher(tokenizer, text)

    def choose(self, logits: torch.Tensor) -> int:
        """The likeliest allowed token, which is taken; logits of one row, shape (vocabulary,)."""
        token = int(self.held(logits).argmax())
        self.take(token)
        return token

    def held(self, logits: torch.Tensor) -> torch.Tensor:
        """The logits of one row with those of tokens that are not allowed at minus infinity."""
        import torch

        allowed = torch.frombuffer(bytearray(self._matcher.compute_logit_bias()), dtype=torch.uint8)
        size = min(len(allowed), len(logits))
        allowed = allowed[:size].to(logits.device) == 0
        return logits[:size].masked_fill(allowed, float("-inf"))

    def take(self, token: int) -> None:
        """Go on behind an allowed token."""
        self._matcher.consume_token(token)


@lru_cache(maxsize=2)
def _known(tokenizer: Any) -> Any:
    """The tokenizer as llguidance has it, which takes seconds to make."""
    try:
        from llguidance.hf import from_tokenizer
    except ImportError:
        raise UserError(f"replies under a grammar need a package that is not installed: {INSTALL}") from None
    try:
        return from_tokenizer(tokenizer)
    except ValueError as error:
        raise UserError(f"{tokenizer.name_or_path}: no grammar can be held with its tokenizer: {error}") from None


def check_grammar(tokenizer: Any, text: str) -> None:
    """Raise UserError where the grammar is none."""
    known = _known(tokenizer)
    from llguidance import LLMatcher

    if fault := LLMatcher.validate_grammar(text, known):
        reason = " ".join(str(fault).split())[:200]
        raise UserError(f"style.checks: no grammar can be made of them ({reason}); leave structured modes out")


def schema_grammar(tokenizer: Any, schema: Mapping[str, Any]) -> str:
    """The grammar of compact JSON under a JSON Schema; raises UserError where none can be made of it."""
    known = _known(tokenizer)
    from llguidance import LLMatcher

    text = str(LLMatcher.grammar_from_json_schema(dict(schema), defaults={"whitespace_flexible": False}))
    if fault := LLMatcher.validate_grammar(text, known):
        raise UserError(f"no grammar can be made of the schema: {' '.join(str(fault).split())[:200]}")
    return text


def _matcher(tokenizer: Any, text: str) -> Any:
    known = _known(tokenizer)
    from llguidance import LLMatcher

    return LLMatcher(known, text)
