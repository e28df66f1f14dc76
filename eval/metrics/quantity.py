"""Quantities in text: a number with its unit, or a date, in the notations that people use."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
_MONTH = "|".join(sorted({m for name in MONTHS for m in (name, name[:3])} | {"sept"}, key=len, reverse=True))
_DATES = (
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b"),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m>{_MONTH})\b\.?,?(?:\s+(?P<y>\d{{4}}))?"),
    re.compile(rf"\b(?P<m>{_MONTH})\b\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:),?(?:\s+(?P<y>\d{{4}}))?"),
)
_NUMBER = re.compile(
    r"(?<![\w.])(?P<sign>[-+])?(?P<cur>[$€£])?(?P<num>\d+(?:\.\d+)?)\s*(?P<unit>[%°a-zµ/²³]+(?:\.[a-z])?)?"
)
_THOUSANDS = re.compile(r"(?<=\d)[,\u00a0\u202f'](?=\d{3}(?!\d))")

_SPELLINGS = {
    "m": "metre metres meter meters", "cm": "centimetre centimetres centimeter centimeters",
    "mm": "millimetre millimetres millimeter millimeters", "km": "kilometre kilometres kilometer kilometers",
    "kg": "kilogram kilograms kilo kilos", "g": "gram grams", "h": "hour hours hr hrs", "min": "minute minutes mins",
    "s": "second seconds sec secs", "day": "days d", "week": "weeks", "month": "months", "year": "years yr yrs",
    "%": "percent pct", "v": "volt volts", "w": "watt watts", "a": "ampere amperes amp amps",
    "l": "litre litres liter liters",
    "€": "euro euros eur", "$": "dollar dollars usd", "£": "pound pounds gbp",
}  # fmt: skip
_UNITS = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in [unit, *spellings.split()]}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with its unit; a date has the unit `date` and counts as yyyymmdd, with year 0 where none is named."""

    value: float
    unit: str
    """In one spelling; empty when there is none, or only a word that is no unit."""


def quantities(text: str) -> list[Quantity]:
    """All dates and numbers of a text in the order dates, then numbers; thousands separators and case do not matter."""
    plain = _THOUSANDS.sub("", unicodedata.normalize("NFKC", text).replace("\u2212", "-").casefold())
    found = []
    for pattern in _DATES:
        for match in pattern.finditer(plain):
            found.append(Quantity(_date(match), "date"))
        plain = pattern.sub(" ", plain)
    for match in _NUMBER.finditer(plain):
        value = float(match["num"]) * (-1 if match["sign"] == "-" else 1)
        unit = match["cur"] or match["unit"] or ""
        found.append(Quantity(value, _UNITS.get(unit, "")))
    return found


def same(gold: Quantity, given: Quantity, *, tolerance: float = 1e-6) -> bool:
    """Equal values, within a relative tolerance, and the gold's unit where it names one."""
    if gold.unit and gold.unit != given.unit:
        return False
    if gold.unit == "date" and gold.value < 10_000:  # the gold names no year
        return gold.value == given.value % 10_000
    return abs(gold.value - given.value) <= tolerance * max(1.0, abs(gold.value))


def _date(match: re.Match[str]) -> float:
    month = match["m"]
    number = int(month) if month.isdecimal() else next(i for i, m in enumerate(MONTHS, 1) if m.startswith(month[:3]))
    return float(int(match["y"] or 0) * 10_000 + number * 100 + int(match["d"]))
