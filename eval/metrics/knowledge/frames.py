"""What a sentence states of something else than the question asks about: a farm's crop for the colour of its barn.

And what it says only to repeat a question, perhaps another one: `The answer to the question of what is seen in Japan is
Tokyo` answers Tokyo.
"""

from __future__ import annotations

import re
from functools import lru_cache

from eval.metrics.knowledge.alias import STOP, same_word, words

_BE = r"(?:is|was|are|were|ist|war|sind|est|était|sont|es|era|son|è|são|é)"
_OF = r"(?:of|for|at|von|des|der|de|du|del|della|di|do|da)"
_STATED = re.compile(
    rf"^\W*(?:the|der|die|das|le|la|el|il|o|a)\s+(?P<what>(?:[^\W\d_-]+\s+){{1,3}}?){_OF}\s+(?P<whose>(?:\S+\s+){{1,5}}?)"
    rf"{_BE}\s+\S",
    re.IGNORECASE,
)
"""The main crop of Batisa farm is ..."""
_ASKED = re.compile(
    rf"^\W*(?:(?:what|which)\s+{_BE}|(?:wie|was|welches)\s+{_BE}|(?:quel(?:le)?|cuál|quale?|qual)\s+{_BE})\s+"
    rf"(?:the|der|die|das|le|la|el|il|o|a)\s+(?P<what>(?:[^\W\d_-]+\s+){{1,3}}?){_OF}\s+(?P<whose>[^?]+)"
    r"|^\W*what\s+(?P<kind>colou?r|size|shape|height|weight|age|length|price|cost)\s+(?:is|was)\s+(?:the\s+)?"
    r"(?P<thing>(?:[^\W\d_-]+\s+){1,3}?)(?:of|at|in)\s+(?P<owner>[^?]+)",
    re.IGNORECASE,
)
"""What is the capital of Tessaly province? What colour is the barn of Batisa farm?"""


_REPEATED = re.compile(
    r"^\W*(?:the )?(?:\w+ )?answer to (?:(?:the|your|this|that) )?(?:\w+ )?question (?:of|as to|about|on)\s+(?=\w)",
    re.IGNORECASE,
)
_ANSWERS = re.compile(r"(?:^|(\w+)\W+)(?:is|was|are|were|would be)\s+(?=\S)", re.IGNORECASE)
_SUBJECTS = "who what which whom whose where when how why that it he she they there this these"
_OWN_SUBJECT = frozenset(_SUBJECTS.split())


def answered(sentence: str) -> str:
    """A sentence without the question that it repeats before its answer; as it is where it repeats none."""
    repeated = _REPEATED.match(sentence)
    if repeated is None:
        return sentence
    verbs = [v for v in _ANSWERS.finditer(sentence, repeated.end()) if (v[1] or "").casefold() not in _OWN_SUBJECT]
    return sentence[verbs[-1].end() :] if verbs else sentence


@lru_cache(maxsize=16384)
def _frame(question: str) -> re.Match[str] | None:
    return _ASKED.match(question)


def of_another(sentence: str, question: str) -> bool:
    """Whether a sentence of the question's own frame names another owner, or another thing of the same owner.

    Both must name it: a name that the question's owner lacks and none that it has, or, where the question asks for a
    property of one part (the colour of the barn), another part.
    """
    asked = _frame(question)
    stated = _STATED.match(sentence) if asked else None
    if stated is None or asked is None:
        return False
    what, whose = words(stated["what"]), stated["whose"]
    wanted = words(asked["what"] or asked["thing"])
    owner = asked["whose"] or asked["owner"]
    said, own = _names(whose), _names(owner)
    if not said or not own:
        return False
    if not said & own:
        return _shared(what, wanted) and not own & frozenset(words(sentence))
    if not asked["kind"]:
        return False
    return not _shared(what, (*wanted, *words(asked["kind"])))


def _names(text: str) -> frozenset[str]:
    return frozenset(w for f in re.findall(r"[^\W\d_][\w'’-]*", text) if f[0].isupper() for w in words(f))


def _shared(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return any(same_word(a, b, False) or same_word(b, a, False) for a in some if a not in STOP for b in others)
