"""Quantities in text: a number with its unit, or a date, in the notations that people use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from eval.metrics.korean import HANGUL, inflected
from eval.metrics.text import plain

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")  # fmt: skip
_MONTH = "|".join(sorted({m for name in _MONTHS for m in (name, name[:3])} | {"sept"}, key=len, reverse=True))
_DAY = r"(?P<d>0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?P<y>\d{4})"
_DATES = (
    re.compile(rf"(?<!\d)(?:{_YEAR}\s*[년年]\s*)?(?P<m>0?[1-9]|1[0-2])\s*[월月]\s*{_DAY}\s*[일日]"),
    re.compile(rf"\b{_YEAR}\.\s?(?P<m>0?[1-9]|1[0-2])\.\s?{_DAY}(?:\.|\b)(?!\d)"),
    re.compile(rf"\b(?P<y>\d{{4}})[-/](?P<m>0?[1-9]|1[0-2])[-/]{_DAY}\b"),
    re.compile(rf"\b{_DAY}(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m>{_MONTH})\b\.?(?:\s?,?\s+(?P<y>\d{{4}})\b)?"),
    re.compile(rf"\b(?P<m>{_MONTH})\b\.?\s+(?:the\s+)?{_DAY}(?:st|nd|rd|th)?\b(?!:)(?:\s?,?\s+(?P<y>\d{{4}})\b)?"),
)

_LETTERS = r"[^\W\d_]"
_UNIT = rf"%|°{_LETTERS}?|[$€£₩¥]|{_LETTERS}+(?:/{_LETTERS}+)?[23]?"
_NUMBER = re.compile(
    rf"(?<![\w.])(?<!{_LETTERS}-)(?P<sign>[-+])?(?:(?P<before>[$€£₩¥]|\b(?:usd|eur|gbp))\s*)?"
    rf"(?P<value>\d+(?:\.\d+)?|\.\d+)(?!\.?\d)(?:(?:\s*|-)(?P<after>{_UNIT}))?"
)
"""A letter and a hyphen before a number make it a code (TG-200), more than one point a version (1.2.3)."""

_REWRITTEN = (
    (re.compile(r"(?<![^\W\d_])(?:degrees?|deg\.?|°)\s*(?:celsius|centigrade|c)\b"), "°c"),
    (re.compile(r"(?<![^\W\d_])(?:degrees?|deg\.?|°)\s*(?:fahrenheit|f)\b"), "°f"),
    (re.compile(r"\bper\s+cent\b"), "%"),
)

_SPELLINGS = {
    "m": "metre metres meter meters", "cm": "centimetre centimetres centimeter centimeters",
    "mm": "millimetre millimetres millimeter millimeters", "km": "kilometre kilometres kilometer kilometers",
    "ft": "foot feet", "inch": "inches", "kg": "kilogram kilograms kilogramme kilogrammes kilo kilos",
    "g": "gram grams gramme grammes", "t": "tonne tonnes", "l": "litre litres liter liters",
    "ml": "millilitre millilitres milliliter milliliters", "ms": "millisecond milliseconds",
    "s": "second seconds sec secs", "min": "minute minutes mins", "h": "hour hours hr hrs", "day": "days",
    "week": "weeks wk wks", "month": "months", "year": "years yr yrs", "%": "percent pct", "v": "volt volts",
    "w": "watt watts", "a": "amp amps ampere amperes", "hz": "hertz", "°c": "celsius", "°f": "fahrenheit",
    "m/s": "", "km/h": "kph kmh", "mv": "", "ma": "", "mah": "", "kw": "", "kwh": "", "khz": "", "mhz": "", "ghz": "",
    "kb": "", "mb": "", "gb": "", "tb": "", "bar": "bars", "mbar": "", "kn": "", "n": "", "ppm": "", "m2": "", "m3": "",
    "knot": "knots", "€": "euro euros eur", "$": "dollar dollars usd", "£": "pound pounds gbp", "₩": "krw",
    "¥": "jpy yen",
}  # fmt: skip
_KOREAN = {
    "m": "미터", "cm": "센티미터 센티", "mm": "밀리미터", "km": "킬로미터", "kg": "킬로그램 킬로", "g": "그램",
    "t": "톤", "l": "리터", "ml": "밀리리터", "s": "초", "min": "분", "h": "시간", "day": "일", "week": "주 주일",
    "month": "개월 달", "year": "년", "%": "퍼센트 프로", "v": "볼트", "w": "와트", "₩": "원", "$": "달러",
    "€": "유로", "¥": "엔",
}  # fmt: skip
_HANGUL_UNITS = {spelling: unit for unit, spellings in _KOREAN.items() for spelling in spellings.split()}
UNITS = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in [unit, *spellings.split()]}
UNITS |= _HANGUL_UNITS
"""Every known spelling -> the unit in one spelling."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with its unit; a date has the unit `date` and the value yyyymmdd, with year 0 where none is named."""

    value: float
    unit: str
    """A known unit in one spelling, or `date`, or empty."""
    word: str = ""
    """The word after the number where it is no known unit, in the singular: berths give `berth`."""


