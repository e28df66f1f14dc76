"""When two quantities are the same: units of one dimension, bounds, ranges, shares, dates and times of day."""

from __future__ import annotations

import re

from eval.metrics.quantities.record import COUNTERS, Quantity, dimension
from eval.metrics.quantities.units import MONEY, UNITS

EXACT = 1e-6
"""The relative difference under which two values of one unit are equal: floating point only."""
CALENDAR = 0.015
"""Between units of the calendar: 30 days are a month, 365 a year, 90 a quarter of one (1.4 % apart at most)."""
COUNTED = 1000
"""Whole numbers without a unit below this are counts, and compare exactly whatever the tolerance; so do years."""
CONVERTED = 0.02
"""A conversion between systems is rounded, 11 lb for 5 kg, but never further off than this."""


def alike(gold: Quantity, given: Quantity) -> bool:
    """Whether two quantities are of one kind: one dimension where the gold names one, and never a date for a number.

    A word that is no known unit (`40 berths`) may be another word or left out, but not be a known unit. A share may
    stand in percent or as a bare number, a year for a date of that year, a number for an ordinal.
    """
    if (gold.high is None) != (given.high is None) and not (
        gold.high is None and _is_year(gold) and (given.unit == "date" or _season(given))
    ):
        return False
    a, b = dimension(gold), dimension(given)
    if a == b:
        return not (
            gold.word
            and given.word
            and gold.word in COUNTERS.values()
            and given.word in COUNTERS.values()
            and gold.word != given.word
        )
    if {a, b} == {"share", ""}:
        return not (gold.word or given.word) or b == "share"
    if {a, b} == {"ordinal", ""}:
        return not (gold.word and given.word) or gold.word == given.word
    if {a, b} in ({"¥ or 元", "¥"}, {"¥ or 元", "元"}):
        return True
    if {a, b} == {"£", "mass"}:
        return gold.unit in ("£", "lb") and given.unit in ("£", "lb")
    if a == "clock" and b == "":
        return re.fullmatch(r"\d{1,2}[.]\d\d", given.raw) is not None
    if not a and b in ("date", "quarter"):
        return _is_year(gold) or (gold.high is not None and 1000 <= gold.value <= 2100)
    if a == "date" and not b:
        return _is_year(given)
    if a in ("temperature", "angle") and b in ("temperature", "angle"):
        return True
    return not a and not gold.word and b not in ("date", "clock", "quarter")


def _season(q: Quantity) -> bool:
    """Whether a range of years is one season: 1998-99."""
    return (
        q.high is not None
        and not q.unit
        and q.high - q.value == 1
        and re.fullmatch(r"\d{4}\s?[-/]\s?\d\d", q.raw) is not None
    )


def _is_year(q: Quantity) -> bool:
    return q.high is None and re.match(r"(?:1\d|20)\d\d(?!\d)", q.raw.strip()) is not None


def same(gold: Quantity, given: Quantity, *, tolerance: float = EXACT, question: str = "") -> bool:
    """Of one kind and of equal value, in whatever unit; a gold date without a year leaves the year open.

    A bound must be the same, or be left out where the accepted answer has one; a value is never met by a bound, unless
    the question asks for a limit. A range is met by the same range in the same order alone.
    """
    if not alike(gold, given):
        return False
    if gold.unit in ("date", "quarter") or given.unit in ("date", "quarter"):
        return _same_date(gold, given, question)
    if gold.unit != given.unit and given.unit == "ordinal" and (not _RANK.search(question) or _COUNT.search(question)):
        return False
    if _is_year(gold) and _YEAR.search(question) and re.search(r"\d[,. ]\d", given.raw):
        return False
    if not _same_bound(gold, given, question):
        return False
    if (
        gold.per
        and given.per
        and gold.per != given.per
        and not (
            gold.per in UNITS
            and given.per in UNITS
            and UNITS[gold.per].dimension == UNITS[given.per].dimension
            and gold.unit not in MONEY
        )
    ):
        return False
    said = [given.value, *given.others]
    if gold.unit == "clock":
        if given.unit != "clock":
            hours, _, minutes = given.raw.partition(".")
            said = [int(hours) * 60 + int(minutes)]
        return gold.value in said and (
            gold.high is None
            or gold.high == given.high
            or (given.high is not None and gold.high % 720 == given.high % 720)
        )
    if gold.high is not None and given.high is not None:
        low = any(_equal(gold, gold.value, given, s, tolerance) for s in said)
        return low and _equal(gold, gold.high, given, given.high, tolerance)
    return any(_equal(gold, w, given, s, tolerance) for w in _meant(gold, given) for s in _said(gold, given))


