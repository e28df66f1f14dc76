"""Facts in lines of a key and its value, and in pairs of a question and its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from eval.data.drafting.fact import Fact, finder, located, standalone

if TYPE_CHECKING:
    from rag.readers.documents import Document

_FIELD = re.compile(
    r"^[ \t]*(?:[-*•·][ \t]+)?(?:\*\*|__)?([^\W\d_][^:|\n*?!.]{1,50}?)(?:\*\*|__)?:(?:\*\*|__)?[ \t]+(\S[^\n]*)$", re.M
)
_NO_KEY = re.compile(
    r"^(?:note|nb|example|warning|caution|tip|notes|from|to|subject|date|re|cc|http|https|e\.g|i\.e|hinweis|beispiel|achtung|"
    r"warnung|von|an|betreff|참고|주의|예)$",
    re.IGNORECASE,
)
_HEADING = re.compile(r"^#{2,6} +(.+?)(?: +#+)?$", re.MULTILINE)
_NUMBER = re.compile(r"^(?:\d+[.)]?)+ +|[*_`]")
_PAIR = re.compile(
    r"^(?:#{1,6} |\*\*|(?:q|question|frage|f|질문|문)\s*[:.]\s*)?([^\n|]{8,160}[?？])(?:\*\*)?[ \t]*\n+"
    r"(?:(?:a|answer|antwort|답변|답)\s*[:.]\s*)?([^\n#|][^\n]*(?:\n(?!\n)[^\n#|][^\n]*)*)",
    re.MULTILINE | re.IGNORECASE,
)
_VAGUE = re.compile(r"\b(?:it|they|them|this|that|these|those|he|she|one)\b", re.IGNORECASE)
_SENTENCE = re.compile(r".+?[.!?。！？](?=\s|$|[\"”’)]*\s)|.+$", re.DOTALL)


@finder("field")
def find_fields(document: Document) -> Iterator[Fact]:
    """One fact a line `key: value`; the subject is the document, and a heading above says what the key is of."""
    keys = [m[1].strip().casefold() for m in _FIELD.finditer(document.text)]
    headings = [(m.start(), _NUMBER.sub("", m[1].strip())) for m in _HEADING.finditer(document.text)]
    for match in _FIELD.finditer(document.text):
        key = " ".join(match[1].split())
        if _NO_KEY.match(key) or len(key.split()) > 7 or keys.count(key.casefold()) > 1 or not standalone(key):
            continue
        above = next((name for at, name in reversed(headings) if at < match.start()), "")
        named = f"{above}: {key}" if above and len(above.split()) <= 6 and above != document.title else key
        fact = located(document, "field", match.start(2), match[2], document.title, named)
        if fact is not None and fact.value.casefold() not in document.title.casefold():
            yield fact


@finder("faq")
def find_pairs(document: Document) -> Iterator[Fact]:
    """One fact a question that stands on a line of its own above its answer; a long answer counts by sentences."""
    for match in _PAIR.finditer(document.text):
        question = " ".join(match[1].strip("*# ").split())
        first = _SENTENCE.match(match[2])
        if first is None or _VAGUE.search(question) or " | " in match[2]:
            continue
        answer = first[0].strip().rstrip(".")
        if not 1 <= len(answer.split()) <= 40 or answer.endswith("?") or not standalone(answer):
            continue
        short = len(answer.split()) <= 6
        yield Fact(
            "faq", document.id, document.title, match.start(2) + first[0].find(answer), answer, "", "", question,
            "" if short else "claims",
        )  # fmt: skip
