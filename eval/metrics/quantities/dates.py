"""Dates, quarters and times of day in the notations that people use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from eval.metrics.quantities.unit_names import MONTH_NAMES
from eval.metrics.text.sieve import Sieve, one_of

_MONTHS = {name: n for n, names in enumerate(MONTH_NAMES, 1) for name in names.split(", ")} | {"sept": 9}
_FIRST_WORDS = frozenset(re.match(r"[^\W\d_]+", name)[0] for name in _MONTHS)  # type: ignore[index]
_LETTERS = re.compile(r"[^\W\d_]+")
_NAME = one_of(_MONTHS)
_MONTH = rf"(?P<name>{_NAME})(?![^\W\d_])\.?"
_D = r"(?P<d>0?[1-9]|[12]\d|3[01])"
_M = r"(?P<m>0?[1-9]|1[0-2])"
_Y = r"(?P<y>(?:1\d|20|21)\d\d)"
_OF = r"(?:\s*(?:de|del|d'|of|di)\s*|\s*[-/,]?\s*)"
_YEAR_BEHIND = rf"(?:(?:\s*,\s*|\s*[-/]\s*|\s+(?:de\s+|del\s+|of\s+)?|\s*'){_Y}(?!\d)|\s*[-']\s*(?P<yy>\d\d)(?!\d))?"
_FULL = (
    Sieve(rf"(?<!\d)(?:{_Y}\s*(?:년도?|年)\s*)?{_M}\s*[월月]\s*{_D}\s*[일日号號]"),
    Sieve(rf"(?<![\d.]){_Y}\s?[-/.]\s?{_M}\s?[-/.]\s?{_D}(?:\.(?!\d)|(?!\d))(?:T\d\d:\d\d(?::\d\d)?Z?)?"),
    Sieve(rf"(?<![\w.-]){_D}(?:st|nd|rd|th|er|ère|º|ª|°|\.)?{_OF}{_MONTH}{_YEAR_BEHIND}", re.IGNORECASE),
    Sieve(rf"(?<![^\W_]){_MONTH}\s*(?:the\s+)?{_D}(?:st|nd|rd|th)?(?![\w:]|[.,]\d|"
               rf"\s*[-/]\s*\d\d?(?!\d))(?:\s*,?\s*{_Y}(?!\d))?", re.I),
)  # fmt: skip
_NUMERIC = re.compile(
    r"(?<![\w./-])(?P<a>0?[1-9]|[12]\d|3[01])(?P<s>\s?[./-]\s?)(?P<b>0?[1-9]|[12]\d|3[01])(?P=s)(?P<y>(?:1\d|20|"
    r"21)\d\d|\d\d)(?![\w/-]|\.\d)"
)
_MONTHLY = (
    Sieve(rf"(?<![^\W_]){_MONTH}\s*(?:of |de |del |,|[-/])?\s*{_Y}(?!\d)", re.IGNORECASE),
    Sieve(rf"(?<!\d){_Y}\s*(?:년도?|年)\s*{_M}\s*[월月](?!\s*\d)"),
    Sieve(rf"(?<![\w./-]){_M}/(?P<y>(?:19|20)\d\d)(?![\w/-]|\.\d)"),
)
_ORDINAL = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "erste": 1,
            "zweite": 2,
                "dritte": 3, "vierte": 4, "premier": 1, "deuxième": 2, "troisième": 3, "quatrième": 4}  # fmt: skip
_Q = (
    r"(?:[qQ](?P<q>[1-4])|(?P<w>"
    + "|".join(_ORDINAL)
    + r")s?\s+(?:quarter|quartal|trimestre)|(?P<q2>[1-4])(?:\.\s*Quartal|[qQ]|\s?분기|er trimestre))"
)
_QUARTERS = (
    Sieve(rf"(?<!\d){_Y}\s*년?[\s-]*{_Q}(?!\w)", re.IGNORECASE),
    Sieve(rf"(?<![^\W_]){_Q}(?:\s*(?:of |in |de |des Jahres )?[\s,/-]*{_Y}|\s?'?(?P<yy>\d\d))?(?!\d)", re.IGNORECASE),
)
_HALF_DAY = (
    r"(?P<am>a\.?\s?m\b\.?|in the morning|오전|上午|早上|午前|vormittags|morgens|du matin|de la mañana|del mattino|"
    r"da manhã|утра)"
    r"|(?P<pm>p\.?\s?m\b\.?|in the (?:afternoon|evening)|at night|오후|저녁|下午|晚上|午後|nachmittags|abends|"
    r"de l'après-midi|du soir|"
    r"de la tarde|de la noche|del pomeriggio|di sera|da tarde|da noite|дня|вечера)"
)
_BEFORE = r"(?:(?P<am0>오전|上午|早上|午前)|(?P<pm0>오후|저녁|下午|晚上|午後))\s*"
_APART = r"(?<![0-9A-Za-z_:.À-ɏЀ-ӿ\u0600-\u06ff])"
"""Not behind a letter or digit; words of Chinese, Japanese and Korean run on."""
_NOONS = "noon|midday|(?-i:midi)|mediodía|mezzogiorno|meio-dia|полдень|полудня"
_MIDNIGHTS = "midnight|minuit|mitternacht|medianoche|mezzanotte|meia-noite|полночь|полуночи"
_CLOCKS = (
    Sieve(rf"\b(?P<past>half past|quarter past|quarter to|halb)\s+(?P<h>[1-9]|"
               rf"1[0-2])\b(?:\s*(?:{_HALF_DAY}))?", re.IGNORECASE),
    Sieve(rf"{_APART}(?:{_BEFORE})?(?P<h>[01]?\d|"
               rf"2[0-4]):(?P<i>[0-5]\d)(?::[0-5]\d)?(?![\d:])(?:\s*(?:{_HALF_DAY}))?(?:\s*(?:uhr|h|hrs|"
               rf"hours)\b)?", re.I),
    Sieve(rf"{_APART}(?P<h>0?\d|1[0-2])(?:[.:](?P<i>[0-5]\d))?(?:\s*час(?:а|ов)?)?"
               rf"\s*(?:{_HALF_DAY})(?![^\W\d_])", re.IGNORECASE),
    Sieve(rf"(?:(?<!\d)(?:{_BEFORE}))?(?<![\d.])(?P<h>[01]?\d|2[0-4])\s*(?:시(?!간)|点钟?|點鐘?|"
               rf"時(?!間))(?:\s*(?:(?P<i>[0-5]?\d)\s*[분分](?!\s*전)|(?P<half>반|半)))?"),
    Sieve(rf"{_APART}(?P<h>[01]?\d|2[0-4])(?:[.:](?P<i>[0-5]\d))?\s*(?:uhr|o'clock|heures?(?=\s+(?:du|"
               rf"de l')))\b(?:\s*(?P<i2>[0-5]?\d)\b)?(?:\s*(?:{_HALF_DAY}))?", re.I),
    Sieve(rf"{_APART}(?P<h>[01]?\d|2[0-4])\s?h\s?(?P<i>[0-5]\d)(?!\w|\s*min)"),
    Sieve(rf"\b(?P<noon>{_NOONS}|{_MIDNIGHTS})\b|(?P<noon2>정오|자정|正午|午夜|半夜)", re.IGNORECASE),
)  # fmt: skip
_DIGIT = re.compile(r"\d")
_WORDED = re.compile(
    r"[nN]oon|[mM]id(?:night|day)|[qQ]uart(?:er|al)\b|[tT]rimestre|\bmidi\b|[mM](?:inuit|itternacht|ediodía|edianoche)|"
    r"[mM](?:ezzogiorno|ezzanotte|eio-dia|eia-noite)|[пП]ол(?:день|удня|ночь|уночи)|정오|자정|正午|午夜|半夜"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, a quarter or a time of day, with the place in its text."""

    kind: str
    """`date` (yyyymmdd; day 00: the month; year 0000: none named), `quarter` (yyyyq) or `clock` (minutes)."""
    values: tuple[int, ...]
    """What the notation may mean; 03/04/2025 is in March or in April, and 3:30 before noon or after."""
    start: int
    end: int


