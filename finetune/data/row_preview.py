"""Training rows as a person reads them, with the trained tokens marked. Imports nothing heavy."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from finetune.data.row import Row

OPEN, CLOSE = "⟦", "⟧"
"""Around the trained tokens, in colour or not, so that a pipe and a colour-blind reader see them too."""
GREEN, PLAIN = "\x1b[1;32m", "\x1b[0m"
KEPT = 60
"""Untrained tokens that are shown at either end of a longer stretch."""


def sample(rows: Sequence[Row]) -> list[Row]:
    """Three rows: the first reply, the longest one, and a text or the last reply."""
    replies = [r for r in rows if r.kind == "reply"]
    others = [r for r in rows if r.kind != "reply"]
    chosen = [*replies[:1], *sorted(replies, key=lambda r: -len(r.tokens)), *replies[-1:]]
    distinct = list(dict.fromkeys(chosen[:1] + chosen[1:2] + others[:1] + chosen[-1:] + chosen))
    return distinct[:3]


def marked(tokenizer: Any, row: Row, *, colour: bool) -> str:
    """The row's text, the trained tokens between ⟦ and ⟧ and green on a terminal; a long prompt loses its middle."""
    before, trained = row.tokens[: row.start], row.tokens[row.start :]
    text = str(tokenizer.decode(before))
    if len(before) > 2 * KEPT + 20:
        left_out = len(before) - 2 * KEPT
        text = f"{tokenizer.decode(before[:KEPT])} [... {left_out} tokens ...] {tokenizer.decode(before[-KEPT:])}"
    learnt = f"{OPEN}{tokenizer.decode(trained)}{CLOSE}"
    return text + (f"{GREEN}{learnt}{PLAIN}" if colour else learnt)


def show(tokenizer: Any, rows: Sequence[Row]) -> None:
    """Print three rows on stdout."""
    for row in sample(rows):
        count = len(row.tokens) - row.start
        print(f"  {row.where}: {len(row.tokens)} tokens, {count} trained")
        for line in marked(tokenizer, row, colour=sys.stdout.isatty()).split("\n"):
            print(f"    {line}")
