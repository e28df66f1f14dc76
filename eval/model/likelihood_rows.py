"""Texts whose likelihood is asked for, as tokens. Imports nothing heavy."""

from __future__ import annotations

from typing import Any

Row = tuple[list[int], list[int]]
"""The tokens that are given, at least one, and the tokens whose likelihood is asked for."""


def split(tokenizer: Any, context: str, target: str) -> Row:
    """The two parts' tokens, cut where the context alone would end; an empty context is the start-of-text token."""
    start = tokenizer.bos_token_id
    first = [int(tokenizer.eos_token_id if start is None else start)]
    given = tokenizer.encode(context, add_special_tokens=False) if context else []
    whole = tokenizer.encode(context + target, add_special_tokens=False)
    return first + whole[: len(given)], whole[len(given) :]
