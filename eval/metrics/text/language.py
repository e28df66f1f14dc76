"""Which of the supported languages a short text is in, by its script and its small words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

_WORDS = {
    "en": "the is are was were what which who how many much does do did when where of to in and it that for on "
          "with be at from",
    "de": "der die das ist sind war wie viel viele was wer wo wann welche welcher welches den dem des ein eine "
          "einen und nicht "
    "im am zu mit für auf von hat haben wird werden beträgt kostet liegt lange es bei bis nach über seit",
    "fr": "le la les est sont était quel quelle quels quelles combien qui où quand des du un une et ne pas dans "
          "pour sur avec au "
    "aux il elle se l' d' à ce cette coûte dure en",
    "es": "el la los las es son era cuál cuánto cuánta cuántos cuántas quién qué dónde cuándo del un una y no en "
          "para por con al se "
    "de cuesta dura está",
    "it": "il lo la gli le è sono era qual quale quanto quanta quanti quante chi che dove quando del della dei un "
          "una e non in per "
    "con al si di costa dura",
    "pt": "o os as é são era qual quanto quanta quantos quantas quem que onde quando do da dos um uma e não em "
          "para por com ao se "
    "de custa dura está no na",
    "nl": "de het is zijn was hoe veel hoeveel wat wie waar wanneer welke een en niet van voor met op kost duurt",
    "sv": "den det är hur mycket många vad vem var när vilken ett och inte av för med på kostar väger",
}  # fmt: skip
_KNOWN = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_LANGUAGES_OF = {
    word: tuple(language for language, known in _KNOWN.items() if word in known)
    for word in frozenset().union(*_KNOWN.values())
}
_WORD = re.compile(r"[^\W\d_]+(?:'(?=\w))?")
_SCRIPTS = (
    ("ko", re.compile(r"[가-힣]")), ("ja", re.compile(r"[\u3040-\u30ff]")), ("zh", re.compile(r"[\u3400-\u9fff]")),
    (
        "ru", re.compile(
            r"[\u0400-\u04ff]")), ("ar", re.compile(r"[\u0600-\u06ff]")), ("hi", re.compile(r"[\u0900-\u097f]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
)  # fmt: skip


_STATED: ContextVar[str] = ContextVar("stated language", default="")


@contextmanager
def stated(language: str) -> Iterator[None]:
    """Within it, `stated_language` is that of a data set: the part of `de-CH` before the hyphen; empty for none."""
    token = _STATED.set(re.split("[-_]", language.casefold())[0] if language else "")
    try:
        yield
    finally:
        _STATED.reset(token)


def stated_language() -> str:
    """The language that the data set states, or an empty string."""
    return _STATED.get()


@lru_cache(maxsize=16384)
def language_of(text: str) -> str:
    """The ISO 639-1 code of the language, or an empty string where nothing tells it."""
    if not text.isascii():
        for language, script in _SCRIPTS:
            if script.search(text):
                return language
    found = [w for w in _WORD.findall(text.casefold()) if w in _LANGUAGES_OF]
    if not found:
        return ""
    counts = dict.fromkeys(_KNOWN, 0)
    for word in found:
        for language in _LANGUAGES_OF[word]:
            counts[language] += 1
    return max(counts, key=lambda language: counts[language])
