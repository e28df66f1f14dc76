"""`number`: which of the quantities of a reply is its answer, and whether that is the accepted one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from eval.metrics.quantities.asked_unit import equals, spoken
from eval.metrics.quantities.equality import CONVERTED, EXACT, alike, same
from eval.metrics.quantities.quantity import Quantity, lone_quantity, quantities
from eval.metrics.quantities.record import COUNTERS


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a value may be from the accepted one."""

    relative: float = 0.005
    """The largest relative difference; not for years, dates, and whole numbers without a unit below 1000."""
    round: bool = True
    """Whether a value counts that rounds to the accepted one at the decimals that the accepted one has."""


ROUNDED = 0.1
"""A rounded value is never further off than this: 1.4 is not 1, whatever the decimals."""
DEFAULT = Tolerance()
_RESULT = re.compile(
    r"=(?!\s*[A-Za-z](?:\b|\^))|≈|####|\\boxed|\b(?:final answer|the answer|answer)\b\s*(?:is|:)|"
    r"\b(?:Antwort|réponse|respuesta|risposta|"
    r"resposta)\b\s*:",
    re.I,
)
_SO = re.compile(
    r"\b(?:therefore|thus|hence|so|in total|altogether|in conclusion|overall|consequently|equals|which gives|"
    r"giving|comes to|results? in|amounts? to|"
    r"daher|also|somit|insgesamt|donc|ainsi|por lo tanto|entonces|en total|quindi|pertanto|portanto|итого|"
    r"следовательно)\b|따라서|그러므로|총|因此|所以|总共|"
    r"したがって|よって|合計",
    re.IGNORECASE,
)
_BOLD = re.compile(r"\*\*([^*\n]{1,60})\*\*")
_STEPS = re.compile(
    r"=|\d\s[+*/×÷-]\s\D{0,2}\d|\b(?:calculat\w+|comput\w+|step \d|divid\w+|subtract\w*|multipl\w+|"
    r"sum of)\b",
    re.IGNORECASE,
)
_EQUALS = re.compile(r"\d\s?[+*/×x÷-]\s?\D{0,3}\d[^=\n]*=")
_MOVED = re.compile(r"^\s*(?:to|auf|à|a)\s")


def concludes(given: str, answer: str, question: str, tolerance: Tolerance = DEFAULT) -> bool:
    """Whether the quantity that a text concludes with is the accepted one."""
    language = spoken(question, answer, given)
    gold = lone_quantity(answer, language) or next(iter(quantities(answer, language)), None)
    if gold is None:
        return False
    said = concluding(given, gold, question, language)
    return said is not None and within(gold, said, question, tolerance)


def within(gold: Quantity, said: Quantity, question: str, tolerance: Tolerance) -> bool:
    """Whether a quantity is the accepted one, or differs by no more than the tolerance allows."""
    if equals(gold, said, question, max(tolerance.relative, EXACT)):
        return True
    if not tolerance.round or gold.step <= 0 or gold.unit in ("date", "clock", "quarter", "ordinal") or not gold.value:
        return False
    most = ROUNDED if gold.unit == said.unit else CONVERTED
    return equals(gold, said, question, min(most, gold.step / 2 * (1 + 1e-9) / abs(gold.value)))


def calculated(text: str) -> bool:
    """Whether a text shows a calculation with its result."""
    return _STEPS.search(text) is not None and (_EQUALS.search(text) or _SO.search(text)) is not None


def concluding(given: str, gold: Quantity, question: str, language: str) -> Quantity | None:
    """The quantity of the accepted one's kind that a text gives as its answer.

    Behind the last sign of a result (=, the answer is), else behind the last word of a conclusion (therefore, in
    total) of a calculation, else the only one in bold, else the first; what only repeats the question is passed over.
    """
    found = _candidates(given, gold, question, language)
    if not found:
        return None
    for cut in (_RESULT, _SO if _STEPS.search(given) else None):
        places = [m.end() for m in cut.finditer(given)] if cut else []
        for place in reversed(places):
            behind = _candidates(given[place:].split("\n\n")[0], gold, question, language)
            if behind:
                return behind[0]
    bold = [q for part in _BOLD.findall(given) for q in _candidates(part, gold, question, language)]
    if bold and all(same(bold[0], q) for q in bold):
        return bold[0]
    return found[0]


def _candidates(text: str, gold: Quantity, question: str, language: str) -> list[Quantity]:
    asked = quantities(question, language)
    found = [q for q in quantities(text, language) if _of_kind(gold, q, question)]
    found = [q for i, q in enumerate(found) if not (i + 1 < len(found) and _moves(text, q))] or found
    new = [q for q in found if same(gold, q) or not any(same(a, q) for a in asked)] or found
    return [q for q in new if _is_counted(q, question)] or new


_HOW_MANY = re.compile(
    r"(?:\bhow many|\bwie ?viele?|\bcombien d[e'’]|\bcu[aá]nt[oa]s|\bquant[ie]|\bquant[oa]s|\bсколько)\s*"
    r"((?:[^\W\d_]+(?:\s+|\W*$)){1,2})",
    re.IGNORECASE,
)
STEM = 4
"""So many first letters tell a counted thing in singular and plural."""


def _is_counted(q: Quantity, question: str) -> bool:
    """Whether a number counts what the question asks for: of five lakes and three states the three."""
    asked = _HOW_MANY.search(question)
    names = asked[1].casefold().split() if asked and q.word else []
    return any(q.word == COUNTERS.get(n) or q.word[:STEM] == n[:STEM] for n in names)


def _moves(text: str, q: Quantity) -> bool:
    place = text.find(q.raw)
    return place > 0 and text[:place].rstrip().endswith("from") and _MOVED.match(text[place + len(q.raw) :]) is not None


def _of_kind(gold: Quantity, q: Quantity, question: str) -> bool:
    if alike(gold, q):
        return gold.unit == q.unit or q.unit != "ordinal"
    return equals(gold, q, question, 1e9) if not gold.unit or not q.unit else False
