"""May a reply that names only part of an accepted answer count? Left out is not replaced.

`Whitfield` may stand for `James Whitfield`; `Basic Care Plan` never for `Premium Care Plan`, and two of three items
never for the three.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from eval.metrics.text.sieve import Sieve, places_of

CHANGES = re.compile(
    r"\b(?:deputy|vice|assistant|associate|acting|interim|former|ex|co|under|sub|junior|trainee|non|anti|pseudo|"
    r"semi|quasi|near|"
    r"pre|post|"
    r"stellvertretende[rns]?|ehemalige[rns]?|kommissarische[rns]?|adjointe?|ancien(?:ne)?|suppléante?|"
    r"sous|subdirector\w*|"
    r"exdirector\w*|antiguo|antigua|adjunto|adjunta|suplente|vicedirett\w+|ex|vice|viceministr\w*|заместитель|"
    r"бывший|бывшая|"
    r"исполняющий обязанности|نائب|مساعد|السابق)[\s-]+(?:of\s+|des\s+|der\s+|du\s+|del\s+|de la\s+)?$|"
    r"[부전副元前]$|(?:대리|직무대행)\s?$",
    re.IGNORECASE,
)
"""Words before a role or a thing that make it another one."""


REACH = 80
"""No such word and what joins it to the name is longer."""
_REMARK = re.compile(r"[(\[][^)\]]*[)\]]")
_ARTICLE = re.compile(r"^(?:the|a|an|der|die|das|le|la|el|il|o)\s+", re.IGNORECASE)


def is_replaced(
    gold: Sequence[str],
    reply: Sequence[str],
    alike: Callable[[str, str], bool],
    small: Callable[[str], bool],
    passes: Callable[[str], bool] = lambda word: False,
) -> bool:
    """Whether a word of the accepted answer that the reply lacks has another word in its place.

    Its place is right before or behind a neighbour that the reply has; the first word of an answer
    of five or more is a verb perhaps, and may be another.
    """
    has = [any(alike(g, r) for r in reply) for g in gold]
    words = [i for i, g in enumerate(gold) if not small(g)]
    for place, i in enumerate(words):
        if has[i] or (place == 0 and len(words) >= 5):
            continue
        before = gold[words[place - 1]] if place and has[words[place - 1]] else None
        behind = gold[words[place + 1]] if place + 1 < len(words) and has[words[place + 1]] else None
        if before is None and behind is None:
            continue
        for j, word in enumerate(reply):
            left = j > 0 and before is not None and alike(before, reply[j - 1])
            right = j + 1 < len(reply) and behind is not None and alike(behind, reply[j + 1])
            if not (left or right) or small(word) or passes(word) or any(alike(g, word) for g in gold):
                continue
            if right and (before is None or left or j == 0 or place == 0):
                return True
            if left and behind is None and place == len(words) - 1 and j == len(reply) - 1:
                return True
    return False


_OF_THEM = re.compile(
    r"['’]s\s(?:\w+\s)?(?i:deputy|assistant|successor|predecessor|secretary|colleague|boss|son|daughter|wife|"
    r"husband|brother|"
    r"sister|father|mother|student|teacher|pupil|lawyer|agent),?\s[A-Z]"
)
"""Anna Berg's deputy, Olaf Lund: the other one."""


def changed(text: str, answer: str, question: str) -> bool:
    """Whether a word beside the accepted answer makes it another wherever it stands: deputy chairman."""
    bare = _ARTICLE.sub("", answer.strip(" ."))
    if not bare:
        return False
    places = places_of(bare, text)
    own = answer[: len(answer) - len(bare)]
    if not places or CHANGES.search(own):
        return False
    ends = (text[p + len(bare) : p + len(bare) + REACH] for p in places)
    return all(
        CHANGES.search(text[max(0, p - REACH) : p])
        or _OF_THEM.match(end)
        or _of_place(text[max(0, p - REACH) : p], end, bare, question)
        for p, end in zip(places, ends, strict=True)
    )


_BEFORE_PLACE = re.compile(r"(?<!\w)New\s$")
_BEHIND_PLACE = re.compile(r"\s(?:Street|Road|Avenue|Lane|Boulevard|Drive)\b")


def _of_place(before: str, behind: str, name: str, question: str) -> bool:
    """Whether what stands beside the name of a place makes it another: New York is not York, Bergen Road not Bergen."""
    if not name[:1].isupper():
        return False
    kind = _BEHIND_PLACE.match(behind)
    return _BEFORE_PLACE.search(before) is not None or (
        kind is not None and kind[0].strip().casefold() not in question.casefold()
    )


_QUALIFIED = Sieve(
    r"\b((?:south|north)(?:ern|east|west)?|(?:east|west)(?:ern)?|central|new|upper|lower|inner|outer|"
    r"lesser)\s+(?=[A-Z])",
    re.IGNORECASE,
)
"""Words before a name that make it another one: South Africa is not Africa, nor New York York."""


def unqualified(text: str, answer: str, question: str) -> bool:
    """Whether a text, and its question, leave out a word that makes the name in the accepted answer another one."""
    qualifiers, rank, role = _qualifiers(answer)
    if not qualifiers and not rank:
        return False
    said = f"{text} {question}".casefold()
    if rank and rank not in said and role in said:
        return True
    return any(word not in said for word in qualifiers)


_LOWERED = re.compile(
    r"(?:the\s+|der\s+|die\s+|le\s+|la\s+|el\s+|il\s+|o\s+|a\s+)?(?P<rank>deputy|vice|assistant|associate|acting|"
    r"interim|"
    r"junior|trainee|"
    r"stellvertretende[rns]?|kommissarische[rns]?|vicedirett\w+|заместитель)[\s-]+(?P<role>\w{4,})(?:\s+\w+)?\W*$",
    re.IGNORECASE,
)
"""Deputy Director: the director is another. The rank may go where the role does: Nelson for Vice Admiral Nelson."""


@lru_cache(maxsize=65536)
def _qualifiers(answer: str) -> tuple[tuple[str, ...], str, str]:
    """(the words that make the name in an accepted answer another, the rank below a role that it is, the role)."""
    lowered = _LOWERED.match(answer)
    rank, role = (lowered["rank"].casefold(), lowered["role"].casefold()) if lowered else ("", "")
    return tuple(word.casefold() for word in _QUALIFIED.findall(_REMARK.sub(" ", answer))), rank, role
