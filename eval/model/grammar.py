"""Replies that a grammar allows, token by token: the one place that knows llguidance."""

from __future__ import annotations

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
        import torch

        allowed = torch.frombuffer(bytearray(self._matcher.compute_logit_bias()), dtype=torch.uint8)
        size = min(len(allowed), len(logits))
        allowed = allowed[:size].to(logits.device) == 0
        token = int(logits[:size].masked_fill(allowed, float("-inf")).argmax())
        self._matcher.consume_token(token)
        return token


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


def _matcher(tokenizer: Any, text: str) -> Any:
    known = _known(tokenizer)
    from llguidance import LLMatcher

    return LLMatcher(known, text)
