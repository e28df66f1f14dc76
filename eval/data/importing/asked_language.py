"""The language that questions are asked in, and how one says there that one does not know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice

from eval.metrics.text.language import language_of
from eval.records import Example

LOOKED_AT = 200
"""Rows by which the language is recognised."""
REFUSALS = {
    "en": "I don't know", "de": "Das weiß ich nicht", "fr": "Je ne sais pas", "es": "No lo sé", "it": "Non lo so",
    "pt": "Não sei", "ru": "Я не знаю", "ko": "모르겠습니다", "zh": "我不知道", "ja": "わかりません", "ar": "لا أعرف",
}  # fmt: skip
"""By the language of the questions; what a data set gets that shows no refusal of its own."""


def asked_language(rows: Iterable[Example]) -> str:
    """The ISO 639-1 code of the language of most rows; English where nothing tells it.

    Question and reply are read together: either may be a record of names and numbers, which tells nothing.
    """
    read = (f"{row.question} {row.reply or ' '.join(row.answers[:1])}" for row in islice(rows, LOOKED_AT))
    counts = Counter(map(language_of, read))
    del counts[""]
    return counts.most_common(1)[0][0] if counts else "en"


def refusal_in(language: str) -> str:
    """How one says in a language that one does not know; in English where it is not known here."""
    return REFUSALS.get(language, REFUSALS["en"])
