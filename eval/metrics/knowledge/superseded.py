"""What a sentence says was so at first and then turned out otherwise: `At first Ann was asked, but Tom did it`."""

from __future__ import annotations

import re

from eval.metrics.text.sieve import Sieve

_AT_FIRST = Sieve(
    r"\b(?:at first|i (?:first|initially|originally) (?:thought|believed|assumed)|initially|originally|in the "
    r"beginning|zunächst|anfangs|ursprünglich|zuerst|au départ|d'abord|"
    r"initialement|à l'origine|al principio|inicialmente|originalmente|en un principio|inizialmente|all'inizio|"
    r"originariamente|no início|a princípio|сначала|первоначально|изначально|вначале)\b|처음에|최초에|당초|원래|"
    r"一开始|一開始|原以为|本以为|最初|起初|原本|原计划|本来|当初|もともと|في البداية|في الأصل",
    re.IGNORECASE,
)
_BUT = re.compile(
    r"\b(?:but|yet|however|aber|jedoch|mais|cependant|pero|ma|però|mas|porém|но|однако)\b|"
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


def _without_predecessor(sentence: str, question: str) -> str:
    if not _PREDECESSOR.search(sentence) or _ASKS_PREDECESSOR.search(question):
        return sentence
    return _PREDECESSOR.sub(" ", sentence)


def current(sentence: str, question: str) -> str:
    """A sentence without what it says was so at first where it goes on with a turn; as it is where that is asked."""
    sentence = _without_predecessor(sentence, question)
    begun = _AT_FIRST.search(sentence)
    if begun is None or _ASKS_FIRST.search(question):
        return sentence
    turn = (_COMMA if _THOUGH.search(sentence[: begun.start()]) else _BUT).search(sentence, begun.end())
    if turn is None:
        return sentence
    commas = [c.end() for c in _COMMA.finditer(sentence, begun.end(), turn.start())]
    inside = [c for c in commas if c > begun.end() + 1]  # the comma of `At first, ...` parts nothing
    return f"{sentence[: begun.start()]} {sentence[inside[-1] if inside else turn.end() :]}".strip()
