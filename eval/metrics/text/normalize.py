"""One way to compare texts: the SQuAD rules, made safe for numbers, codes and scripts other than Latin."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache

from eval.metrics.text.korean import HANGUL, bare, inflected, without_ending
from eval.metrics.text.korean_numerals import numerals_as_digits
from eval.metrics.text.notation import written
from eval.metrics.text.sieve import Sieve

_MARKS = "".join(chr(c) for c in range(0x300, 0xFE30) if unicodedata.category(chr(c))[0] == "M")
_CJK = r"\u3040-\u30ff\u3400-\u9fff"
_LETTER = r"[^\W\d_]"
_WORD = rf"(?![{_CJK}]){_LETTER}(?:(?![{_CJK}]){_LETTER}|[{_MARKS}]|'(?={_LETTER}))*"
_NUMBER = r"\d+(?:\.\d+)*"
_TOKEN = re.compile(
    rf"(?:(?![{_CJK}\uac00-\ud7a3\u0e00-\u0e7f]){_LETTER}){{1,6}}-?{_NUMBER}(?:(?![{_CJK}])\w)*|(?<![\w.])[+-]?(?:{_NUMBER}|\.\d+)|\d+|{_WORD}|[{_CJK}]|[%°$€£₩¥]"
)
"""In this order: a code such as tg-200a, a number, a number that is glued to something, a word, a Chinese or Japanese
character, a sign that is part of a quantity."""

_UNSPACED = re.compile(rf"[{_CJK}\uac00-\ud7a3\u0e00-\u0e7f]")
_SPACED_TOKEN = re.compile(
    rf"{_LETTER}+(?![\w'{_MARKS}-])|{_LETTER}{{1,6}}-?{_NUMBER}\w*|(?<![\w.])[+-]?(?:{_NUMBER}|\.\d+)|\d+|"
    rf"{_LETTER}(?:{_LETTER}+|[{_MARKS}]|'(?={_LETTER}))*|[%°$€£₩¥]"
)
"""The same for a text without Chinese, Japanese, Korean and Thai letters, in a tenth of the time."""
_ASCII_TOKEN = re.compile(
    rf"[a-z]+(?![a-z'\d-])|[a-z]{{1,6}}-?{_NUMBER}\w*|(?<![\w.])[+-]?(?:{_NUMBER}|\.\d+)|\d+|"
    r"[a-z](?:[a-z]|'(?=[a-z]))*|[%$]",
    re.ASCII,
)
"""The same for a text of ASCII characters, in half the time."""
_DIGIT = re.compile(r"\d")
_ARTICLES = re.compile(r"(?:the|an?)(?=\s+\w)(?<![\w'-]the)(?<![\w'-]an)(?<![\w'-]a)(?<!\d\sthe)(?<!\d\san)(?<!\d\sa)")
"""English articles; not the `a` of `plan A` or of `12 A`."""
_ENGLISH_ARTICLES = frozenset(("the", "a", "an"))
_HYPHEN = re.compile(r"-(?:(?<=\w-)(?=[^\W\d])|(?<=\d-)(?=\d))")
"""Hyphens that separate: after a letter and before a digit (TG-200) the hyphen makes a code."""
_NOT_A_CODE = re.compile(r"\b(mid|pre|post|late|early)-(?=\d)")
_THOUSANDS = re.compile(r"(?<![\d.])\d{1,3}(?:[,'\u2019\u00a0\u202f]\d{3})+(?!\d)")
_POSSESSIVE = re.compile(r"'s\b")
_GLUE = re.compile(r"(?<=\d) (?=[^\W\d_])|(?<=[^\W\d_]) (?=\d)|(?<=[가-힣]) (?=[가-힣])")
"""Spaces that writers set or leave out: between a number and a letter, and within a Korean noun."""

_SPACED = re.compile("[0-9가-힣]")

_COUNTED_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_COUNTED = {word: str(n) for n, word in enumerate(_COUNTED_WORDS, 2)}
_WORD_NUMBER = Sieve(rf"\b(?:{'|'.join(_COUNTED)})\b")

POLAR = {"yes": "yes", "no": "no", "예": "yes", "네": "yes", "아니요": "no", "아니오": "no", "아뇨": "no"}
"""Words that answer by yes or no. Of these, an accepted one must be the only one that is said."""


def plain(text: str) -> str:
    """Unicode NFKC, case-folded, with one kind of minus and apostrophe, without thousands separators.

    The words two to twelve become digits; `one` stays a word: it is more often a pronoun than a count. So do Korean
    numerals that are no other word (see `korean_numerals.py`).
    """
    text = _joined(written(_joined(text)))
    if not text.isascii():
        text = numerals_as_digits(text) if HANGUL.search(text) else text
    text = text.casefold()
    return _WORD_NUMBER.sub(lambda match: _COUNTED[match[0]], text)


def _joined(text: str) -> str:
    if _DIGIT.search(text) is None:
        return text
    return _THOUSANDS.sub(lambda match: re.sub(r"\D", "", match[0]), text)


@lru_cache(maxsize=16384)
def tokens(text: str) -> tuple[str, ...]:
    """Lower-case words and numbers without articles and punctuation (SQuAD, arXiv:1606.05250); see `plain`.

    Numbers keep decimals and a minus; a number and the unit glued to it are two tokens (12m is 12 m), a code is one
    (TG-200 is tg200, and 200 does not stand in it); 10-12 is 10 and 12. A text of nothing but signs is one token.
    """
    if is_spaced_words(text):
        return _of_words(text.casefold().split())
    folded = plain(text)
    if "'" in folded:
        folded = _POSSESSIVE.sub("", folded)
    folded = _ARTICLES.sub(" ", folded)
    if "-" in folded:
        folded = _HYPHEN.sub(" ", _NOT_A_CODE.sub(r"\1 ", folded))
    found: list[str] = _pattern(folded).findall(folded)
    if "-" in folded or "+" in folded:
        found = [t.lstrip("+") if t[0] in "+-" else t.replace("-", "") for t in found]
    return tuple(map(sys.intern, found)) or tuple(folded.split())


def _pattern(text: str) -> re.Pattern[str]:
    if text.isascii():
        return _ASCII_TOKEN
    return _TOKEN if _UNSPACED.search(text) else _SPACED_TOKEN


def is_spaced_words(text: str) -> bool:
    """Whether a text is nothing but ASCII words with single blanks between them, as most names are."""
    return text.isascii() and "  " not in text and text.replace(" ", "").isalpha()


def _of_words(found: list[str]) -> tuple[str, ...]:
    """The tokens of words in a row, as the patterns find them: an article counts at the end and behind a number."""
    if not _COUNTED.keys().isdisjoint(found):
        found = [_COUNTED.get(w, w) for w in found]
    if not _ENGLISH_ARTICLES.isdisjoint(found):
        last = len(found) - 1
        found = [
            w
            for i, w in enumerate(found)
            if w not in _ENGLISH_ARTICLES or i == last or (i > 0 and found[i - 1].isdigit())
        ]
    return tuple(map(sys.intern, found))


def normalise(text: str) -> str:
    """The text's tokens, joined by single spaces."""
    return " ".join(tokens(text))


