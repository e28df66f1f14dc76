"""Whether a reply says that there are none of what the question counts: no boats, keine Boote, ни одной лодки."""

from __future__ import annotations

import re

_COUNTS = re.compile(
    r"\b(?:how many|wie ?viele?|combien|cu[aá]nt[oa]s|quant[ieoa]s?|сколько)\b|몇|얼마나|多少|几|幾|いくつ|何|كم",
    re.IGNORECASE,
)
_NO = re.compile(
    r"\b(?:no|not a single|not one|kein\w*|aucune?|pas (?:de|d'|un seul|une seule)|ning[uú]n\w*|nessun\w*|nenhuma?|"
    r"ни одн\w+|нет)[\s']+(?:other |single |einzige[nrs]? )?(?P<counted>[^\W\d_]{3,})|"
    r"(?:没有|沒有|无)(?:任何|一\w)?(?P<zh>[\u3400-\u9fff])|"
    r"(?P<ja>[\u30a0-\u30ff\u3400-\u9fff]{1,6})(?:は|が)(?:(?:1|一)\w)?も?(?:ありません|いません|ない|なかった)|"
    r"(?P<ko>[가-힣]{1,5}?)(?:은|는|이|가|도)? ?(?:하나도 |한 \S+도 |전혀 )?없(?:다|습|었|어|음)|"
    r"(?:لا توجد|لا يوجد|لم \S+ أي|أي) (?P<ar>[\u0600-\u06ff]{3,})",
    re.IGNORECASE,
)
NONE = re.compile(
    r"none|nil|zero|keine[rs]?|aucune?|ningun[oa]|nessun[oa]?|nenhuma?|ни одного|ни одной|нет|"
    r"没有|無|无|なし|없음|없다|لا شيء",
    re.IGNORECASE,
)
"""Accepted answers that say that there are none."""
_NOBODY = re.compile(
    r"\W*(?:none|nobody|no one|not one|zero|0|nil|niemand|keine[rs]?|null|personne|aucune?|zéro|nadie|ningun[oa]|cero|"
    r"nessun[oa]?|ninguém|nenhuma?|никто|ни один|ноль)\b(?!\s*[-.,]?\d)|"
    r"\W*(?:没有|零|ゼロ|なし|없습니다|없음|없다|لا أحد|صفر)",
    re.IGNORECASE,
)
_EXCEPT = re.compile(
    r"\b(?:except(?:ing)?|but|however|other than|apart from|besides|außer|aber|jedoch|sauf|mais|"
    r"salvo|pero|excepto|"
    r"tranne|ma|però|exceto|mas|кроме|но|однако)\b|제외|하지만|그러나|그렇지만|但|除|以外|ただし|しかし|إلا|لكن",
    re.IGNORECASE,
)
"""What is left of none; there is no counting to tell it by."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_ASKING_WORDS = "how many wie viele viel combien cuántos cuántas quanti quante quantos quantas сколько"
_ASKING = frozenset(_ASKING_WORDS.split())


def leaves_some(given: str) -> bool:
    """Whether a text that says that there are none goes on with some that there are: none but two."""
    return _EXCEPT.search(given) is not None


def names_none(given: str, question: str) -> bool:
    """Whether a text denies that there is any of what the question counts or asks for, by a word that it has."""
    counts = _COUNTS.search(question) is not None
    if not counts and leaves_some(given):
        return False
    if counts and _NOBODY.match(given) and not re.search(r"[1-9]", given):
        return True
    asked = question.casefold()
    stems = [_stem(w) for w in _WORD.findall(asked) if w not in _ASKING]
    return any(_is_asked(match, asked, stems) for match in _NO.finditer(given.casefold()))


def _is_asked(match: re.Match[str], asked: str, stems: list[str]) -> bool:
    counted = match["counted"] or match["ar"]
    if counted:
        return any(counted.startswith(stem) or _stem(counted) == stem for stem in stems)
    return (match["zh"] or match["ja"] or match["ko"]) in asked


def _stem(word: str) -> str:
    """A beginning that the cases and numbers of a word share."""
    return word[: max(3, min(4, len(word) - 2))]
