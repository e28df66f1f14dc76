"""Answers that are compared as what they are and not as words: quantities and codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from eval.metrics.knowledge.number import calculated, concluding
from eval.metrics.quantities.asked_unit import NOT_ROUNDED, equals, spoken
from eval.metrics.quantities.dates import told
from eval.metrics.quantities.equality import EXACT
from eval.metrics.quantities.numerals import spelled
from eval.metrics.quantities.quantity import Quantity, lone_quantity, quantities
from eval.metrics.quantities.units import SPELLINGS, UNITS
from eval.metrics.text.codes import is_code, names_version, stands
from eval.metrics.text.notation import written


def literally(given: str, answer: str, question: str = "", tolerance: float = EXACT) -> bool | None:
    """Whether a quantity or code that is an accepted answer stands in a text; None where the answer is neither."""
    if worded(answer) and not spelled(answer, spoken(question, answer, given)):
        return None
    if (wanted_size := _size(answer)) is not None:
        return wanted_size in sizes(given)
    if answer.strip(" .").casefold() in ("none", "zero", "nil") and _names_none(given, question):
        return True
    language = spoken(question, answer, given)
    if is_code(answer, question):
        moment = lone_quantity(answer, language)
        if moment is None or moment.unit not in ("clock", "quarter", "date"):
            return stands(given, answer) or names_version(given, answer, question)
    if len(answer) > 60 and not any(c.isnumeric() for c in answer):
        return None
    wanted = lone_quantity(answer, language)
    if wanted is None:
        return None
    if wanted.value == 0 and not wanted.unit and _names_none(given, question):
        return True
    if calculated(given):
        said = concluding(given, wanted, question, language)
        return said is not None and equals(wanted, said, question, tolerance)
    found = _without_numbering(quantities(given, language))
    if wanted.unit == "date":  # a year that only repeats the question is no date
        asked = {q.value for q in quantities(question, language) if not q.unit}
        found = tuple(q for q in found if q.unit or q.value not in asked)
    if any(equals(wanted, q, question, tolerance) or _refines(wanted, q, question) for q in found):
        return True
    return _both_ends(wanted, found, question, tolerance)


PRECISE = 100
"""An accepted value of three digits may be met by one with more, which rounds to it: 12.38 % is 12.4 %."""


def _refines(wanted: Quantity, given: Quantity, question: str) -> bool:
    """Whether a value is written with more digits than the accepted one, and rounds to it."""
    size, said = abs(wanted.value), abs(given.value)
    if wanted.high is not None or wanted.unit in NOT_ROUNDED or not wanted.step or size < PRECISE * wanted.step:
        return False
    if not said or given.step / said * 2 > wanted.step / size:
        return False
    return equals(wanted, given, question, wanted.step / 2 / size * (1 + 1e-9))


def _without_numbering(found: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
    """Quantities without those that only count on: of pump one, pump two, pump three the last, which says how many."""
    bare = [i for i, q in enumerate(found) if not q.unit and q.high is None]
    gone: set[int] = set()
    for place, i in enumerate(bare):
        if found[i].value != 1:
            continue
        run = [i]
        for j in bare[place + 1 :]:
            if found[j].value != len(run) + 1:
                break
            run.append(j)
        gone.update(run[:-1] if len(run) >= NUMBERED else ())
    return tuple(q for i, q in enumerate(found) if i not in gone)


NUMBERED = 3
"""One, two, three: so many numbers in a row count."""


@lru_cache(maxsize=65536)
def worded(answer: str) -> bool:
    """Whether an accepted answer is nothing but words, which are neither code nor moment nor none at all."""
    found = _WORDS.fullmatch(answer)
    return found is not None and not told(answer) and answer.casefold() not in ("none", "zero", "nil")


_WORDS = re.compile(r"(?!(?:git|pip|npm|docker|sudo|cd|ls|kubectl|make|apt|curl)\s)(?:[A-Z]?[a-z]+)(?: [A-Z]?[a-z]+)*")
_HOW_MANY = re.compile(r"\bhow many (?:\w+ )?(\w{3,})", re.IGNORECASE)


def _names_none(given: str, question: str) -> bool:
    """Whether a text says that there are none of what the question counts: no boats."""
    counted = {w[:4] for found in _HOW_MANY.finditer(question) for w in found[0].casefold().split()[2:] if len(w) > 3}
    return any(n[1].casefold()[:4] in counted for n in re.finditer(r"\bno (?:other )?(\w+)", given, re.IGNORECASE))


def _both_ends(wanted: Quantity, found: tuple[Quantity, ...], question: str, tolerance: float) -> bool:
    """Whether both ends of a range stand apart, in their order: started in 1881 and finished in 1885."""
    if wanted.high is None or wanted.unit in ("date", "clock"):
        return False
    low, high = replace(wanted, high=None, bound=""), replace(wanted, value=wanted.high, high=None, bound="")
    places = [i for i, q in enumerate(found) if equals(low, q, question, tolerance)]
    return bool(places) and any(equals(high, q, question, tolerance) for q in found[places[0] + 1 :])


def another_day(given: str, kept: Sequence[str], answers: Sequence[str], question: str) -> bool:
    """Whether a reply meets coarse dates alone (1968), and names a month other than that of the precise ones."""
    language = spoken(question, answers[0], given)
    read = [lone_quantity(a, language) for a in kept]
    if any(q is None or _is_day(q) for q in read):
        return False
    days = [q for a in answers if (q := lone_quantity(a, language)) is not None and _is_day(q)]
    said = [q for q in quantities(given, language) if q.unit == "date" and q.high is None and q.value // 100 % 100]
    return bool(days and said) and not any(d.value // 100 == q.value // 100 for d in days for q in said)


def _is_day(q: Quantity) -> bool:
    return q.unit == "date" and q.high is None and q.value % 100 != 0


_SIDE = r"(\d+(?:[.,]\d+)?)(?:\s*(?!x)([^\W\d_]{1,12}))?"
_SIZES = re.compile(rf"{_SIDE}(?:\s*[x×]\s*{_SIDE})+", re.IGNORECASE)


@lru_cache(maxsize=16384)
def _size(answer: str) -> tuple[float, ...] | None:
    found = _SIZES.fullmatch(written(answer).strip(" ."))
    return None if found is None else sizes(found[0])[0]


def sizes(text: str) -> list[tuple[float, ...]]:
    """The sizes such as 30 x 20 x 10 cm in a text, in metres where a unit of length stands behind, in their order."""
    found = []
    for match in _SIZES.finditer(written(text)):
        numbers = [float(n.replace(",", ".")) for n in re.findall(r"\d+(?:[.,]\d+)?", match[0])]
        units = [SPELLINGS[u] for u in re.findall(r"[^\W\d_]+", match[0].casefold()) if u in SPELLINGS]
        unit = UNITS.get(units[-1]) if units else None
        factor = unit.factor if unit is not None and unit.dimension == "length" else 1.0
        found.append(tuple(round(n * factor, 9) for n in numbers))
    return found