def same_tokens(text: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether a text is the same tokens as another, Korean endings aside, however they are spaced.

    A space between a letter and a digit does not count (TG 200 is TG-200), nor one within a Korean noun.
    """
    given = _whole(text)
    return any(_is(given, wanted) for wanted in _wanted(other))


def contains_tokens(text: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """Whether `part` stands in `text` as whole tokens in a row, as `same_tokens` compares; an empty part: nowhere."""
    if not part:
        return False
    wanted, whole = _wanted(part), _whole(text)
    if not any(w in whole for w in wanted):
        return False
    if _in_a_row(text, part):
        return True
    sizes = range(1, 2 * len(part) + (3 if HANGUL.search(wanted[0]) else 1))
    begins = [i for i, t in enumerate(text) if any(w.startswith(t) or t.startswith(w) for w in wanted)]
    return any(
        _is(_glued(text[i : i + size]), w)
        for i in begins for size in sizes if i + size <= len(text) for w in wanted
    )  # fmt: skip


def _in_a_row(text: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """Whether the tokens of `part` stand in a text as they are, which needs no other spacing or ending."""
    n, first = len(part), part[0]
    return any(t == first and text[i : i + n] == part for i, t in enumerate(text))


def polar(text: tuple[str, ...]) -> set[str]:
    """Which of `yes` and `no` a text says."""
    return {POLAR[t] for t in text if t in POLAR}


def aligned(text: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """The text's Korean words as the other text writes them where only the ending differs; else without ending."""
    if not any(HANGUL.search(t) for t in text):
        return text
    return tuple(bare(next((o for o in other if inflected(o, t)), t)) for t in text)


def _is(given: str, wanted: str) -> bool:
    return given == wanted or (given.startswith(wanted) and inflected(wanted, given))


@lru_cache(maxsize=16384)
def _wanted(part: tuple[str, ...]) -> tuple[str, ...]:
    """The glued tokens, and the same without a Korean ending."""
    whole = _glued(part)
    return tuple(dict.fromkeys((whole, without_ending(whole)))) if HANGUL.search(whole) else (whole,)


@lru_cache(maxsize=16384)
def _whole(text: tuple[str, ...]) -> str:
    return _glued(text)


def _glued(part: tuple[str, ...]) -> str:
    text = " ".join(part)
    return _GLUE.sub("", text) if _SPACED.search(text) else text
