"""Checks of how long a reply is."""

from __future__ import annotations

from typing import Any

from eval.metrics.checks import BOUNDS, Fails, House, bounds, check, options


@check("words")
def words_check(argument: Any, house: House) -> Fails:
    """The number of words, split at white space, lies within the bounds."""
    allowed = bounds(options(argument, BOUNDS))
    return lambda reply: allowed.fault(len(reply.split()), "word")
