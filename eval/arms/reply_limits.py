"""How long a reply may become: as configured, else by the lengths of the training replies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from eval.arms.prompt import ask, render_reply
from eval.config import DatasetConfig
from eval.model.chat_template import set_to_think
from eval.model.rambling import rambles, recites
from eval.model.stopping import Limits, repeats
from eval.records import Example

REPLY_FLOOR = 256
"""New tokens that every reply may take. A limit near the training replies' own length cuts the modes that were not
tuned to be short: 10 to 36 % of their replies on `tidewell` at 48 tokens, and none of the tuned ones."""
REPLY_QUANTILE = 0.95
"""Of the training replies' lengths; the one longest would let every mode ramble for its sake."""
REPLY_HEADROOM = 1.5
LEAST_BYTES = 2
"""Of text in a token of a served model whose tokenizer is not here; most take 3 to 5, scripts of their own 2 to 3."""


FAR = 4
"""So many times the usual training reply is far beyond it: the floor is, where replies take 64 tokens or fewer."""


def reply_limits(config: DatasetConfig, train: Sequence[Example], tokenizer: Any) -> Limits:
    """As configured, else REPLY_FLOOR tokens or more where training replies are long.

    More is REPLY_HEADROOM times the REPLY_QUANTILE of their lengths; so much room must every prompt leave.
    """
    turns = ask(config.instruction, "?").messages
    replies = [render_reply(tokenizer, turns, e.reply) for e in train]
    found = _limits(config, train, [len(reply) for reply in replies])
    return replace(found, thinks=set_to_think(tokenizer), loops=found.loops and not repeats(replies))


def limits_by_length(config: DatasetConfig, train: Sequence[Example]) -> Limits:
    """The same where there is no tokenizer, at a token for every LEAST_BYTES bytes."""
    return _limits(config, train, [len(e.reply.encode()) // LEAST_BYTES + 1 for e in train])


def _limits(config: DatasetConfig, train: Sequence[Example], lengths: Sequence[int]) -> Limits:
    """By these lengths of the training replies, in tokens."""
    usual = _usual(lengths) if lengths else REPLY_FLOOR
    generation, replies = config.generation, [e.reply for e in train]
    reply = generation.max_new_tokens or max(REPLY_FLOOR, usual)
    return Limits(
        reply, generation.max_new_tokens or usual, think=generation.max_think_tokens,
        loops=not any(map(rambles, replies)),
        short=reply >= FAR * usual and not any(map(recites, replies)),
    )  # fmt: skip


def _usual(lengths: Sequence[int]) -> int:
    """REPLY_HEADROOM times the REPLY_QUANTILE of the lengths, in tokens."""
    return int(REPLY_HEADROOM * sorted(lengths)[math.ceil(REPLY_QUANTILE * len(lengths)) - 1])