@lru_cache(maxsize=16384)
def quantities(text: str) -> tuple[Quantity, ...]:
    """All dates and numbers of a text: the dates by notation, then the numbers from left to right."""
    rest, dates = _rewrite(text), []
    for pattern in _DATES:
        dates += [_date(match) for match in pattern.finditer(rest)]
        rest = pattern.sub(" ; ", rest)
    return (*dates, *(_number(match) for match in _NUMBER.finditer(rest)))


@lru_cache(maxsize=16384)
def lone_quantity(text: str) -> Quantity | None:
    """The quantity that a text consists of, or None when it holds anything else."""
    whole = _rewrite(text).strip().rstrip(".").removesuffix(")").removeprefix("(")
    for pattern in _DATES:
        if match := pattern.fullmatch(whole):
            return _date(match)
    match = _NUMBER.fullmatch(whole)
    return _number(match) if match else None


def alike(gold: Quantity, given: Quantity) -> bool:
    """Whether two quantities are of one kind: the gold's unit where it names one, and never a date for a number.

    A word that is no known unit (`40 berths`) may be another word or left out, but not be a known unit.
    """
    if gold.unit or not gold.word:
        return gold.unit == given.unit or (not gold.unit and given.unit != "date")
    return not given.unit


def same(gold: Quantity, given: Quantity, *, tolerance: float = 1e-6) -> bool:
    """Of one kind and of equal value, within a relative tolerance; a gold date without a year leaves the year open."""
    if not alike(gold, given):
        return False
    if gold.unit == "date" and gold.value < 10_000:
        return gold.value == given.value % 10_000
    return abs(gold.value - given.value) <= (0 if gold.unit == "date" else tolerance * abs(gold.value))


def _rewrite(text: str) -> str:
    folded = plain(text)
    for pattern, unit in _REWRITTEN:
        folded = pattern.sub(unit, folded)
    return folded


def _number(match: re.Match[str]) -> Quantity:
    value = float(match["value"]) * (-1 if match["sign"] == "-" else 1)
    named = (match["before"] or match["after"] or "").strip()
    if HANGUL.search(named):
        named = next((u for u in _HANGUL_UNITS if inflected(u, named)), named)
    word = named if named in UNITS or len(named) < 4 else named.removesuffix("s")
    return Quantity(value, UNITS[word]) if word in UNITS else Quantity(value, "", word)


def _date(match: re.Match[str]) -> Quantity:
    month = match["m"]
    number = int(month) if month.isdecimal() else [name[:3] for name in _MONTHS].index(month[:3]) + 1
    return Quantity(float(int(match["y"] or 0) * 10_000 + number * 100 + int(match["d"])), "date")
