"""Accepted answers that are lists: complete, with nothing added, and in their order where the order is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from eval.metrics.quantities.numerals import in_digits
from eval.metrics.text.normalize import tokens
from eval.metrics.text.sieve import Sieve

_SPLIT = re.compile(
    r"\s*(?:,\s*(?:and|und|et|y|e|и|و)\s+|,(?!\d)|(?<!\d),|[、，]|\s(?:and|&|und|et|y|e|и)\s|\n\s*(?:[-*•]|\d+[.)])?|"
    r"(?<=[가-힣])(?:와|과|랑|하고)\s+|\s및\s|\s그리고\s|(?<=[\u3400-\u9fff])[和与及跟](?=[\u3400-\u9fff])|"
    r"(?<=[\u3040-\u30ff\u3400-\u9fff])[とや](?=[\u3040-\u30ff\u3400-\u9fff]))\s*",
    re.IGNORECASE,
)
_CONJUNCTION = re.compile(
    r"\s(?:and|&|und|et|y|e|и|및|그리고)\s|[、]|(?<=[가-힣])(?:와|과)\s|(?<=[\u3400-\u9fff])[和与及と]", re.IGNORECASE
)
_COMPANY = re.compile(r"\b(?:GmbH|Ltd|Inc|LLC|Co|Corp|KG|AG|S\.?A|Sons|Brothers)\b\.?", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_ORDER = Sieve(
    r"\b(?:order|sequence|steps?|route|stages?|phases?|rank\w*|first\b.{0,12}\b(?:second|last)|comes? first|one after|"
    r"Reihenfolge|Schritte?|Strecke|ordre|étapes?|itinéraire|trajet|orden|pasos|ruta|recorrido|ordine|passi|percorso|"
    r"itinerario|ordem|passos|rota|percurso|trajeto|поряд\w+|шаг\w*|маршрут\w*)\b|순서|단계|노선|경로|顺序|"
    r"步骤|路线|順番|手順|経路|ترتيب|مسار|خطوات",
    re.IGNORECASE,
)
_ROUTE = re.compile(r"\s(?:[-–—→]|->)\s")
_REMARK = re.compile(
    r"^(?:both|all|each|too|also|respectively|etc|usw|among|for|in|at|with|by|on|as|of|or|but|so|if|depending)\b",
    re.IGNORECASE,
)
ITEM = 5
"""An item has at most so many tokens; what is longer is a clause."""
ADDED = 2
"""A further item has at most so many; a longer tail of a list is a remark more often."""


@lru_cache(maxsize=16384)
def items(text: str) -> tuple[str, ...]:
    """The items of a list; none where a text has less than two, or one that is a clause."""
    if _COMPANY.search(text):
        return ()
    parts = [p.strip(" .*-•") for p in _SPLIT.split(text.strip())]
    parts = [p for p in parts if p]
    return tuple(parts) if len(parts) > 1 and all(0 < len(tokens(p)) <= ITEM for p in parts) else ()


def complete(given: str, answer: str, question: str, says: Callable[[str, str], bool]) -> bool | None:
    """Whether a text holds the list that an answer is, as `says(text, item)` finds its items; None for no list.

    Of two items joined by a comma alone it is a list only where the question asks for an order: Lyon, France is none.
    """
    ordered = _asks_order(question)
    wanted, counts = _list_of(answer, ordered)
    if not wanted:
        return None
    if counts:
        return _counted(in_digits(given, "en"), wanted, question, says)
    if len(wanted) == 2 and not ordered and not says(given, answer):
        return False
    if (len(wanted) > 2 or ordered) and not all(says(given, item) for item in wanted):
        return False
    if ordered and not _in_order(given, wanted):
        return False
    return not _adds(given, wanted, question, says)


@lru_cache(maxsize=65536)
def _list_of(answer: str, ordered: bool) -> tuple[tuple[str, ...], bool]:
    """(the items of the list that an accepted answer is, none where it is none; whether it has numbers)."""
    if _DIGIT.search(counted := in_digits(answer, "en")):
        found = items(counted)
        return (found if len(found) > 1 else ()), True
    found = items(_ROUTE.sub(", ", answer) if ordered else answer)
    if len(found) < 2 or (len(found) == 2 and not (ordered or _CONJUNCTION.search(answer))):
        return (), False
    return found, False


@lru_cache(maxsize=16384)
def _asks_order(question: str) -> bool:
    return _ORDER.search(question) is not None


def _counted(given: str, wanted: tuple[str, ...], question: str, says: Callable[[str, str], bool]) -> bool | None:
    """The same for items with numbers: two filters and one seal are not one filter and two seals."""
    ordered = _asks_order(question)
    parts = items(_LED.sub("", given.strip().split("\n")[-1])) or (given,)
    if not all(any(says(part, item) for part in parts) or (len(parts) == 1 and says(given, item)) for item in wanted):
        return all(says(given, item) for item in wanted) and len(parts) == 1
    return not (ordered and not _in_order(given, wanted)) and not _adds(given, wanted, question, says)


def _in_order(given: str, wanted: tuple[str, ...]) -> bool:
    said = given.casefold()
    places = [said.find(item.casefold()) for item in wanted]
    return any(p < 0 for p in places) or places == sorted(places)


_BRACKETS = re.compile(r"\([^()]*\)")


def _adds(given: str, wanted: tuple[str, ...], question: str, says: Callable[[str, str], bool]) -> bool:
    """Whether the list in a text goes on with an item that neither the accepted answer nor the question has."""
    known = {t for text in (*wanted, question) for t in tokens(text)}
    for line in dict.fromkeys((*given.split("\n"), given)):
        bare_line = _BRACKETS.sub(" ", line)
        line = bare_line if bare_line != line and all(says(bare_line, item) for item in wanted) else line
        led = re.sub(r"^.*?(?:\b(?:are|is|include|includes|sind|sont|son|sono|são)\b|[:：])\s*", "", line, count=1)
        parts = [p.strip(" .!*-•") for p in _SPLIT.split(led.strip())]
        bare = max(len(tokens(item)) for item in wanted) + 1
        named = [i for i, p in enumerate(parts) if len(tokens(p)) <= bare and any(says(p, item) for item in wanted)]
        if len(named) < 2:
            continue
        around = list(enumerate(parts))[max(0, named[0] - 1) : named[-1] + 2]
        strange = [
            p
            for i, p in around
            if i not in named
            and p
            and (not p.isdigit() or wanted[0].isdigit())
            and 0 < len(tokens(p)) <= ADDED
            and not known.intersection(tokens(p))
        ]
        if any(not _REMARK.match(p) for p in strange):
            return True
    return False


_LED = re.compile(r"^.*(?:\b(?:is|are|ist|sind|est|sont|es|son|è|são)\b|:)\s*", re.IGNORECASE)
_SHORT = re.compile(r"(?:(?:the|der|die|das|le|la|el|il|o|a)\s+)?([A-Z]{1,5}\d?)", re.IGNORECASE)
_BOTH = re.compile(r"^\W*(.+?)\s+(?:and|und|et|y|e|as well as)\s+(.+?)\W*$", re.IGNORECASE)


@lru_cache(maxsize=65536)
def _is_short(answer: str) -> bool:
    found = _SHORT.fullmatch(answer.strip())
    return found is not None and found[1].isupper()


def adds_another(given: str, answer: str) -> bool:
    """Whether a reply is nothing but two letters or short forms, of which one is accepted: the CFO and the CEO."""
    if not _is_short(answer):
        return False
    both = _BOTH.match(_LED.sub("", given.strip().split("\n")[-1]))
    if both is None:
        return False
    said = [_SHORT.fullmatch(part.strip()) for part in both.groups()]
    return all(s is not None and s[1].isupper() for s in said) and len({s[1] for s in said if s}) == 2
