"""Does a reply refuse: by the wording that the data set asks for, or by another that means the same?

Abstention and the check `cites` ask here, so that one reply never refuses in one place and answers in another.
"""

from __future__ import annotations

import re
from functools import lru_cache

from eval.metrics.knowledge.mentions import is_mention
from eval.metrics.knowledge.refusal_wordings import ABOUT, GENERAL, LEAD, expanded
from eval.metrics.text.korean import HANGUL
from eval.metrics.text.think_blocks import without_thinking

_SENTENCE = re.compile(r"(?<=[.!?。！？؟…])[\"'”’»」]*\s+|(?<=[。！？؟])|\n+|;\s+")
_QUOTED = re.compile(r"[\"“„«「『‘](?P<inside>[^\"”“»」』’]{1,200})[\"”“»」』’]|(?<!\w)'(?P<single>[^']{1,200})'(?!\w)")
_GIVEN = re.compile(
    r"\b(?:the (?:correct |final |right )?answer|answer|die antwort|la réponse|la respuesta|la risposta|a resposta|"
    r"ответ|정답|답|答案|答え)(?: to (?:(?:your|the|this|that) question|this|that|it))?\s*"
    r"(?:is|would be|ist|lautet|est|es|è|é|은|는|是|は)?\s*:?\s*" + _QUOTED.pattern,
    re.IGNORECASE,
)
"""The answer is "Not on file": said, not quoted."""
_WHOLE = re.compile(
    r"(?:(?:the|die|der|das|la|le|el|il|o)\s)?[^\W\d_]+(?:\s[^\W\d_]+)?\s?(?:is|ist|lautet|est|es|è|é|는|은|は|是|"
    r":)\s*"
    + _QUOTED.pattern + r"[.!。]?",
    re.IGNORECASE,
)  # fmt: skip
"""The source is "Not on file": a reply that says nothing but what is quoted, of whatever it calls it."""
_CONDITION = re.compile(
    r"\b(?:if|when|whenever|unless|in case|should (?:the|it|you|i|there)|wenn|falls|sofern|si|lorsque|cuando|"
    r"quando|(?<!no )(?<!não )se|"
    r"caso|если|когда)\b|(?:으?면|경우)(?=[\s,])|如果|若|的话|場合|なら|たら|إذا|عندما|(?<!\w)لو(?!\w)",
    re.IGNORECASE,
)
_GUESS = re.compile(
    r"\b(?:guess|think|probably|perhaps|maybe|likely|believe|assume|suppose|would say|could be|might be|must be|"
    r"should be|"
    r"vermutlich|wahrscheinlich|vielleicht|denke|glaube|schätze|peut-être|probablement|pense|crois|quizás?|tal vez|"
    r"probablemente|creo|supongo|forse|probabilmente|penso|credo|talvez|provavelmente|acho|наверное|возможно|"
    r"вероятно|"
    r"думаю|кажется)\b|아마|것 같|추측|생각합니다|可能|也许|大概|我猜|应该是|おそらく|たぶん|と思い|ربما|أعتقد|أظن|"
    r"\d",
    re.IGNORECASE,
)
_KOREAN_ENDING = re.compile(r"(?:습니다|습니까|ㅂ니다|네요|군요|어요|아요|에요|지요|죠|어|아|다|음|요|는데요)$")
_SMALL = re.compile(
    r"\b(?:the|a|an|it|that|this|is|answer|reply|my|response|value|das|ist|es|la|el|le|il|o|réponse|respuesta|"
    r"risposta|resposta|antwort|답|답변|은|는)\b"
)


_WHERE = re.compile(rf" (?:in|within|from|by) (?:\w+ )?{ABOUT}$")


def refuses(reply: str, wording: str | None) -> bool:
    """Whether a reply refuses: it asserts the wording, or another that means the same, and gives no answer beside it.

    Contractions, inflections and punctuation do not count (`I do not know`, `모르겠어요`, `NA`). A wording of one or
    two words, such as `none`, must be a sentence of its own, for it may be part of an answer. What is quoted from the
    instruction, conditional ("if the papers do not say, ..."), or followed by a guess is no refusal.
    """
    reply = without_thinking(reply)
    return _refuses(reply, wording or "") if reply.strip() else False


