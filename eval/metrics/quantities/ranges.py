"""Two quantities as one: ranges, ratios, sums in smaller units; and the bounds that words set."""

from __future__ import annotations

import re
from dataclasses import replace

from eval.metrics.quantities.bounds import bound_at
from eval.metrics.quantities.record import Quantity, dimension
from eval.metrics.quantities.units import UNITS

_LINK = re.compile(
    r"^[\s\"']*(?:-|–|—|\.\.\.?|…|~|to|bis(?: zu)?|à|a|al|até|até|hasta|до|through|thru|until|till|から|到|至|에서|"
    r"부터|:|"
    r"x|×|-|والى|إلى)[\s\"']*$",
    re.IGNORECASE,
)
_AND = re.compile(r"^\s*(?:and|und|et|y|e|и|와|과|和)\s*$", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:\bbetween|\bzwischen|\bentre|\btra|\bfra|\bmellan|между|介于)\s*$", re.IGNORECASE)


def paired(atoms: list[Quantity], text: str) -> list[Quantity]:
    """Two quantities with `to`, `-`, `:` or `between ... and` between them as one."""
    found: list[Quantity] = []
    for atom in atoms:
        before = found[-1] if found else None
        if before is not None and _continues(before, atom, text):
            found[-1] = _sum(before, atom, text)
        elif before is not None and before.high is None and _linked(before, atom, text):
            found[-1] = _pair(before, atom, text)
        else:
            found.append(atom)
    return found


_CHANGED = re.compile(
    r"\b(?:rose|risen|rising|increas\w+|grew|grown|fell|fallen|decreas\w+|declin\w+|dropp\w+|went|moved|chang\w+|"
    r"improv\w+|up|down|raised|reduced|cut|"
    r"stieg|sank|gestiegen|gesunken|passé|augment\w+|aumentó|bajó|subió|aumentat\w+)\b[^.;\n\d]*\b(?:from|von|de|"
    r"da)\s*$",
    re.IGNORECASE,
)
"""It rose from 5 to 6: two values and no range."""


_NEXT = re.compile(r"^\s*(?:and\s|und\s|et\s|y\s|e\s|и\s|,\s)?\s*$", re.IGNORECASE)


def _continues(a: Quantity, b: Quantity, text: str) -> bool:
    """Whether a quantity goes on in a smaller unit: 1 h 30 min, 5 feet 10 inches, 2 years and 6 months."""
    if (
        a.unit not in UNITS
        or b.unit not in UNITS
        or a.high is not None
        or dimension(a) not in ("time", "length", "mass")
    ):
        return False
    smaller = dimension(a) == dimension(b) and UNITS[a.unit].factor > UNITS[b.unit].factor
    return (
        smaller
        and 0 <= b.value * UNITS[b.unit].factor < UNITS[a.unit].factor
        and bool(_NEXT.match(text[a.end : b.start]))
    )


def _sum(a: Quantity, b: Quantity, text: str) -> Quantity:
    value = a.value * UNITS[a.unit].factor / UNITS[b.unit].factor + b.value
    return replace(b, value=value, start=a.start, raw=text[a.start : b.end])


def _linked(a: Quantity, b: Quantity, text: str) -> bool:
    between = text[a.end : b.start]
    if _CHANGED.search(text[max(0, a.start - 60) : a.start]):
        return False
    if _LINK.match(between):
        if (b.unit == "date" and a.unit != "date") or (a.unit == "date" and b.unit != "date"):
            return False
        return bool(between.strip()) and (not a.unit or a.unit == b.unit or not b.unit or dimension(a) == dimension(b))
    if not between.strip() and b.value < 0 and b.raw.startswith("-") and not a.unit and a.end == b.start:
        return True
    return bool(_AND.match(between)) and bool(_BETWEEN.search(text[: a.start]))


def _pair(a: Quantity, b: Quantity, text: str) -> Quantity:
    low, high = a.value, b.value
    if not a.unit and b.unit not in ("date", "ordinal"):
        if b.unit == "clock":
            low = a.value * 60 if a.value <= 24 else a.value
        elif b.step > 1 and a.step <= 1 and abs(a.value) < 1000 and b.value > 999:
            low = a.value * _scale_of(b)
    unit = b.unit or a.unit
    if b.raw.startswith("-") and text[a.end : b.start].strip() == "" and b.value < 0:
        high = -high
    if unit and a.unit and b.unit and a.unit != b.unit and a.unit in UNITS and b.unit in UNITS:
        low = a.value * UNITS[a.unit].factor / UNITS[b.unit].factor
    if (
        a.unit == ""
        and len(a.raw) == 4
        and 1000 <= a.value <= 2100
        and 0 < high < 100
        and high == int(high)
        and unit == ""
    ):
        high = a.value // 100 * 100 + high  # 1998-99
    return replace(
        b,
        value=low,
        high=high,
        unit=unit,
        word=b.word or a.word,
        start=a.start,
        others=a.others,
        raw=text[a.start : b.end],
    )


def _scale_of(q: Quantity) -> float:
    for power in (12, 9, 6, 3):
        if q.step >= 10.0 ** (power - 3) and q.value >= 10.0**power:
            return 10.0**power
    return 1.0


def bounded(q: Quantity, text: str) -> Quantity:
    """The quantity with the bound that the words around it say."""
    before = _BETWEEN.search(text[: q.start])
    bound, start, end = bound_at(text, before.start() if before else q.start, q.end)
    return replace(q, bound=bound, start=start, end=end)
