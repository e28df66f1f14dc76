"""A model card in the language of its readers: written in English, and translated block by block."""

from __future__ import annotations

import re

from reports.language.language import in_language, translate
from reports.language.tables import LANGUAGES

AS_IT_IS = ("---\n", "    ", "# ")
"""How blocks begin that stay: metadata, code, and the title, which is a name."""


def card_in(card: str, language: str) -> str:
    """The card in a language, `ko` or `ko-KR` alike; as it is where there is no table of that language."""
    language = re.split("[-_]", language.lower())[0]
    if language not in LANGUAGES:
        return card
    with in_language(language):
        blocks = [_block(block) for block in card.strip("\n").split("\n\n")]
    return "\n\n".join(blocks) + "\n"


def _block(block: str) -> str:
    if block.startswith(AS_IT_IS):
        return block
    if block.startswith("## "):
        return f"## {translate(block[3:])}"
    if block.startswith("|"):
        return "\n".join(_row(line) for line in block.split("\n"))
    return translate(" ".join(block.split("\n")))


def _row(line: str) -> str:
    cells = line.strip("|").split("|")
    return "|" + "|".join(f" {translate(cell.strip())} " if cell.strip(" -") else cell for cell in cells) + "|"
