"""What a sentence says was so at first and then turned out otherwise: `At first Ann was asked, but Tom did it`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from eval.metrics.text.sieve import Sieve, look_for

_AT_FIRST = Sieve(
    r"\b(?:at first|formerly|previously|used to be|until recently|i (?:first|initially|originally) (?:thought|"
    r"believed|assumed)|initially|originally|in the "
    r"beginning|zunächst|anfangs|ursprünglich|zuerst|au départ|d'abord|"
    r"initialement|à l'origine|al principio|inicialmente|originalmente|en un principio|inizialmente|all'inizio|"
    r"originariamente|no início|a princípio|сначала|первоначально|изначально|вначале)\b|처음에|최초에|당초|원래|"
    r"一开始|一開始|原以为|本以为|最初|起初|原本|原计划|本来|当初|もともと|في البداية|في الأصل",
    re.IGNORECASE,
)
_BUT = re.compile(
    r"\b(?:now|today|currently|jetzt|heute|inzwischen|maintenant|aujourd'hui|ahora|ora|adesso|agora|теперь|сейчас|"
    r"but|yet|however|aber|jedoch|mais|cependant|pero|ma|però|mas|porém|но|однако)\b|"
    r"(?:으나|지만|는데)(?=[\s,])|(?:でしたが|ましたが|ですが|たが|だが|ものの|けれども?)[、,]|"
    r"[，,]\s*(?=但|可是|最终|后来|结果)|(?:لكن|ولكن)\b",
    re.IGNORECASE,
)
_THOUGH = re.compile(
    r"\b(?:although|though|while|obwohl|bien que|même si|aunque|sebbene|anche se|embora|хотя)\b[^,]*$", re.IGNORECASE
)
_COMMA = re.compile(r"[,，、،]")
_ASKS_FIRST = re.compile(
    r"\b(?:first|initial\w*|origin\w*|former\w*|previous\w*|early|earlier|zunächst|anfangs|ursprünglich\w*|zuerst|"
    r"erste\w*|"
    r"früher\w*|abord|départ|premi\w+|primer\w*|prim[oa]|inicial\w*|inizial\w*|перв\w+|сначала|раньше|прежн\w+)\b|"
    r"처음|최초|당초|원래|초대|最初|起初|原|当初|初|أول|البداية",
    re.IGNORECASE,
)


_PREDECESSOR = Sieve(
    r"\b(?:took over from|taking over from|surpass(?:ed|ing)|following the (?:death|resignation|retirement) of|"
    r"after the (?:death|resignation|retirement) of|previously held by|formerly held by)"
    r"\s+[^.;,]{2,80}(?:,[^.;,]{2,40}(?=,))?",
    re.IGNORECASE,
)
"""Who or what was there before, which the sentence's subject is not."""
_ASKS_PREDECESSOR = re.compile(
    r"\b(?:before|previous\w*|former\w*|prior|predecessor|preced\w+|succe\w+|replac\w+|surpass\w*|took over|take "
    r"over|"
    r"whose|whom|death|died|resign\w*|retire\w*|record)\b",
    re.IGNORECASE,
)


_REPLACED = Sieve(
    r"\b(?:has|have|had|was|were|is|are|been|will be)\s(?:\w+ly |since |now |later )?(?:been )?(?:replaced|"
    r"succeeded|superseded)"
    r"\s(?:by|with)\s",
    re.IGNORECASE,
)
"""Ann has been replaced by Tom: the subject was there before, unless it is spoken of by the way (Ann, who was ...)."""
_REPLACES = Sieve(
    r"(?<!was )(?<!were )(?<!been )(?<!is )\b(?:replac(?:ed|es|ing)|succeed(?:ed|s|ing)|supersed(?:ed|es|ing))\s+"
    r"(?!by\b|in\b|to\b|with\b|as\b)(?:(?!\b(?:with|by|as|in|on|at|and|who)\b)[^.;,]){2,80}",
    re.IGNORECASE,
)
"""Tom replaced Ann."""
_BY_THE_WAY = re.compile(r"\b(?:who|which|that)\s*$", re.IGNORECASE)
_FROM = Sieve(
    r"\b(?:from)\s+(?=[^,.;]*\d)(?:(?!\bto\b|\bin\b|\bat\b|\bfor\b|\bon\b)[^.;,]|"
    r"(?<=\d)[.,](?=\d)){1,30}\sto\s(?=\D{0,6}\d)",
    re.IGNORECASE,
)
"""From 10 to 12: the first of two values without a word between them of when each held."""
_MOVES = re.compile(
    r"\b(?:rose|risen|rises?|fell|fallen|falls?|grew|grown|grows?|increas\w+|decreas\w+|mov(?:ed|es)|chang(?:ed|es)|"
    r"extend\w+|"
    r"rais(?:ed|es)|lower(?:ed|s)|reduc\w+|cut|postpon\w+|drop\w*|climb\w*|went|shift\w*|brought|shorten\w*|"
    r"lengthen\w*|up|"
    r"down)\b[^.;]*$",
    re.IGNORECASE,
)
_UP_FROM = Sieve(
    r"\b(?:up|down|increased|decreased|compared (?:to|with)|against|versus|vs\.?)\s+(?:from\s+)?(?=[^,.;]{0,6}\d)"
    r"(?:[^.;,\s]|(?<=\d)[.,](?=\d))+(?:\s(?:million|billion|thousand|percent|per cent|%|points?|[^\W\d_]{1,3})\b)?",
    re.IGNORECASE,
)
"""117 million, up from 82 million: the latter was before."""
_ASKS_CHANGE = re.compile(
    r"\b(?:change\w*|chang\w+|develop(?:ed|s)?|evolv\w*|trend\w*|compar\w+|from|rise|rose|fall|fell|increas\w+|"
    r"decreas\w+|"
    r"grow\w*|"
    r"moved?|extended|raised|lowered|difference)\b",
    re.IGNORECASE,
)
_DATED = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


