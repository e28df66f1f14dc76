"""A quantity as it is read from text, and what its unit measures."""

from __future__ import annotations

from dataclasses import dataclass, field

from eval.metrics.quantities.units import UNITS


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with its unit; a date has the unit `date` and the value yyyymmdd, with zeros for what is not named."""

    value: float
    unit: str = ""
    """A known unit in one spelling, `date`, `quarter`, `clock` (minutes), `ordinal`, or empty."""
    word: str = ""
    """The word after the number where it is no known unit, in the singular: berths give `berth`."""
    high: float | None = None
    """The second value of a range, a ratio, a score; in the order of the text."""
    bound: str = ""
    """`>=`, `>`, `<=`, `<`, or `~` for just under and just over; empty where the value itself is meant."""
    per: str = ""
    """What it is a rate of: $5 per day has `day`."""
    others: tuple[float, ...] = ()
    """Further values that the notation may mean: 1.500 in a language that is not known, 7/6/2026."""
    step: float = field(default=0.0, compare=False)
    """The value of one in the last written place: 0.1 for 2.5, 1e5 for 3.2 million."""
    falls: bool = field(default=False, compare=False)
    """Whether a word beside it says that it is lost or less: a loss of 5, down 5 %."""
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    raw: str = field(default="", compare=False)


COUNTERS = {
    c: kind
    for kind, words in {
        "person": "명 인 사람 분 人 名 位 口 people persons person personen personnes personas persone pessoas человек",
        "piece": "개 個 个 つ 台 件 只 대 장 권 piece pieces stück pcs pc pièces",
        "time": "회 번 次 回 times time mal fois veces volte vezes раз",
        "floor": "층 層 层 階 楼",
    }.items()
    for c in words.split()
}


def dimension(q: Quantity) -> str:
    """What a unit measures, or the unit itself where nothing converts to it."""
    return UNITS[q.unit].dimension if q.unit in UNITS else q.unit
