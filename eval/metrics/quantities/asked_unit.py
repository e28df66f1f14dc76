"""The accepted quantity as the question asks for it: which unit, which scale, in which language."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from eval.metrics.quantities.bounds import falling
from eval.metrics.quantities.equality import EXACT, same
from eval.metrics.quantities.record import Quantity
from eval.metrics.quantities.units import MONEY, SPELLINGS, UNITS
from eval.metrics.text.language import language_of, stated_language

_WORD = re.compile(r"[^\W\d_]+|%|€|\$")
_SCALES = re.compile(
    r"\b(thousand|million|billion)s?\b|\b(Tausend|Million|Milliarde)n?\b|(백만|억|만) ?원", re.IGNORECASE
)
_VALUE = {
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "tausend": 1e3,
    "milliarde": 1e9,
    "백만": 1e6,
    "억": 1e8,
    "만": 1e4,
}


def spoken(question: str, answer: str, given: str) -> str:
    """The language of a question; where it cannot be told, the one that the data set states, else of the reply."""
    return language_of(question) or stated_language() or language_of(given) or language_of(answer) or "en"


def equals(wanted: Quantity, given: Quantity, question: str, tolerance: float = EXACT) -> bool:
    """Whether a quantity is the accepted one, where the question may name the unit or the scale of a bare number."""
    if same(wanted, given, tolerance=tolerance, question=question):
        return True
    if _ROUGH.search(question) and _rounds(wanted, given):
        return True
    if _is_one_of(wanted, given, question) or _lasts(wanted, given):
        return True
    if given.value < 0 < wanted.value and falling(question):
        return equals(wanted, replace(given, value=-given.value), question, tolerance)
    if wanted.unit in MONEY and not given.unit and not given.word and abs(given.value) >= 1000:
        return same(wanted, replace(given, unit=wanted.unit), tolerance=tolerance, question=question)
    units, scale = asked(question)
    if scale > 1 and not wanted.unit and not wanted.word:
        scaled = replace(wanted, value=wanted.value * scale, step=wanted.step * scale, unit=given.unit)
        if given.unit in ("", *MONEY) and same(scaled, given, tolerance=tolerance, question=question):
            return True
    for unit in units:
        kind = UNITS[unit].dimension
        if not wanted.unit and not wanted.word and given.unit in UNITS and UNITS[given.unit].dimension == kind:
            as_asked = _as(wanted, unit, 1.0 if kind == "share" else scale)
            if same(as_asked, given, tolerance=tolerance, question=question):
                return True
        if not given.unit and wanted.unit in UNITS and UNITS[wanted.unit].dimension == kind:
            for s in {1.0, scale}:
                if same(wanted, _as(given, unit, s), tolerance=tolerance, question=question):
                    return True
    return False


_ROUGH = re.compile(
    r"\b(?:approximate(?:ly)?|roughly|about how|around how|circa|ungefähr|etwa|rund|environ|approximati\w+|"
    r"aproximad\w+|circa|примерно|приблизительно|около)\b|대략|약 |大约|大約|大概|約|およそ|تقريبا",
    re.IGNORECASE,
)


_ANY_YEAR = re.compile(
    r"\b(?:give|name|state)\b.{0,12}\byear\b|\b(?:any|one|some) year\b|"
    r"\b(?:ein|irgendein) Jahr (?:aus|in)\b|\bune année (?:de|du|où)\b|"
    r"\bun año (?:de|en)\b|\bun anno (?:di|del|in)\b|\bum ano (?:de|do|em)\b",
    re.IGNORECASE,
)


_HOURS = re.compile(r":\d\d(?::\d\d)?\s*(?:h|hrs?|hours?)$|\dh[0-5]\d$", re.IGNORECASE)


def _lasts(wanted: Quantity, given: Quantity) -> bool:
    """Whether what is written as a time of day is the accepted duration: 1:30 h for 90 minutes."""
    if given.unit != "clock" or wanted.unit not in UNITS or UNITS[wanted.unit].dimension != "time":
        return False
    minutes = wanted.value * UNITS[wanted.unit].factor / 60
    return _HOURS.search(given.raw) is not None and any(abs(minutes - v) < 1e-6 for v in (given.value, *given.others))


def _is_one_of(wanted: Quantity, given: Quantity, question: str) -> bool:
    """Whether a year lies in the accepted range where the question asks for any year of it."""
    if wanted.high is None or given.high is not None or wanted.unit not in ("", "date") or given.word:
        return False
    year = given.value // 10_000 if given.unit == "date" else given.value if not given.unit else 0
    first, last = (v // 10_000 if wanted.unit == "date" else v for v in (wanted.value, wanted.high))
    return 1000 <= first <= year <= last <= 2100 and _ANY_YEAR.search(question) is not None


def _rounds(wanted: Quantity, given: Quantity) -> bool:
    """Whether a value rounds to the accepted one as this is written: 24,901 miles to 24,900; ten as ten."""
    if wanted.high is not None or wanted.unit in NOT_ROUNDED or abs(wanted.value) < 100 or wanted.step < 1:
        return False
    place = wanted.step
    while abs(wanted.value) % (place * 10) == 0 and place * 100 <= abs(wanted.value):
        place *= 10
    return same(wanted, given, tolerance=min(0.01, place / 2 / abs(wanted.value)))


NOT_ROUNDED = ("date", "clock", "quarter", "ordinal")


def _as(bare: Quantity, unit: str, scale: float) -> Quantity:
    return Quantity(
        bare.value * scale, unit, high=bare.high and bare.high * scale, bound=bare.bound, step=bare.step * scale
    )


_AGE = re.compile(
    r"\bage\b|\bhow old\b|\balter\b|\bwie alt\b|\bâge\b|\bedad\b|\bcuántos años\b|\betà\b|\bidade\b|\bquantos anos\b|"
    r"возраст|сколько лет|나이|몇 살|年龄|几岁|年齢|何歳|عمر",
    re.IGNORECASE,
)
"""Years go without saying: the minimum age is nine."""


@lru_cache(maxsize=16384)
def asked(question: str) -> tuple[tuple[str, ...], float]:
    """(the units that a question asks for by name, the scale that it names: in EUR millions)."""
    names = [w.casefold() for w in _WORD.findall(question)]
    units = {
        SPELLINGS[n]
        for n in names
        if n in SPELLINGS and (len(n) > 3 or n in ("eur", "usd", "%", "€", "$", "kg", "km", "day"))
    }
    if _AGE.search(question):
        units.add(SPELLINGS["years"])
    found = _SCALES.search(question)
    scale = _VALUE.get(next(g for g in found.groups() if g).casefold(), 1.0) if found else 1.0
    return tuple(sorted(units)), scale