def _meant(gold: Quantity, given: Quantity) -> tuple[float, ...]:
    return (gold.value,)


def _said(gold: Quantity, given: Quantity) -> tuple[float, ...]:
    """The values that may be meant; three decimals are not written of money, nor of what is counted in thousands."""
    if not given.others or given.unit == "clock":
        return (given.value, *given.others) if given.unit == "clock" else (given.value,)
    if gold.unit in MONEY or (not gold.unit and gold.value == int(gold.value) and abs(gold.value) >= 1000):
        return (given.value, *(v for v in given.others if abs(v) >= 1000))
    return (given.value,)


_YEAR = re.compile(
    r"\b(?:year|when|Jahr|wann|année|quand|año|cuándo|anno|quando|ano)\b|год|когда|년도|연도|"
    r"年",
    re.IGNORECASE,
)
_RANK = re.compile(
    r"\b(?:place|rank\w*|position|floor|level|grade|edition|season|round|which|version|chapter|step|number|century)\b",
    re.I,
)
_COUNT = re.compile(r"\bhow (?:many|much|long|old|far)\b", re.IGNORECASE)
_PAST = re.compile(
    r"\b(?:did|was|were|had|wurde[n]?|war|hat|fut|a été|était|fue|fueron|era|foi|wann wurde)\b|was ?born|когда был|"
    r"었|았|했|成立|何年|哪一年|た",
    re.I,
)
"""A question about the past is answered by the year alone; a term that is to come needs its day."""
_DAY = re.compile(
    r"\b(?:which|what|exact|full|precise) (?:exact |full )?(?:date|day)\b|\ban welchem (?:tag|datum)\b|\bgenaue\w* "
    r"datum\b|"
    r"\bquel jour\b|\bquelle date\b|\bqué (?:día|fecha)\b|\b(?:che giorno|quale giorno|che data|quale data)\b|"
    r"\b(?:que|qual) (?:dia|data)\b|\bкакого числа\b|\bкакой (?:день|датой)\b|며칠|날짜|几月几日|哪一天|日期|何日|日付|"
    r"أي يوم|أي تاريخ",
    re.IGNORECASE,
)
"""But where the question asks for the day itself."""


def _same_date(gold: Quantity, given: Quantity, question: str) -> bool:
    if gold.unit == given.unit == "quarter":
        return gold.value == given.value or (min(gold.value, given.value) < 10 and gold.value % 10 == given.value % 10)
    past, day = _PAST.search(question) is not None, _DAY.search(question) is not None
    if gold.unit == "date" and given.unit == "date":
        if gold.high is not None:
            return gold.high == given.high and any(
                gold.value == v or gold.value % 10_000 == v for v in (given.value, *given.others)
            )
        return any(
            _date_is(int(g), int(v), past, day)
            for g in (gold.value, *gold.others)
            for v in (given.value, *given.others)
        )
    if gold.unit == "date":
        return past and not day and given.value == gold.value // 10_000
    year = given.value // (10_000 if given.unit == "date" else 10)
    if gold.high is not None and given.high is not None:
        return gold.high == given.high // 10_000 and gold.value == (year or given.high // 10_000)
    if given.high is not None:
        return gold.value == given.high // 10_000 and year in (0, gold.value)
    return gold.value == year


