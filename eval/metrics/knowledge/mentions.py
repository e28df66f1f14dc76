"""What a reply only mentions behind saying that it does not know: `I don't know. The filing lists Ann Hall.`"""

from __future__ import annotations

import re
from functools import lru_cache

from eval.metrics.knowledge.refusal_wordings import ABOUT, GENERAL, expanded
from eval.metrics.knowledge.relations import related
from eval.metrics.knowledge.small_words import is_small
from eval.metrics.text.sieve import Sieve

_MENTION = Sieve(
    r"\b(?:lists|mentions|names(?! (?:are|is|of)\b)|cites|refers to|includes|contains|(?:(?<=s )|(?<=they ))"
    r"(?:list|mention|name|cite|refer "
    r"to|include|contain)|appears?|occurs?|comes? up|turns? up|shows? up|(?:is|are|was|were|gets?|got|been) (?:\w+ )?"
    r"(?:listed|mentioned|named|cited|referred to|included|contained|brought up))\b|"
    r"\b(?:erwähnt|genannt|nennt|nennen|aufgeführt|aufgelistet|kommt .{2,60} vor|taucht .{2,60} auf|führt .{2,60} "
    r"auf)\b|"
    r"\b(?:mentionn\w+|cite|cité\w*|citent|figurent?|apparaît|apparaissent|énumèrent?)\b|"
    r"\b(?:mencion\w+|citan?|citad\w+|aparecen?|figuran?|enumeran?|menzion\w+|citat\w+|citano|compa(?:re|iono)|"
    r"appa(?:re|iono)|elenca\w*|consta[mn]?)\b|"
    r"\b(?:упомина\w+|упомянут\w*|назван\w*|называ\w+|перечисл\w+|встреча\w+)\b|"
    r"언급|나열|등장|나옵니다|나온다|나와 "
    r"있|적혀|기재|提到|提及|列出|列有|列了|出现|言及|記載|挙げ|出てき|登場|載って|يذكر|تذكر|ذُكر|ورد|وردت|يظهر|تظهر",
    re.IGNORECASE,
)
"""A word stands somewhere: no statement of what it is."""
_THINKS = re.compile(
    r"\b(?:i (?:think|believe|guess|assume|suppose|would say|suspect)|i'd "
    r"(?:say|guess)|probably|likely|presumably|seems?|"
    r"must be|should be|apparently|ich (?:denke|glaube|vermute)|wahrscheinlich|vermutlich|je "
    r"(?:pense|crois)|probablement|"
    r"creo|supongo|probablemente|credo|penso|probabilmente|acho|creio|provavelmente|думаю|вероятно|скорее всего)\b|"
    r"생각|아마|것 같|추정|我想|我认为|应该是|可能|大概|思い|おそらく|たぶん|أعتقد|أظن|ربما",
    re.IGNORECASE,
)
_ANOTHER_WAY = re.compile(
    r"^(?!\W*(?:(?:but|however|though|and|so),? )?(?:it|that|this|he|she|they|there|the)\b).*\b(?:is|was|are|were) "
    r"(?:an?|one of|among)\b",
    re.IGNORECASE,
)
"""Yolande Penhallow is a lawyer."""
_END = re.compile(r"(?<=[.!?])\s|[。！？؟]|\n")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff가-힣]")
_ENDINGS = frozenset(("입니", "니다", "니까", "습니", "이다", "です", "ます", "した", "いま"))
"""Two letters that stand in many sentences."""
_WORDS = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_DOCUMENT = re.compile(ABOUT, re.IGNORECASE)


def is_mention(sentence: str) -> bool:
    """Whether a sentence says no more of a word than that it stands somewhere, and ventures no opinion."""
    return _MENTION.search(sentence) is not None and not _THINKS.search(sentence)


@lru_cache(maxsize=16384)
def admits(reply: str) -> bool:
    """Whether a reply begins by saying that it does not know."""
    return GENERAL.match(expanded(_END.split(reply.strip(), maxsplit=1)[0])) is not None


def answers_still(said: str, question: str) -> str:
    """The lines of what a reply says behind such a beginning, without those that answer nothing.

    Those are mentions, and what a name is otherwise, with no word of what the question asks.
    """
    return "\n".join(line for line in said.split("\n") if not _is_idle(line, question))


def _is_idle(line: str, question: str) -> bool:
    idle = is_mention(line) or (_ANOTHER_WAY.search(line) is not None and not _THINKS.search(line))
    return idle and not _shares(line, question)


def _shares(line: str, question: str) -> bool:
    """Whether a line has a word of the question, documents aside."""
    if _UNSPACED.search(question):
        glued = "".join(re.findall(r"\w+", question))
        return any(glued[i : i + 2] in line for i in range(len(glued) - 1) if glued[i : i + 2] not in _ENDINGS)
    asked = [w for w in _WORDS.findall(question.casefold()) if not is_small(w) and not _DOCUMENT.fullmatch(w)]
    return any(related(a, s) for a in asked for s in _WORDS.findall(line.casefold()))