@lru_cache(maxsize=4096)
def _asks_predecessor(question: str) -> bool:
    return _ASKS_PREDECESSOR.search(question) is not None


@lru_cache(maxsize=4096)
def _asks_old_value(question: str) -> bool:
    return any(asks.search(question) for asks in (_ASKS_FIRST, _ASKS_PREDECESSOR, _ASKS_CHANGE))


_BEFORE_HIM = Sieve(
    r"^.{2,60}\b(?:was|were|served as|had been)\b[^,;]{0,60}\b(?:before|until)\s(?=[^,;]{2,60}\b(?:took over|took "
    r"the|became|"
    r"succeeded|was appointed|was named|arrived|followed)\b)",
    re.IGNORECASE,
)
"""Ann was the manager before Tom took over."""


_ASKS_OWNER = re.compile(r"\b(?:owns?|owner|proprietor|belongs?)\b", re.IGNORECASE)
_SELLER = Sieve(
    r"\bsold by\s+(?:(?!\bto\b)[^.;,]){2,40}|^[^.;,]{2,40}?\ssold\b(?! by)(?=\s[^.;,]{2,60}\sto\b)|"
    r"\b(?:bought|acquired) (?P<thing>[^.;,]{2,60}?)\sfrom\s[^.;,]{2,60}",
    re.IGNORECASE,
)
"""Who had a thing before it was sold."""


def _without_predecessor(sentence: str, question: str) -> str:
    if _asks_predecessor(question):
        return sentence
    if _ASKS_OWNER.search(question):
        sentence = _SELLER.sub(lambda m: f"sold {m['thing'] or ''} ", sentence)
    if not _ASKS_UNTIL.search(question):
        sentence = _BEFORE_HIM.sub("", sentence)
    if (passive := _REPLACED.search(sentence)) and not _BY_THE_WAY.search(sentence[: passive.start()]):
        sentence = sentence[passive.end() :]
    sentence = _REPLACES.sub(" ", sentence)
    return _PREDECESSOR.sub(" ", sentence)


def _without_old_value(sentence: str, question: str) -> str:
    """A sentence without the value that it says another came after, unless the question asks for that or for a year."""
    if _asks_old_value(question):
        return sentence
    moved = _FROM.search(sentence)
    if moved and not _DATED.search(question) and _MOVES.search(sentence[: moved.start()]):
        return f"{sentence[: moved.start()]}to {sentence[moved.end() :]}"
    return _UP_FROM.sub(" ", sentence)


@lru_cache(maxsize=1)
def _may_be_old() -> Callable[[str], object]:
    return look_for(_AT_FIRST, _UNTIL, _BEFORE_HIM, _SELLER, _PREDECESSOR, _REPLACED, _REPLACES, _FROM, _UP_FROM)


_UNTIL = Sieve(
    r"\b(?:was|were) (?:[^\s,;]+ ){1,5}until\b|\buntil (?:\w+ ){1,3}(?:it|this|that|the \w+) (?:was|were)\b|"
    r"\bbis (?:\w+ ){1,3}(?:war(?:en)?|betrug|lag)\b|\bwar(?:en)? bis\b|\bjusqu'\w+ (?:\w+ ){1,3}(?:c'était|était)\b|"
    r"\bhasta (?:\w+ ){1,3}era\b|\bfino a (?:\w+ ){1,3}era\b|\baté (?:\w+ ){1,3}era\b|\bдо (?:\w+ "
    r"){1,3}был[аои]?\b|까지는? (?=.{1,24}[였었았])",
    re.IGNORECASE,
)
"""It was 10 until May, now it is 12."""
_ASKS_UNTIL = re.compile(
    r"\b(?:was|were|did|until|before|war|waren|wurde|bis|vor|était|étaient|avant|jusqu|era|eran|fue|antes|hasta|prima|fino|"
    r"foi|até|был[аои]?|до)\b|[였었았했]|까지",
    re.IGNORECASE,
)


def current(sentence: str, question: str) -> str:
    """A sentence without what it says was so at first where it goes on with a turn; as it is where that is asked."""
    if not _may_be_old()(sentence.casefold()):
        return sentence
    sentence = _without_old_value(_without_predecessor(sentence, question), question)
    first = _AT_FIRST.search(sentence)
    begun = first or (None if _ASKS_UNTIL.search(question) else _UNTIL.search(sentence))
    if begun is None or _ASKS_FIRST.search(question):
        return sentence
    turn = (_COMMA if _THOUGH.search(sentence[: begun.start()]) else _BUT).search(sentence, begun.end())
    if turn is None:
        return sentence
    commas = [c.end() for c in _COMMA.finditer(sentence, begun.end(), turn.start())]
    inside = [c for c in commas if c > begun.end() + 1]  # the comma of `At first, ...` parts nothing
    return f"{sentence[: begun.start()] if first else ''} {sentence[inside[-1] if inside else turn.end() :]}".strip()
