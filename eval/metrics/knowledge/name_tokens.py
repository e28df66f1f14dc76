"""The words of a question or sentence as they are written, for names are told by their capitals."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"['’]s\b|[^\W_]+(?:[-'’.&][^\W_]+)*|[,;:()—–]")
POLITE = re.compile(
    r"^\W*(?:(?:can|could|would|will) you (?:please )?(?:tell|say|name|let)(?: me)?(?: know)?|do you know|please|i "
    r"(?:want|would "
    r"like|need) to know|können sie (?:mir )?sagen|kannst du (?:mir )?sagen|wissen sie|pouvez-vous (?:me "
    r")?dire|puedes? "
    r"decirme|può dirmi|puoi dirmi|pode me dizer|подскажите|скажите|вы знаете)\b[\s,:]*",
    re.IGNORECASE,
)
"""What a question may begin with that asks nothing."""
_OWNED = re.compile(r"(?<=\w)['’]s\b")
LED = re.compile(
    r"^\W*(?:(?:the|die|la|il) )?(?:\w+ )?(?:answer|antwort|réponse|respuesta|risposta|resposta|ответ)\s*[:—–]\s*|"
    r"^\W*(?:(?:the|this|its) )?(?:\w+ )?(?:passages?|texts?|documents?|context|sources?|filings?|reports?) "
    r"(?:says?|states?) "
    r"(?:that )?",
    re.IGNORECASE,
)
"""What a sentence may begin with that says nothing of a thing."""
_ELIDED = re.compile(r"\b([dl])['’](?=[A-ZÀ-Þ])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign of a sentence."""

    text: str
    capital: bool
    folded: str


def tokens_of(text: str) -> list[Token]:
    """The words and signs of a text; the genitive 's and an elided article by themselves."""
    text = _ELIDED.sub(r"\1 ", _OWNED.sub(" 's", text)) if "'" in text or "’" in text else text
    return [Token(t, t[0].isupper(), t.casefold()) for t in _TOKEN.findall(text)]
