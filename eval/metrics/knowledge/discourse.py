"""What a reply says only to set it aside: a mistaken belief, what is not asked, a guess that it answers with no.

And what stands before the answer that it calls its final one, or in a line that it crosses out. Each is read in the
languages of the metrics; nothing is set aside where the question asks for beliefs or for what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from eval.metrics.knowledge.alias import STOP, words
from eval.metrics.text.sieve import Sieve, look_for

_FINAL = Sieve(
    r"\b(?:final answer|endgültige antwort|réponse (?:finale|définitive)|respuesta (?:final|definitiva)|"
    r"risposta (?:finale|definitiva)|resposta (?:final|definitiva)|(?:окончательный|итоговый) ответ)\b[\W_]*"
    r"(?:(?:is|ist|lautet|est|es|è|é)\b)?|最终答案|最終答案|最終的な答え|最終回答|최종 ?(?:정답|답변?)|الإجابة "
    r"النهائية",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"[\W_]*(?:(?:(?:as|is|see|given|stated|shown|the one)\s)*(?:above|below)\b|$)", re.IGNORECASE)
_BELIEF = Sieve(
    r"^\W*(?:(?:many|some|most|other|several)\s(?:people |users |sources |readers |articles )?(?:may |might |would |"
    r"often )?"
    r"(?:say|think|believe|assume|claim|guess)|(?:one|you|people) (?:might|may|could|would|often) (?:say|think|"
    r"believe|"
    r"assume|guess)|(?:it is|it's) (?:often|commonly|widely|frequently|sometimes) (?:said|thought|believed|assumed|"
    r"claimed)|(?:viele|manche|einige)(?: leute)? (?:sagen|glauben|denken|meinen)|oft wird (?:gesagt|angenommen|"
    r"behauptet)|"
    r"beaucoup (?:de gens )?(?:disent|pensent|croient)|on (?:pourrait|peut) (?:croire|penser|dire)|much[oa]s "
    r"(?:personas )?(?:dicen|creen|piensan)|molti (?:dicono|credono|pensano)|muit[ao]s (?:pessoas )?(?:dizem|acham|"
    r"pensam|acreditam)|многие (?:люди )?(?:говорят|думают|считают))\b|"
    r"^\W*(?:很多人|许多人|不少人|有人|有些人|人们常|一般人)[^。，]{0,4}(?:说|認為|认为|以为|觉得)|"
    r"^\W*多くの人[^。]{0,30}と(?:言|思|考)|"
    r"^\W*(?:많은|흔히|어떤) ?(?:사람들?)?[은이]?.{0,40}(?:라고|다고) (?:말|생각|믿)",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"\W*(?:(?:in fact|actually|in reality|however|but|in truth|the truth is|tatsächlich|in wirklichkeit|aber|"
    r"jedoch|doch|"
    r"en fait|en réalité|cependant|mais|en realidad|de hecho|pero|sin embargo|in realtà|però|ma|na verdade|na "
    r"realidade|mas|"
    r"porém|на самом деле|однако|но)\b|其实|其實|事实上|事實上|实际上|實際上|但是?|然而|実は|実際|しかし|사실|"
    r"하지만|그러나|실제로)",
    re.IGNORECASE,
)
_PARTS = re.compile(r"(?<=[,，;；、])\s*")
_NOT_ASKED = Sieve(
    r"\bbut (?:that|this|it)(?:'s| is| was| does) ?(?:not|n't) (?:what|the (?:one|answer|question)|asked|relevant|"
    r"answer)\b|"
    r"\baber (?:danach|das) (?:ist|wird|war) nicht (?:gefragt|die|das)\b|\bmais ce n'est pas (?:ce|la|le)\b|"
    r"\bpero (?:eso |esto )?no es (?:lo|la|el)\b|\bma (?:questo |ciò )?non è (?:ciò|la|quello|il)\b|"
    r"\bmas (?:isso |isto )?não é (?:o|a)\b|\bно это не (?:то|ответ)\b|但(?:这|那|這)(?:不是|并非|並非)(?:问题|問題|"
    r"答案|所问|要问)|"
    r"(?:が|けど)、?それは(?:質問|答え)[^。]{0,8}(?:ない|ありません)|지만,? ?(?:그것은|이는) (?:질문|"
    r"답)[^.]{0,10}(?:아닙|않)",
    re.IGNORECASE,
)
_OTHERS = Sieve(
    r"^\W*(?:the |all )?(?:other|remaining|alternative|rest of the)\s(?:options?|answers?|candidates?|choices?|"
    r"possibilities|names?|values?)\b.*\b(?:wrong|incorrect|false|not|ruled out)\b|"
    r"^\W*(?:die |alle )?(?:anderen|übrigen) (?:optionen|antworten|möglichkeiten)\b.*\b(?:falsch|nicht)\b|"
    r"^\W*其他(?:的)?(?:选项|答案|可能).*(?:错|不正确|不对)",
    re.IGNORECASE | re.DOTALL,
)
_PAST = Sieve(
    r"^\W*(?:(?:it|he|she|they|this|that|the \w+(?: \w+)?) )?(?:used to be|was (?:formerly|previously|"
    r"originally)|[^,;]{0,60}\b(?:was|were) [^,;]{1,60} (?:until|till|before|up to)|"
    r"bis [^,;]{2,30} (?:war(?:en)?|betrug|lag)|jusqu'[^,;]{2,40} (?:c'était|était|étaient))\b|^\W*formerly\b|"
    r"^[^,;]{0,40}까지[는은]? |^[^，；。]{0,12}(?:之前|以前)(?:是|为)",
    re.IGNORECASE,
)
_ASKS_PAST = re.compile(
    r"\b(?:before|previous\w*|former\w*|originally|first|earlier|used to|was|were|did|until|war|waren|wurde|früher|bis|"
    r"était|étaient|avant|jusqu|era|eran|fue|antes|hasta|prima|fino|foi|até|был[аои]?|раньше|до)\b|[였었았했]|까지|以前|之前|"
    r"原来|でした|ました",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\W*(?:(?:and |but |und |aber |et |mais |y |pero |e |ma |mas |и |но )?(?:now|today|currently|these days|since "
    r"then|as of|"
    r"jetzt|heute|inzwischen|seitdem|maintenant|aujourd'hui|depuis|ahora|hoy|desde|ora|oggi|adesso|agora|hoje|теперь|"
    r"сейчас|сегодня)\b|(?:그러나 |하지만 "
    r")?(?:지금|현재|이제|오늘)|(?:但|而)?(?:现在|目前|如今)|(?:しかし)?(?:今は|今では|現在))",
    re.IGNORECASE,
)
_FALSE = Sieve(
    r"^\W*(?:(?:it is|it's) (?:not true|false|untrue|incorrect|wrong|not correct|not the case)|it isn't (?:true|"
    r"correct|"
    r"the case)) that\b|"
    r"^\W*(?:the )?following (?:statement|claim|sentence)s? (?:is|are) (?:false|wrong|incorrect|not true|untrue)\b|"
    r"^\W*(?:es ist|es stimmt) (?:nicht wahr|falsch|nicht),? dass\b|^\W*il est faux que\b|"
    r"^\W*no es (?:cierto|verdad) que\b",
    re.IGNORECASE,
)
_NO = re.compile(
    r"\W*(?:(?:no|nope|nein|non|não|нет)(?=[\s,.!—–-]|$)(?! (?:one|doubt|problem|less|more)\b)|不(?:是|对|"
    r"對)?(?=[，,。])|"
    r"いいえ|아니(?=[요오,. ]))",
    re.IGNORECASE,
)
_CROSSED = re.compile(
    r"[❌✗✘❎]|\|\s*(?:no|wrong|false|incorrect|nein|falsch|non|faux|incorrecto|falso|否|错|错误|不是|아니요)\s*\|"
    r"?\s*$",
    re.IGNORECASE,
)
_TICKED = re.compile(
    r"[✅✓✔☑]|\|\s*(?:yes|right|true|correct|ja|richtig|oui|vrai|sí|correcto|是|对|正确|예|네)\s*\|?\s*$",
    re.IGNORECASE,
)
_ASKS_ASIDE = re.compile(
    r"\b(?:misconception|myth|wrong|incorrect|false|untrue|rejected|mistake\w*|fälschlich\w*|irrtum|falsch\w*)\b|"
    r"\b(?:people|many|some|one|they|viele|leute|gens|gente|люди)\b.{0,30}\b(?:say|think|believe|assume|claim|sagen|"
    r"denken|"
    r"glauben|disent|croient|dicen|creen|думают|считают)\b|(?:人们|大家|有人|人|们)[^。]{0,4}(?:认为|以为|说)|误解|"
    r"误以为|错误|오해|잘못|誤",
    re.IGNORECASE,
)
"""A question that asks for what is set aside."""

_SET_ASIDE = (_NOT_ASKED, _OTHERS, _FALSE)


def final(text: str) -> str:
    """A reply from what it calls its final answer on; as it is where it calls nothing so, or only points elsewhere."""
    cues = list(_FINAL.finditer(text))
    return text[cues[-1].end() :] if cues and not _ELSEWHERE.match(text, cues[-1].end()) else text


def uncrossed(text: str, question: str) -> str:
    """A reply without the lines that it crosses out, where it ticks others: `| Rome | no |` beside `| Oslo | yes |`."""
    if "|" not in text and (text.isascii() or not _CROSSED.search(text)):
        return text
    lines = text.split("\n")
    crossed = [bool(_CROSSED.search(line)) for line in lines]
    if not any(crossed) or not any(_TICKED.search(line) for line in lines) or _ASKS_ASIDE.search(question):
        return text
    return "\n".join(line for line, gone in zip(lines, crossed, strict=True) if not gone)


_SEGMENTS = re.compile(r"\n|;(?=\s)")
_LABELLED = re.compile(r"^[\W_]*(?P<label>[^:|\n]{1,60}?)[*_\s]*(?:[:|](?=\s)|\s[–—-]\s)\s*(?P<value>[^\n]*\w[^\n]*)$")
_NO_LABEL = re.compile(
    r"\b(?:answer|final|explanation|reason\w*|source|note|result|conclusion|question|context|passage|summary|"
    r"antwort|frage|"
    r"réponse|respuesta|risposta|resposta|ответ)\b|答案|答え|정답|답변|问题|質問|질문",
    re.IGNORECASE,
)
_TABLE_HEAD = re.compile(r"^[^\n]*\n\s*\|?\s*:?-{2,}[-:| ]*$", re.MULTILINE)
LABEL = 8
"""A label has at most so many words."""


def labelled(text: str, question: str) -> str:
    """What a list of labels and values, or a table of two columns, says under the one label that the question names.

    `Q1: 15; Q3: 12` says 12 of Q3. The text as it is where it is more than such a list, or not one label is named.
    """
    segments = [s for s in _SEGMENTS.split(_TABLE_HEAD.sub("", text)) if any(c.isalnum() for c in s)]
    if len(segments) < 2:
        return text
    found = [_LABELLED.match(s.strip(" |")) for s in segments]
    rows = [f for f in found if f is not None and len(f["label"].split()) <= LABEL and "|" not in f["value"]]
    if len(rows) < len(segments) or any(_NO_LABEL.search(row["label"]) for row in rows):
        return text
    asked = frozenset(words(question))
    named = [row for row in rows if all(w in asked or w in STOP for w in words(row["label"])) and words(row["label"])]
    return named[0]["value"] if len(named) == 1 else text


@lru_cache(maxsize=4096)
def _asks_aside(question: str) -> bool:
    return _ASKS_ASIDE.search(question) is not None


@lru_cache(maxsize=1)
def _may_be_aside() -> Callable[[str], object]:
    return look_for(_BELIEF, _PAST, *_SET_ASIDE)


def kept(sentences: Sequence[tuple[str, str]], question: str) -> list[tuple[str, str]]:
    """Sentences with their signs, without those that are said only to be set aside."""
    if len(sentences) == 1 and not _may_be_aside()(sentences[0][0].casefold()):
        return list(sentences)
    if len(sentences) == 1 and not (_BELIEF.search(sentences[0][0]) or _FALSE.search(sentences[0][0])):
        return list(sentences)
    aside = not _asks_aside(question)
    found = []
    for place, (sentence, sign) in enumerate(sentences):
        behind = sentences[place + 1][0] if place + 1 < len(sentences) else ""
        if sign in "?？؟" and _NO.match(behind):
            continue
        if not _may_be_aside()(sentence.casefold()):
            found.append((sentence, sign))
            continue
        if aside and any(cue.search(sentence) for cue in _SET_ASIDE):
            continue
        if aside and _PAST.search(sentence) and _NOW.match(behind) and not _ASKS_PAST.search(question):
            continue
        if aside and _BELIEF.search(sentence):
            parts = _PARTS.split(sentence)
            turn = next((i for i, part in enumerate(parts) if i and _TURN.match(part)), None)
            if turn is None and _TURN.match(behind):
                continue
            sentence = "".join(parts[turn or 0 :])
        found.append((sentence, sign))
    return found
