"""A plugin: a mode that puts its question in capital letters."""

from __future__ import annotations

from eval.arms.modes import Sources, mode
from eval.arms.prompt import Prompt, ask
from eval.records import Example


@mode("shout", "Shouted", "whether capital letters help", strategy="prompt", use="Shout.")
def shout(sources: Sources, example: Example) -> Prompt:
    return ask(sources.config.instruction, example.question.upper())