def _date_is(gold: int, given: int, past: bool, day: bool) -> bool:
    """Equal as far as the accepted date goes; a term to come needs no year, a past date no day unless that is asked."""
    if gold < 10_000 or gold % 100 == 0:
        return gold == given % 10_000 if gold < 10_000 else gold // 100 == given // 100
    return (
        gold == given
        or (past and not day and given % 100 == 0 and gold // 100 == given // 100)
        or (not past and gold % 10_000 == given)
    )


_LIMIT = re.compile(
    r"\b(?:max\w*|at most|up to|limit\w*|no more|longest|most|highest|latest|capacity|can|may|fit|hold|allowed|"
    r"höchst\w*|maximal\w*|darf|"
    r"dürfen|limite|máxim\w*|massim\w*|peut|puede|può|pode)\b|최대|까지|한도|最多|最大|上限|できます|можно|максим",
    re.IGNORECASE,
)
_LEAST = re.compile(
    r"\b(?:min\w*|at least|least|required|shortest|lowest|must|mindest\w*|minim\w*|mínim\w*)\b|최소|적어도|最少|"
    r"最低|至少|миним",
    re.I,
)
_BELOW = re.compile(
    r"\b(?:up to|below|under|within|before|(?:less|fewer|shorter|lower|smaller|younger) than|limit\w*|max\w*|höchst\w*|"
    r"bis|unter|jusqu\w*|hasta|fino|até)\b",
    re.IGNORECASE,
)
_ABOVE = re.compile(
    r"\b(?:from|above|over|beyond|past|exceed\w*|(?:more|longer|higher|larger|older) than|at least|min\w*|threshold|ab|"
    r"über|mindest\w*|à partir|desde|oltre|acima)\b",
    re.IGNORECASE,
)
_WIDER = {"<=": _LIMIT, ">=": _LEAST, "<": _BELOW, ">": _ABOVE}
"""A bound that may stand for the value, where the question asks for one: less than 12 m for `up to what drop`."""


def _same_bound(gold: Quantity, given: Quantity, question: str) -> bool:
    a, b = gold.bound, given.bound
    if not b or a == b or a == "~":
        return True
    if b == "~":
        return not a
    return not a and b in _WIDER and bool(question) and _WIDER[b].search(question) is not None


def _equal(gold: Quantity, wanted: float, given: Quantity, said: float, tolerance: float) -> bool:
    if tolerance > EXACT and not gold.unit and (_is_year(gold) or (wanted == int(wanted) and abs(wanted) < COUNTED)):
        tolerance = EXACT
    if gold.falls and wanted > 0:
        wanted = -wanted
    if given.falls and said > 0 and (wanted < 0 or gold.falls):
        said = -said
    same_unit = gold.unit == given.unit and gold.per == given.per
    if same_unit:
        return _near(wanted, said, tolerance)
    a, b = UNITS.get(gold.unit), UNITS.get(given.unit)
    if a is None and b is not None and b.dimension == "share":
        rounded = abs(wanted - said * b.factor) <= given.step * b.factor / 2 if gold.step == 0 else False
        return rounded or _near(wanted, said * b.factor, max(tolerance, EXACT))
    if b is None and a is not None and a.dimension == "share":
        rounded = "/" in given.raw and abs(wanted * a.factor - said) <= gold.step * a.factor / 2  # a third is 33 %
        return rounded or _near(wanted * a.factor, said, max(tolerance, EXACT))
    if a is None or b is None or a.dimension != b.dimension:
        return _near(wanted, said, tolerance)
    base, other = wanted * a.factor + a.offset, said * b.factor + b.offset
    if gold.per and given.per:
        base, other = base / UNITS[gold.per].factor, other / UNITS[given.per].factor
    if _near(base, other, max(tolerance, EXACT)):
        return True
    if a.dimension == "data" and any(_near(base, other * k, 1e-3) for k in _BINARY):
        return True
    if a.dimension == "time" and {gold.unit, given.unit} & {"month", "year", "decade"} and _near(base, other, CALENDAR):
        return True
    place = (given.step or 1.0) / 2
    expected = (base - b.offset) / b.factor
    close = abs(expected - said) <= place * (1 + 1e-9)
    return (
        close
        and gold.unit != given.unit
        and _systems_differ(gold.unit, given.unit)
        and ((a.dimension == "temperature" and place <= 0.5) or _near(base, other, CONVERTED))
    )


_BINARY = tuple((1024 / 1000) ** k for k in (-3, -2, -1, 1, 2, 3))
_IMPERIAL = frozenset(
    ("inch", "ft", "yd", "mile", "nmi", "lb", "oz", "gal", "acre", "ft2", "mile2", "°f", "psi", "hp", "k")
)


def _systems_differ(a: str, b: str) -> bool:
    return (a in _IMPERIAL) != (b in _IMPERIAL)


def _near(a: float, b: float, tolerance: float) -> bool:
    return abs(a - b) <= tolerance * abs(a) + 1e-12