@lru_cache(maxsize=16384)
def _refuses(reply: str, wording: str) -> bool:
    wanted = _folded(wording)
    if wanted and (whole := _WHOLE.fullmatch(reply.strip())) and _folded(whole["inside"] or whole["single"]) == wanted:
        return True
    sentences = [s for s in _SENTENCE.split(_unquoted(reply)) if s and _folded(s)]
    for place, sentence in enumerate(sentences):
        folded = _folded(sentence)
        own = bool(wanted) and _says(folded, wanted) and (not place or _alone(sentence, wanted))
        own = own and not _of_somebody(sentence, wanted)
        if not own and (place or not GENERAL.match(expanded(sentence))):
            continue
        if _conditional(sentence, wording):
            continue
        rest = [_after(sentence, wording, own=own), *sentences[place + 1 :]]
        return not any(_GUESS.search(told) and not is_mention(told) for told in map(expanded, rest))
    return False


_RELATIVE = re.compile(
    r",\s*(?:who|whose|which|der|die|das|dessen|deren|qui|dont|lequel|laquelle|quien|cuyo|cuya|que|che|il quale|"
    r"la quale|"
    r"cujo|cuja|котор\w+|чей|чья)\b",
    re.IGNORECASE,
)


def _of_somebody(sentence: str, wanted: str) -> bool:
    """Whether the wording stands in a relative clause about somebody: by Tom Ashdown, who is not on file."""
    clause = _RELATIVE.search(sentence)
    if clause is None or len(sentence[: clause.start()].split()) < 2:
        return False
    behind = re.split(r"[,;]", sentence[clause.end() :], maxsplit=1)[0]
    return _says(_folded(behind), wanted) and not _says(_folded(sentence[: clause.start()]), wanted)


@lru_cache(maxsize=16384)
def _folded(text: str) -> str:
    """Words alone, contractions spelled out: `N/A` is na."""
    text = re.sub(r"(?<=\b\w)[./](?=\w\b)", "", expanded(text))
    return " ".join(re.findall(r"\w+", text))


def _unquoted(reply: str) -> str:
    """The reply without what it quotes; a reply that is one quotation is what stands in it."""
    whole = reply.strip()
    found = _QUOTED.fullmatch(whole.rstrip(".!"))
    return (found["inside"] or found["single"]) if found else _QUOTED.sub(" ", _GIVEN.sub(_given, reply))


def _given(match: re.Match[str]) -> str:
    """What is given as the answer, as a sentence of its own; left in its quotes where that hangs on a condition."""
    before = _SENTENCE.split(match.string[: match.start()])[-1]
    if _CONDITION.search(before):
        return match[0]
    return f".\n{match['inside'] or match['single']}\n"


def _says(sentence: str, wanted: str) -> bool:
    if HANGUL.search(wanted):
        return _stem(wanted) in sentence.replace(" ", "")
    if not wanted.isascii() and " " not in wanted:
        return wanted in sentence
    if len(wanted.split()) > 2:
        return f" {wanted} " in f" {sentence} "
    bare = " ".join(_SMALL.sub(" ", sentence).split())
    bare = _WHERE.sub("", bare)
    return bare in (wanted, " ".join(_SMALL.sub(" ", wanted).split()) or wanted)


def _alone(sentence: str, wanted: str) -> bool:
    """Whether a sentence says the wording and nothing else: behind other sentences it may be part of an answer."""
    rest = re.sub(rf"^{LEAD}", "", expanded(sentence))
    return (
        HANGUL.search(wanted) is not None
        or len(_folded(rest)) <= len(wanted) + 2
        or (_says(_folded(rest), wanted) and (len(wanted.split()) < 3))
    )


def _stem(wording: str) -> str:
    glued = wording.replace(" ", "")
    return _KOREAN_ENDING.sub("", glued) if len(glued) > 3 else glued


def _conditional(sentence: str, wording: str) -> bool:
    """Whether the refusal hangs on a condition that the wording itself does not name."""
    return (
        _CONDITION.search(sentence) is not None
        and _CONDITION.search(wording) is None
        and not GENERAL.match(_CONDITION.split(expanded(sentence), maxsplit=1)[0])
    )


def _after(sentence: str, wording: str, *, own: bool) -> str:
    """What a sentence says behind its refusal."""
    folded, wanted = _folded(sentence), _folded(wording)
    if own and wanted in folded:
        return folded[folded.index(wanted) + len(wanted) :]
    found = GENERAL.match(expanded(sentence))
    return expanded(sentence)[found.end() :] if found else ""
