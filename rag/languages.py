"""Whether an embedder can read a text, judged by what its tokenizer makes of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.embed import Embedder

FOREIGN = 0.3
"""A text is in another script than Latin when so many of its letters are."""
UNKNOWN = 0.05
"""At most so many of its tokens may be the one for what the vocabulary lacks."""
FRAGMENTS = 0.8
"""Tokens a letter, at most: a tokenizer that learnt a script has words or syllables of it (0.2 to 0.6 in XLM-R's), one
that did not falls back to letters or bytes (0.9 for Cyrillic, 2 for Hangul in BERT's English vocabulary)."""
WIDE = 60_000
"""A vocabulary of so many entries is of many languages, even where it has Han letters one by one (mBERT)."""

_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")


def reads(embedder: Embedder, text: str) -> bool:
    """Whether the embedder's tokenizer knows the script that a text is in."""
    letters = [sign for sign in text if sign.isalpha()]
    foreign = [sign for sign in letters if not _LATIN.match(sign)]
    if len(foreign) <= FOREIGN * len(letters):
        return True
    tokens = embedder.tokens("".join(sign if sign.isalpha() and not _LATIN.match(sign) else " " for sign in text))
    unknown = sum(token == embedder.tokenizer.unk_token_id for token in tokens)
    if unknown > UNKNOWN * len(tokens):
        return False
    return len(embedder.tokenizer) >= WIDE or len(tokens) <= FRAGMENTS * len(foreign)
