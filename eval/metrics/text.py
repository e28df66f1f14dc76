"""One way to compare texts: the SQuAD rules, made safe for numbers, codes and scripts other than Latin."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache

_MARKS = "".join(chr(c) for c in range(0x300, 0xFE30) if unicodedata.category(chr(c))[0] == "M")
_CJK = r"\u3040-\u30ff\u3400-\u9fff"
_LETTER = r"[^\W\d_]"
_WORD = rf"(?![{_CJK}]){_LETTER}(?:(?![{_CJK}]){_LETTER}|[{_MARKS}]|'(?={_LETTER}))*"
_NUMBER = r"\d+(?:\.\d+)*"
_TOKEN = re.compile(rf"{_LETTER}{{1,6}}-?{_NUMBER}\w*|(?<![\w.])[+-]?(?:{_NUMBER}|\.\d+)|\d+|{_WORD}|[{_CJK}]|[%°$€£]")
"""In this order: a code such as tg-200a, a number, a number that is glued to something, a word, a Chinese or Japanese
character, a sign that is part of a quantity."""

_ARTICLES = re.compile(r"(?<![\w'-])(?<!\d\s)(?:a|an|the)(?=\s+\w)")
"""English articles; not the `a` of `plan A` or of `12 A`."""
_HYPHEN = re.compile(r"(?<=\w)-(?=[^\W\d])|(?<=\d)-(?=\d)")
"""Hyphens that separate: after a letter and before a digit (TG-200) the hyphen makes a code."""
_NOT_A_CODE = re.compile(r"\b(mid|pre|post|late|early)-(?=\d)")
_THOUSANDS = re.compile(r"(?<![\d.])\d{1,3}(?:[,'\u2019\u00a0\u202f]\d{3})+(?!\d)")
_SIGNS = str.maketrans("\u2212\u2013\u2019", "--'")
_POSSESSIVE = re.compile(r"'s\b")
_GLUE = re.compile(r"(?<=\d) (?=[^\W\d_])|(?<=[^\W\d_]) (?=\d)")

_COUNTED_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_COUNTED = {word: str(n) for n, word in enumerate(_COUNTED_WORDS, 2)}
_WORD_NUMBER = re.compile(rf"\b(?:{'|'.join(_COUNTED)})\b")


def plain(text: str) -> str:
    """Unicode NFKC, case-folded, with one kind of minus and apostrophe, without thousands separators.

    The words two to twelve become digits; `one` stays a word: it is more often a pronoun than a count.
    """
    text = _THOUSANDS.sub(lambda match: re.sub(r"\D", "", match[0]), text)
    text = unicodedata.normalize("NFKC", text).translate(_SIGNS).casefold()
    return _WORD_NUMBER.sub(lambda match: _COUNTED[match[0]], text)


@lru_cache(maxsize=16384)
def tokens(text: str) -> tuple[str, ...]:
    """Lower-case words and numbers without articles and punctuation (SQuAD, arXiv:1606.05250); see `plain`.

    Numbers keep decimals and a minus; a number and the unit glued to it are two tokens (12m is 12 m), a code is one
    (TG-200 is tg200, and 200 does not stand in it); 10-12 is 10 and 12. A text of nothing but signs is one token.
    """
    folded = _ARTICLES.sub(" ", _POSSESSIVE.sub("", plain(text)))
    folded = _HYPHEN.sub(" ", _NOT_A_CODE.sub(r"\1 ", folded))
    found = (t.lstrip("+") if t[0] in "+-" else t.replace("-", "") for t in _TOKEN.findall(folded))
    return tuple(sys.intern(t) for t in found) or tuple(folded.split())


def normalise(text: str) -> str:
    """The text's tokens, joined by single spaces."""
    return " ".join(tokens(text))


def same_tokens(text: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two texts are the same tokens, wherever a space stands between a letter and a digit: TG 200 is TG-200."""
    return _glued(text) == _glued(other)


def contains_tokens(text: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """Whether `part` stands in `text` as whole tokens in a row, as `same_tokens` compares; an empty part: nowhere."""
    wanted = _glued(part)
    if not part or len(wanted) > len(_glued(text)):
        return False
    sizes = range(1, 2 * len(part) + 1)
    return any(
        _glued(text[i : i + size]) == wanted for i in range(len(text)) for size in sizes if i + size <= len(text)
    )


def _glued(part: tuple[str, ...]) -> str:
    return _GLUE.sub("", " ".join(part))
