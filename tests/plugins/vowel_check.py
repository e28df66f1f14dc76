"""A plugin: a style check that a reply begins with a vowel, or with a brace."""

from __future__ import annotations

from typing import Any

from eval.metrics.style.check import Fails, StyleContext, check


@check("vowel")
def vowel(argument: Any, context: StyleContext) -> Fails:
    return lambda reply: "" if reply[:1].lower() in "aeiou{" else f"begins with {reply[:1]!r}"