def moments(text: str) -> tuple[list[Moment], str]:
    """All moments of a text from `notation.written`, and the text with blanks in their places."""
    found: list[Moment] = []
    if not told(text):
        return found, text
    for read in (_quarters, _full, _numeric, _monthly, _clocks):
        new = list(read(text))
        for moment in new:
            text = text[: moment.start] + "\x1f" * (moment.end - moment.start) + text[moment.end :]
        found += new
    return found, text


def told(text: str) -> bool:
    """Whether a text may hold a number or a moment: a digit, noon, midnight, the fourth quarter."""
    return _DIGIT.search(text) is not None or _WORDED.search(text) is not None


def _names_a_month(text: str) -> bool:
    """Whether a word of a text is a month's, which spares the patterns with some 200 names."""
    return not _FIRST_WORDS.isdisjoint(_LETTERS.findall(text.casefold()))


def _apart(patterns: tuple[Sieve, ...], text: str) -> Iterator[re.Match[str]]:
    taken: list[tuple[int, int]] = []
    for pattern in patterns:
        for match in pattern.finditer(text):
            if all(match.end() <= a or match.start() >= b for a, b in taken):
                taken.append(match.span())
                yield match


def _year(match: re.Match[str]) -> int:
    groups = match.groupdict()
    if groups.get("yy"):
        return _century(int(groups["yy"]))
    return int(groups.get("y") or 0)


