"""Quantities in text: numbers with their units, shares, ranges, bounds, dates and times, as people write them."""

from __future__ import annotations

import re
from functools import lru_cache

from eval.metrics.quantities.amounts import AMOUNT, amount
from eval.metrics.quantities.dates import moments, told
from eval.metrics.quantities.numerals import in_digits, spelled
from eval.metrics.quantities.ordinals import ordinals_as_digits
from eval.metrics.quantities.ranges import bounded, paired
from eval.metrics.quantities.record import Quantity
from eval.metrics.quantities.units import UNITS
from eval.metrics.text.korean import HANGUL
from eval.metrics.text.korean_numerals import numerals_as_digits
from eval.metrics.text.language import language_of
from eval.metrics.text.notation import written

__all__ = ["Quantity", "lone_quantity", "measured", "quantities"]


def quantities(text: str, language: str | None = None) -> tuple[Quantity, ...]:
    """All quantities of a text from left to right: dates and times, numbers with units, ranges as one.

    Without `language`, an ISO 639-1 code that decides what 1.500 means, the text's own small words tell it.
    """
    return _quantities(text, language_of(text) or "en" if language is None else language)


@lru_cache(maxsize=32768)
def _quantities(text: str, language: str) -> tuple[Quantity, ...]:
    text = _digits(text, language)
    if not told(text):
        return ()
    found, rest = moments(text)
    atoms = [
        Quantity(
            m.values[0],
            m.kind,
            others=tuple(map(float, m.values[1:])),
            start=m.start,
            end=m.end,
            raw=text[m.start : m.end],
        )
        for m in found
    ]
    place = 0
    while match := AMOUNT.search(rest, place):
        atom = amount(match, rest, language)
        atoms.append(atom)
        place = max(atom.end, match.end())
    atoms.sort(key=lambda a: a.start)
    joined = paired(atoms, text)
    return tuple(bounded(q, text) for q in joined)


@lru_cache(maxsize=16384)
def _digits(text: str, language: str) -> str:
    text = written(text)
    if "`" in text or "*" in text or "\\" in text:
        text = text.replace("`", " ").replace("**", " ").replace("\\n", "\n")
    if LATIN.fullmatch(text) and not _DIGIT.search(text) and not spelled(text, language or "en"):
        return text
    if HANGUL.search(text):
        text = numerals_as_digits(text)
    text = ordinals_as_digits(text) if language in ("en", "") else text
    text = in_digits(text, language or "en")
    if _DIGIT.search(text) is None:
        return text
    return _PLUS_MINUS.sub("±", _TWICE.sub(r"\1", _RATIO.sub(r"\1 to \2", text)))


LATIN = re.compile("[\0-\x7fÀ-ɏ]*")
"""Text without signs and numerals of other scripts."""
_PLUS_MINUS = re.compile(r"\bplus or minus\s*|\+/-", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_TWICE = re.compile(r"\b(\d+)\s*\(\1\)")
"""two (2) years"""
_RATIO = re.compile(r"(\d)-to-(\d)")


@lru_cache(maxsize=16384)
def measured(text: str, language: str | None = None) -> tuple[tuple[Quantity, ...], str]:
    """(the quantities with a unit of measure in a text, what the text says beside them)."""
    language = language_of(text) or "en" if language is None else language
    found = tuple(q for q in quantities(text, language) if q.unit in UNITS)
    rest = _digits(text, language)
    for q in reversed(found):
        rest = rest[: q.start] + " " + rest[q.end :]
    return found, rest.strip()


@lru_cache(maxsize=32768)
def lone_quantity(text: str, language: str | None = None) -> Quantity | None:
    """The quantity that a text consists of, words of measure and bound aside, or None when it holds anything else."""
    return _lone(text, language_of(text) or "en" if language is None else language)


@lru_cache(maxsize=32768)
def _lone(text: str, language: str) -> Quantity | None:
    if LATIN.fullmatch(text) and not told(text) and not spelled(text, language):
        return None
    found = _quantities(text, language)
    if len(found) != 1:
        return None
    whole = _digits(text, language)
    q = found[0]
    rest = whole[: q.start] + " " + whole[q.end :]
    rest = _NOISE.sub(" ", rest)
    if q.word and q.unit != "ordinal":
        rest = re.sub(rf"^(\s*){re.escape(q.word)}s?\b", "", rest.lstrip(), flags=re.IGNORECASE)
    return None if re.search(r"[^\W_]|[#@_/\\<>=+]", rest) else q


_NOISE = re.compile(
    r"\b(?:for|lasting|für|während|pendant|durante|about|around|approximately|approx|circa|ca|roughly|nearly|"
    r"almost|some|in|at|on|by|the|a|an|of|from|"
    r"between|just|"
    r"at least|at most|up to|more than|less than|fewer than|over|under|below|above|no|not|than|or|and|minimum|"
    r"maximum|min|max|within|"
    r"exactly|only|until|since|etwa|rund|ungefähr|circa|am|um|im|mindestens|höchstens|bis|zu|mehr|weniger|als|über|"
    r"unter|"
    r"environ|le|la|à|au|moins|plus|de|jusqu'à|en|el|aproximadamente|unos|al|menos|más|hasta|circa|almeno|fino|"
    r"cerca|г|год[ау]?|year|около|примерно|не|менее|более|до|от|total|loss|profit|degrees?|ago|old|long|high|wide|"
    r"deep|each|every)\b|"
    r"약|대략|최대|최소|이상|이하|미만|초과|이내|정도|쯤|입니다|이다|까지|약간|大约|约|至少|最多|不超过|以上|以下|"
    r"以内|左右|"
    r"約|ほど|程度|です|。|소요|간\b",
    re.IGNORECASE,
)
