"""Ordinal words in digits."""

from __future__ import annotations

import re
from functools import lru_cache

from eval.metrics.text.sieve import Sieve, one_of

_ORDINAL_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_ORDINALS = {w: n for n, w in enumerate(_ORDINAL_WORDS.split(), 1)}
_TENTHS = {
    t + "th": 10 * n
    for n, t in enumerate(("thirtie", "fortie", "fiftie", "sixtie", "seventie", "eightie", "ninetie"), 3)
}
_ORDINALS |= _TENTHS
_FOREIGN = """
erster erste erstes ersten premier première primero primera primo prima primeiro primeira, zweiter zweite zweites
zweiten deuxième, dritter dritte drittes dritten troisième tercero tercera tercer terzo terza terceiro terceira,
vierter vierte viertes vierten quatrième quarta, fünfter fünfte fünftes fünften cinquième quinto quinta,
sechster sechste sechstes sechsten sixième sexto sexta sesto sesta, siebter siebte siebtes siebten septième séptimo
séptima settimo settima, achter achtes achten huitième octavo octava ottavo ottava, neunter neunte neuntes neunten
neuvième noveno novena nono nona, zehnter zehnte zehntes zehnten dixième décimo décima decimo decima
"""
_ORDINALS |= {w: n for n, words in enumerate(_FOREIGN.replace("\n", " ").split(","), 1) for w in words.split()}
ORDINAL_WORD = Sieve(
    r"(?<!\ba )(?<!\bone[ -])(?<!\b1 )(?<!\btwo[ -])(?<!\b2 )(?<!\bthree[ -])(?<!\bfour[ -])\b(?:(twenty|thirty|"
    r"forty|fifty|sixty|seventy|eighty|ninety)[\s-])?("
    + one_of(_ORDINALS)
    + r")\b(?!\s+(?:of\b(?! \w+ \d{4})|time\b))",
    re.IGNORECASE,
    first=[*_ORDINALS, "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
)
ORDINAL_FIRST = frozenset(ORDINAL_WORD.first)
"""Words of which one stands in every text that has an ordinal in words."""
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_SECOND = re.compile(r"(?:per|a|one|1|half a|/)\s*$", re.IGNORECASE)


@lru_cache(maxsize=32768)
def ordinals_as_digits(text: str) -> str:
    """The text with first, second, twenty-first as 1th, 2th, 21th; not a second of time, nor a quarter of a year."""
    return ORDINAL_WORD.sub(_ordinal, text)


def _ordinal(match: re.Match[str]) -> str:
    n = _ORDINALS[match[2].lower()]
    if match[1]:
        return f"{_TENS[match[1].lower()] + n}th"
    if match[2].lower() == "second" and _SECOND.search(match.string[: match.start()]):
        return match[0]
    if (
        re.match(r"\s+(?:quarter|half|prize)", match.string[match.end() :], re.IGNORECASE)
        and "prize" not in match.string[match.end() :][:7]
    ):
        return match[0]
    return f"{n}th"
