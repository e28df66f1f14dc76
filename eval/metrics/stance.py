"""Whether a reply stands by the answer that it names: negations, hedges, refusals, lists of guesses."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from eval.metrics.korean import HANGUL
from eval.metrics.text import tokens

_CLAUSES = re.compile(
    r"(?<=[^\W\d_]{2})[.](?=\s|$)|(?<=\d)[.](?=\s+[A-Z]|$)|[;!?\n]|,?\s+but\s+|,\s+(?=not\b|rather\b|it is\b|it's\b)"
)
_NEGATED = re.compile(
    r"\b(?:not(?! (?:only|just|merely|until|exceed|more than|less than|later than|before|after))|never|neither|nor|"
    r"instead of|rather than|unlike|isn't|wasn't|aren't|weren't|ain't)\b",
    re.IGNORECASE,
)
NEGATIVE = re.compile(r"\b(?:not|no|never|neither|nor|(?-i:may)|don't|\w+n't|know|unknown)\b", re.IGNORECASE)
"""An answer with such a word may itself look like a denial."""
_DENIED = re.compile(
    r"\b(?:is|are|was|were|would be) (?:\w+ )?(?:not (?:the|right|correct|true|it)|"
    r"incorrect|wrong|false|untrue)\b(?=\W*$)"
    r"|\b(?:isn't|wasn't) (?:the|right|correct|true|it)\b"
    r"|\bi (?:could(?:n't| not)|can(?:'t|not)|was(?:n't| not) able to|am unable to) find\b",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:maybe|perhaps|might be(?! called)|could be|not (?:quite |entirely |completely )?(?:sure|certain)|unsure|"
    r"i guess|i'd guess|my guess|a guess|just guessing)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"(?<=\w)\W+(?:if|unless|in case|when|where)\b.*$", re.IGNORECASE | re.DOTALL)
"""Yes, if the fault might be in it: what a condition leaves open is not the answer."""
_REFUSED = re.compile(
    r"^\W*(?:i'm sorry,? (?:but )?)?(?:unfortunately,? )?"
    r"(?:i (?:do not|don't) know|i have no idea|"
    r"i cannot (?:answer|say|tell)|i can't (?:answer|say|tell)|no idea)\b[^.!?]*[.!?]?\s*$",
    re.IGNORECASE,
)
_ITEMS = re.compile(
    r"\s*(?:,|;|/|\n|\bor\b|\band\b|\||(?<=\s)(?:또는|혹은)(?=\s)|(?<=[가-힣])이?나(?=\s))\s*", re.IGNORECASE
)
_OR = re.compile(r"\bor\b|(?<=\s)(?:또는|혹은)(?=\s)|(?<=[가-힣])이?나(?=\s)", re.IGNORECASE)
_KOREAN_REJECTED = re.compile(r"[^.!?\n]*?(?<=[가-힣])[이가은는]?\s?아니(?:라|고|며)[\s,]")
"""서울이 아니라 부산입니다: what stands before is denied, what stands behind is said."""
_KOREAN_DENIED = re.compile(
    r"아니다|아닙니다|아니에요|아니었|아니예요|아녜요|않습니다|않는다|않았|않아요|틀렸|틀린|사실이 아|"
    r"모르겠|모릅니다|알 수 없|확인할 수 없|찾을 수 없"
)
_KOREAN_HEDGED = re.compile(
    r"(?<![가-힣])(?:아마|아마도|어쩌면|혹시)(?![가-힣])|것 같|일지도|[일을]지 모|수도 있|추측|확실하지|확실치|아닐까"
)
_SHORT_LEAD = re.compile(r"^\W*(?:it|that|this|the answer) (?:is|was)\b", re.IGNORECASE)
_LEAD = re.compile(r"^.*\b(?:is|was)\b(?: either)?", re.IGNORECASE)
"""What a list of alternatives is the answer to; one that is joined by `and` may be an answer of several parts."""
_AND = re.compile(r"\band\b|&", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|does|did|do|can|will|would|played|won|wrote)\b|'s\b", re.I
)
_ALSO = re.compile(
    r"\b(?:also|formerly|previously|now|better|sometimes|otherwise) (?:known|called|named)|\baka\b|\(", re.I
)
ITEM = 5
"""An item of a list of guesses has at most so many tokens."""


@lru_cache(maxsize=65536)
def asserted(reply: str, question: str = "") -> str:
    """The clauses of a reply that neither deny nor doubt what they name; empty where it refuses as a whole."""
    text = reply.replace("\u2019", "'")
    if _REFUSED.match(text):
        return ""
    kept: list[str] = []
    for clause in _split(text):
        if HANGUL.search(clause):
            clause = clause if _KOREAN_REJECTED.search(question) else _KOREAN_REJECTED.sub(" ", clause)
            if _own(_KOREAN_DENIED, clause, question) or _own(_KOREAN_HEDGED, clause, question):
                continue
        if _own(_DENIED, clause, question) or _own(_HEDGED, _CONDITION.sub("", clause), question):
            continue
        negated = _own(_NEGATED, clause, question)
        kept.append(clause[: negated.start()] if negated else clause)
    return "\n".join(k for k in kept if k.strip())


def _own(pattern: re.Pattern[str], clause: str, question: str) -> re.Match[str] | None:
    """The first hit that is not repeated from a question which says the like."""
    return None if pattern.search(question) else pattern.search(clause)


def _split(text: str) -> list[str]:
    return [part for part in _CLAUSES.split(text) if part]


def only_guesses(reply: str, accepts: Callable[[str], bool], passes: Callable[[str], bool]) -> bool:
    """Whether every clause that names an accepted answer is nothing but short alternatives, some accepted, not all.

    Two names or quantities joined by `or` are guesses when one is a stranger, a bare list of three or more when two
    are. Items that `passes` lets through, such as what the question says, do not count. Clauses are lines, as
    `asserted` gives them.
    """
    lines = [line for line in reply.split("\n") if line.strip(" .*-\"'")]
    naming = [line for line in lines if accepts(line)] if len(lines) > 1 else lines
    return bool(naming) and all(_guesses(line, accepts, passes) for line in naming)


def _guesses(clause: str, accepts: Callable[[str], bool], passes: Callable[[str], bool]) -> bool:
    text = re.split(r":(?=\s)", clause)[-1]
    led = _LEAD.sub("", text)
    text = (_SHORT_LEAD.sub("", text) if _AND.search(led) else led).strip(" .*-\n")
    items = list({tokens(i): i for i in _ITEMS.split(text) if tokens(i) and not passes(i)}.values())
    if len(items) < 2 or _VERB.search(text) or _ALSO.search(text) or any(len(tokens(i)) > ITEM for i in items):
        return False
    strangers = sum(not accepts(i) for i in items)
    if strangers == len(items):
        return False
    if len(items) == 2:
        named = all(i[0].isupper() or i[0].isdigit() or HANGUL.match(i[0]) for i in items)
        return bool(_OR.search(text)) and named and strangers == 1
    return strangers >= 2
