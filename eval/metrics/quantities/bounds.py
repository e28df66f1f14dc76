"""At least, up to, over, under: what the words beside a number make of it, in eleven languages."""

from __future__ import annotations

import re

from eval.metrics.text.sieve import Sieve

_BEFORE = (
    (
        ">=", r"at least|(?:a |the )?minimum(?: of)?|no(?:t)? (?:less|fewer) than|min\.|≥|>=|mindestens|wenigstens|"
              r"au moins|(?:un )?minimum de|"
     r"al menos|como mínimo|un mínimo de|por lo menos|almeno|(?:un )?minimo di|pelo menos|no mínimo|не менее|"
     r"минимум|как минимум|至少|不少于|"
     r"不低于|最少|最低|少なくとも|最소|최소|적어도|على الأقل|starting (?:at|from)"),
    (
        "<=", r"at (?:the )?most|up to|no(?:t)? (?:more|longer|later|higher|greater) than|"
              r"not (?:to )?exceed(?:ing)?|(?:a |the )?maximum(?: of)?|max\.?|within|≤|<=|"
     r"höchstens|maximal|bis zu|nicht mehr als|au plus|(?:un )?maximum de|jusqu'à|como máximo|un máximo de|hasta|"
     r"a lo sumo|al massimo|(?:un )?massimo di|"
     r"fino a|no máximo|até|не более|максимум|не больше|最多|不超过|至多|最大|最大で|최대|حتى"),
    (
        ">", r"more than|(?<!not )(?<!no )greater than|over|above|exceed(?:s|ing)?|in excess of|upwards of|"
             r"longer than|higher than|>|mehr als|über|länger als|plus de|supérieur à|"
     r"más de|más que|superior a|più di|oltre|mais de|более|больше|свыше|超过|多于|超過|أكثر من"),
    (
        "<", r"less than|fewer than|under|below|shorter than|lower than|<|weniger als|unter|moins de|inférieur à|"
             r"menos de|inferior a|meno di|менее|меньше|少于|"
     r"低于|不到|不足|أقل من"),
    (
        "~", r"just (?:under|over|above|below|short of)|nearly|almost|close to|knapp|presque|casi|quasi|quase|"
             r"почти|近|거의"),
)  # fmt: skip
_BEHIND = (
    (
        ">=", r"or (?:more|above|longer|older|higher|greater|over)|and (?:up|above|over|more)|at (?:the )?least|"
              r"minimum|min\b|\+(?!\d)|oder mehr|und mehr|ou plus|"
     r"et plus|o más|y más|o più|e più|ou mais|и более|или более|이상|以上|起"),
    (
        "<=", r"or (?:less|fewer|below|under|lower|shorter)|at (?:the )?most|maximum|max\b|or under|oder weniger|"
              r"ou moins|o menos|o meno|ou menos|или менее|이하|이내|"
     r"以下|以内|まで"),
    (">", r"초과|超(?!过)"),
    ("<", r"미만|未满|未満|弱"),
)  # fmt: skip
_SMALL = r"(?:\s+(?:a |the |about |around |approximately |of |approx\. |ca\. |etwa |environ |de ))?"
_BEFORE_RE = [
    (k, Sieve(rf"(?:(?<![^\W\d_])|(?<=[^\x00-\u024f]))(?:{p}){_SMALL}\s*$", re.IGNORECASE)) for k, p in _BEFORE
]
_NOUN = r"(?:[\s-]*[^\W\d_]+){0,2}?"
_BEHIND_RE = [(k, Sieve(rf"{_NOUN}[\s,]*(?:\()?(?:{p})(?![^\W\d_a-z])", re.IGNORECASE)) for k, p in _BEHIND]
_FALL = (
    r"loss(?:es)?|lost|deficit|negative|decreas\w+|declin\w+|fell|fall(?:s|en|ing)?|drop\w*|down|reduc\w+|shrank|"
    r"shrunk|lower|less|minus|below zero|"
    r"verlust\w*|gesunken|sank|fehlbetrag|rückgang|gefallen|perte|baisse|déficit|pérdida|caída|disminu\w+|bajó|"
    r"perdita|calo|diminu\w+|prejuízo|queda|caiu|"
    r"убыток|снизил\w+|упал\w+|손실|적자|감소|하락|줄어|영하|亏损|下降|减少|损失|赤字|減少|損失"
)
_FALL_BEFORE = Sieve(
    rf"(?:\b|(?<=[^\x00-\u024f]))(?:{_FALL})(?:\s*(?:of|by|to|about|around|approximately|von|um|de|del|di|на|,|:|-|"
    rf"was|is|amounted to|은|는|이|가|了|为))*\s*\(?$",
    re.I,
)
_FALL_BEHIND = Sieve(
    r"^[\s)]*(?:\w+\s)?(?:loss|decrease|decline|drop|fall|deficit|lower|less|down\b|below zero|reduction|"
    r"under zero|감소|하락|손실|적자|下降|减少|減少|亏损|Verlust|weniger|Rückgang)",
    re.IGNORECASE,
)


_CUT = re.compile(r"[.;!?\n)\x1f](?:\s|$)|[0-9]")


def bound_at(text: str, start: int, end: int) -> tuple[str, int, int]:
    """(the bound that the words around a number say, and the place of number and words)."""
    before = text[max(0, start - 40) : start]
    for kind, pattern in _TRIED:
        if found := pattern.search(before):
            return kind, start - len(before) + found.start(), end
    behind = text[end : end + 40]
    cut = _CUT.search(behind)
    behind = behind[: cut.start()] if cut else behind
    for kind, pattern in _BEHIND_RE:
        if found := pattern.match(behind):
            return kind, start, end + found.end()
    return "", start, end


_TRIED = [_BEFORE_RE[4], _BEFORE_RE[0], _BEFORE_RE[1], _BEFORE_RE[2], _BEFORE_RE[3]]
"""The longer wording first: just over is not over, no more than not more than."""


def falls(text: str, start: int, end: int) -> bool:
    """Whether a word right before or behind says that a number is lost or less: a loss of 5, down 5 %, 5 % lower."""
    return bool(_FALL_BEFORE.search(text[max(0, start - 40) : start]) or _FALL_BEHIND.match(text[end : end + 30]))


_FALLING = Sieve(rf"(?:\b|(?<=[^\x00-\u024f]))(?:{_FALL})", re.IGNORECASE)


def falling(question: str) -> bool:
    """Whether a question asks for a loss or a decrease, whose size may be written with or without a minus."""
    return _FALLING.search(question) is not None
