"""Multiple choice: which option of the question does a reply pick?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from eval.metrics.text import contains_tokens, same_tokens, tokens

_OPTION = re.compile(r"(?:^|[\s(])\(?([A-Z])[).:]\s+(.+?)(?=\s*[,;]?\s+\(?[A-Z][).:]\s|\s*$)", re.DOTALL)
_LETTER = re.compile(
    r"^\W*(?:(?:the )?(?:correct )?(?:answer|option|choice)(?: is)?:?\s*)?\(?([A-Za-z])(?:[).:]|\W*$)", re.I
)
_NAMED = re.compile(r"\b(?:answer|option|choice)(?: is)?:?\s*\(?([A-Z])\b")


def options(question: str) -> dict[str, str]:
    """The options that a question lists, by letter: `A) red B) blue`, `A. red`, `(A) red`, in a line or one a line."""
    return {letter: text.strip() for letter, text in _OPTION.findall(question)}


def picks(given: str, answers: Sequence[str], question: str) -> float:
    """1 when the only option picked, by its letter or its text, is accepted by letter or text; else 0."""
    known = options(question)
    accepted = {letter for letter, text in known.items() if any(_is(a, letter, text) for a in answers)}
    picked = _picked(given, known)
    if not known:
        return float(any(same_tokens(tokens(given), tokens(a)) for a in answers))
    return float(len(picked) == 1 and picked <= accepted)


def _is(answer: str, letter: str, text: str) -> bool:
    return answer.strip(" ().").upper() == letter or same_tokens(tokens(answer), tokens(text))


def _picked(given: str, known: dict[str, str]) -> set[str]:
    named = {letter.upper() for letter in _LETTER.findall(given)} | set(_NAMED.findall(given))
    if named & known.keys():
        return named & known.keys()
    said = {letter for letter, text in known.items() if contains_tokens(tokens(given), tokens(text))}
    inside = {a for a in said for b in said if a != b and contains_tokens(tokens(known[b]), tokens(known[a]))}
    return said - inside