def _century(year: int) -> int:
    return year if year > 99 else 2000 + year if year < 70 else 1900 + year


def _month(match: re.Match[str]) -> int:
    groups = match.groupdict()
    return int(groups["m"]) if groups.get("m") else _MONTHS[match["name"].casefold()]


def _full(text: str) -> Iterator[Moment]:
    for match in _apart(_FULL if _names_a_month(text) else _FULL[:2], text):
        yield Moment("date", (_year(match) * 10_000 + _month(match) * 100 + int(match["d"]),), *match.span())


def _numeric(text: str) -> Iterator[Moment]:
    for match in _NUMERIC.finditer(text):
        a, b, year = int(match["a"]), int(match["b"]), _century(int(match["y"]))
        orders = [(a, b)] if match["s"].strip() == "." and b <= 12 else [(a, b), (b, a)]  # points: the day is first
        values = tuple(year * 10_000 + m * 100 + d for d, m in dict.fromkeys(orders) if m <= 12 and d <= 31)
        if values and not (match["s"].strip() == "." and len(match["y"]) == 2 and int(match["y"]) < 13 and a < 3):
            yield Moment("date", values, *match.span())


def _monthly(text: str) -> Iterator[Moment]:
    for match in _apart(_MONTHLY if _names_a_month(text) else _MONTHLY[1:], text):
        yield Moment("date", (_year(match) * 10_000 + _month(match) * 100,), *match.span())


def _quarters(text: str) -> Iterator[Moment]:
    for match in _apart(_QUARTERS, text):
        number = int(match["q"] or match["q2"] or _ORDINAL[match["w"].casefold()])
        yield Moment("quarter", (_year(match) * 10 + number,), *match.span())


def _clocks(text: str) -> Iterator[Moment]:
    for match in _apart(_CLOCKS, text):
        groups = match.groupdict()
        if noon := (groups.get("noon") or groups.get("noon2") or "").casefold():
            late = noon in (*_MIDNIGHTS.split("|"), "자정", "午夜", "半夜")
            yield Moment("clock", (0 if late else 720,), *match.span())
            continue
        hour = int(match["h"])
        minute = int(groups.get("i") or groups.get("i2") or 0) + (30 if groups.get("half") else 0)
        past = (groups.get("past") or "").casefold()
        minute, hour = (30 if "half" in past else 15, hour) if "past" in past else (minute, hour)
        minute, hour = (45, hour - 1) if past == "quarter to" else (minute, hour)
        minute, hour = (30, hour - 1) if past == "halb" else (minute, hour)
        morning, later = groups.get("am") or groups.get("am0"), groups.get("pm") or groups.get("pm0")
        if (morning or later) and 1 <= hour <= 12:
            values: tuple[int, ...] = ((hour % 12 + (12 if later else 0)) * 60 + minute,)
        elif hour < 12 and not match[0].lstrip().startswith("0"):
            values = (hour * 60 + minute, (hour + 12) * 60 + minute)
        elif hour == 12:
            values = (720 + minute, minute)
        else:
            values = (hour % 24 * 60 + minute,)
        yield Moment("clock", values, *match.span())
