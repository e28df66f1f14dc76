"""What a sentence denies: the spans that a negation covers, in eleven languages.

A negation denies its own segment of the sentence, from one comma or conjunction to the next: `It does not use HTTP, it
uses MQTT` denies HTTP alone. Behind a name (`MQTT is not supported`, `Haddad unterschreibt nicht`) it denies the name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from eval.metrics.text.sieve import Sieve, look, needed_letters

_BOUNDS = re.compile(
    r"[,،，;；:()\[\]—–]\s*|\s-\s|"
    r"\s(?:but|however|whereas|while|although|though|instead(?! of)|so|thus|therefore|hence|because|since|which|"
    r"who|whom|"
    r"whose|where|when|if|then|rather(?! than)|"
    r"sondern|aber|jedoch|weil|dass|obwohl|während|mais|car|parce|alors|sino|pero|porque|aunque|bensì|ma|però|"
    r"perché|mas|"
    r"senão|porém|embora|но|однако|потому|хотя|بل|لكن|ولكن|لأن)(?=\s)\s*|"
    r"(?:ではなくて?|じゃなくて?|でなくて?)[、,]?|(?<=[가-힣]지만)\s|而是|但是?|却|不过|所以|因此|"
    r"\s(?=(?:and|or|und|et|y|e|и|а|و)\s(?:not|never|nicht|kein\w*|non|pas|no|não|не|ليس)\s)|\s(?=وليس)|"
    r"\sand\s(?=(?:it|is|was|are|were|he|she|they|has|have|had|does|did|do|can|could|will|would|uses?|used|runs?|"
    r"now)\b)"
)
"""Where one segment ends and the next begins."""
_BE = (
    r"(?:am|is|are|was|were|be|been|being|do|does|did|has|have|had|can|could|will|would|should|shall|may|might|must|"
    r"need)"
)
_NOT_BEHIND = (
    r"(?!\s*(?:only|just|merely|simply|solely|until|till|exceed\w*|more than|less than|later than|earlier than|"
    r"fewer than|"
    r"before|after|to mention|surprising\w*|(?-i:far|long)|unlike\w*|uncommon\w*|unusual\w*|be denied|"
    r"without|necessarily|to be confused|sure|certain|quite|entirely|completely|at all sure|bad)\b)"
)
_VERBAL = Sieve(
    rf"\b(?:{_BE}(?:n't\b|\s+not\b)|cannot\b|can not\b|can't\b|mustn't\b|won't\b|ain't\b|shan't\b|not\b|never\b|no "
    rf"longer\b|"
    rf"neither\b|nor\b)"
    rf"{_NOT_BEHIND}"
    r"|\b(?:refus\w+|declin\w+|fail\w*) to\b|\b(?:was|were|is|are|been|being|got) (?:\w+ed by mistake|dropped|"
    r"abandoned|removed|"
    r"deprecated|discontinued|phased out|rejected|ruled out|excluded|superseded|retired)\b"
    r"|\blacks?\b|\bdoubt(?:s|ed)? (?:that|it|if|whether)\b|\bfar from being\b|\bby no means\b|\banything but\b"
    r"|\b(?:is|are|was|were|would be) (?:\w+ )?(?:incorrect|wrong|false|untrue|unsupported|mistaken|"
    r"impossible)\b(?=\W*$)"
    r"|\b(?:ist|sind|war|waren|wäre) (?:\w+ )?(?:falsch|unrichtig|inkorrekt)\b(?=\W*$)"
    r"|\b(?:est|était) (?:\w+ )?(?:fausse?|incorrecte?|inexacte?)\b(?=\W*$)"
    r"|\b(?:es|era|è|é|está) (?:\w+ )?(?:incorrect[oa]|fals[oa]|errad[oa]|sbagliat[oa]|errat[oa]|"
    r"equivocad[oa])\b(?=\W*$)"
    r"|\b(?:неверн\w+|неправильн\w+|ошибочн\w+)(?=\W*$)"
    r"|\bnicht(?! (?:nur|bloß|allein|vor|nach|mehr als|weniger als|später als|zuletzt|weit)\b)\b"
    r"|\bkeine?[mnrs]?(?! (?:andere[rnms]? als|frage|zweifel))\b|\b(?:niemals|nie|keinesfalls|keineswegs|"
    r"mitnichten|niemand|nirgends)\b"
    r"|\b(?:ne|n')\s?(?:\S+\s+){1,4}?(?:pas|plus|jamais|aucune?|guère|point)\b|(?:^|\W)(?:pas|jamais) (?!seulement|"
    r"moins|plus)"
    r"|\bnon (?!solo|soltanto|c'è dubbio|plus)\b|(?-i:\bmai\b)(?= \w)|\bnão (?!só|apenas|somente|há dúvida)\b|"
    r"\b(?:jamais|nunca|tampoco)\b"
    r"|(?:^|\s)не (?!только|позднее|позже|раньше|ранее|менее|более|больше|меньше)|\bникогда\b|\bнет\b"
    r"|\bweder\b|(?<![^\W\d_])(?:ni|nem|né|ни)\s(?=[^.;]{2,40}\s(?:ni|nem|né|ни)\s)"
    r"|不是|並非|并非|绝非|不(?!仅|僅|但|只|同|过|過|少于|超过|超過|得不|锈|鏽|断|断|列颠|丹|可或缺|错)\w|"
    r"没有(?!问题|限制|错)|沒有|未(?!来|來|定)\w"
    r"|(?:では|じゃ)(?:ありません|ない|なかった|ございません)|(?:ません|"
    r"なかった)(?:でした)?(?=\W*$)|(?<=[わさかがらばまたなし])ない(?=です|\W*$)"
    r"|(?:^|\s)و?(?:ليس|ليست|لم|لن|لا)\s(?!شك|يقل|يزيد|تقل|تزيد|يتجاوز)"
    r"|아니다|아닙니다|아니에요|아니었|아니예요|아녜요|아니야|않습니다|않는다|않았|않아요|않음|않다|틀렸|"
    r"틀린|사실이 아|"
    r"모르겠|모릅니다|못합니다|못한다|못했|못해요|불가능|(?<!밖에 )없습니다|(?<!밖에 )없어요|(?<!밖에 )없다|없음|"
    r"안 (?:됩니다|돼요|됨|된다|합니다|해요|씁니다)",
    re.IGNORECASE,
)
"""A negation that covers its whole segment."""
_SPANISH_NO = re.compile(r"(?:^|\s)no (?!s[oó]lo|solamente|hay duda|más de|menos de)", re.IGNORECASE)
_FORWARD = Sieve(
    r"\b(?:instead of|rather than|unlike|as opposed to|in place of|in lieu of|in contrast to|contrary to|not to be "
    r"confused "
    r"with|other than|apart from|statt|anstatt|anstelle (?:von|des|der)|im gegensatz zu|außer|au lieu d[eu']|à la "
    r"place d[eu']|"
    r"plutôt qu[e']|contrairement à|en vez de|en lugar de|a diferencia de|invece d[ei]\w*|anziché|piuttosto che|al "
    r"posto d[ei]\w*|"
    r"a differenza d\w+|em vez d[eao]s?|ao invés d[eao]s?|ao contrário d[eao]s?|вместо|в отличие от|بدلا من|بدلاً "
    r"من|بدلًا من|"
    r"عوضا عن|على عكس)(?=\W|(?<='))|而不是|而非|不像",
    re.IGNORECASE,
)
"""Words that deny what stands behind them up to the end of the segment, and nothing before them."""
_SEARCHED = Sieve(
    r"\b(?:could(?:n't| not)|can(?:'t| ?not)|did(?:n't| not)|was(?:n't| not) able to|(?:am|was|were|are) unable "
    r"to) find\b|"
    r"\b(?:no|not any) (?:information|mention|record|evidence)\b|\bnot (?:mention|say|state|specify|contain|"
    r"provide)\b|\b(?:sag(?:t|en)|steht|nenn(?:t|en)|erwähn(?:t|en)|verr(?:ät|aten)|beleg(?:t|en)) (?:\w+ ){0,2}"
    r"nicht(?=,? (?:ob|dass|wer|was|wie|wo|wann)\b)|\bне (?:сказано|указано|говорится|упоминается|ясно)(?=,)",
    re.IGNORECASE,
)
"""A failed search: all that stands behind it in the sentence was not found."""
_TURN = re.compile(r"\b(?:but|however|although|though)\b|[;:]", re.IGNORECASE)
_CONTRAST = re.compile(
    r"[\W_]*(?:(?:and|und|et|y|e|и|а|و)\s+)?(?:not|never|nicht|kein\w*|keinesfalls|pas|non|no|não|не|不是|并非|ليس|"
    r"وليس)\W*",
    re.I,
)
"""A negation without a verb: `not Ben`."""
SHORT = 4
"""Beside a question that is negative itself, a contrast denies so many words: what is longer may repeat the "
"question."""
_NONE_OTHER = Sieve(r"\bnone other than\b|\bno one other than\b|\bnothing other than\b", re.IGNORECASE)
_BACKWARD = Sieve(
    r"(?<=[가-힣A-Za-z0-9)])[이가은는]?\s?(?:아니(?:라|고|며|었고|지만)|아닌)(?=[\s,])"
    r"|(?<=[가-힣A-Za-z0-9)])\s?(?:대신|말고)(?:에)?(?=[\s,])|지\s?(?:않고|않으며|않지만|않는데|못하고|못하며|"
    r"못하지만)(?=[\s,])"
    r"|(?:ではなくて?|じゃなくて?|でなくて?)|の代わりに|(?:せず|使わず)に?[、,]|よりも?むしろ|是错误的|是不对的",
)
"""Words that deny what stands before them in the sentence, and nothing behind them."""
_SURE = Sieve(
    r"\b(?:there is|there's|there can be|i have|without|beyond) (?:no |any |a )?(?:doubt|question)\b|\bno doubt\b|"
    r"\bwithout [^,.]{1,40}? (?:would|will|can|could|does|do|is|may)(?:n't| ?not)\b|"
    r"\b(?:can't|cannot|can not|could not|couldn't) (?:\w+ )?(?:be (?:any(?:thing|one|body)? )?(?:other|else)|go "
    r"wrong|function|"
    r"work|run|start) without\b|ohne zweifel|kein zweifel|sans (?:aucun )?doute|sin duda|senza dubbio|sem dúvida|"
    r"без сомнения|"
    r"несомненно|毫无疑问|无疑|間違いありません|違いありません|違いない|なければな(?:らない|りません)|"
    r"ねばな(?:らない|りません)|"
    r"しか(?:あり|い)ません|かもしれません|بلا شك|بدون شك|틀림없|의심의 여지가 없|(?:지 )?않으면 안|지 않을 수 없|"
    r"수밖에 없",
    re.IGNORECASE,
)
"""Negations that assert."""
_QUOTES = re.compile(
    r"\"[^\"\n]{1,80}\"|“[^”\n]{1,80}”|«[^»\n]{1,80}»|„[^“”\n]{1,80}[“”]|「[^」\n]{1,80}」|『[^』\n]{1,80}』|"
    r"《[^》\n]{1,80}》|(?<!\w)'[^'\n]{2,80}'(?!\w)"
)
_SUBORDINATE = re.compile(
    r".*\b(?:that|who|which|whose|because|since|although|though|while|when|as|until|before|after|and|than|if|"
    r"unless)\s",
    re.IGNORECASE | re.DOTALL,
)
_SPANISH_WORDS = "qué cuál cómo dónde quién cuándo usa el los las del un una que por con para está es"
_ENGLISH_WORDS = "the is are was of what which does how who there it to and"
_SPANISH, _ENGLISH = frozenset(_SPANISH_WORDS.split()), frozenset(_ENGLISH_WORDS.split())
_SIGNS = re.compile("[¿¡ñ]")
_WORD = re.compile(r"\w+")


def masked(text: str) -> str:
    """The text, of the same length, with letters in place of what stands in quotation marks: titles deny nothing."""
    if not _QUOTED_SIGN.search(text):
        return text
    return _QUOTES.sub(
        lambda m: m[0][0] + "x" * (len(m[0]) - 2) + m[0][-1] if m[0].strip() != text.strip() else m[0], text
    )


_EMPHASIS = re.compile(r"\*+|(?<!\w)_+(?=\w)|(?<=\w)_+(?!\w)")
"""**not** denies as not does."""
_QUOTED_SIGN = re.compile("[\"“«„「『《']")


def is_spanish(*texts: str) -> bool:
    """Whether `no` in texts is Spanish, where it denies a verb."""
    found = [_counts(text) for text in texts]
    spanish = sum(spanish for spanish, _ in found)
    return spanish > 0 and spanish > sum(english for _, english in found)


@lru_cache(maxsize=16384)
def _counts(text: str) -> tuple[int, int]:
    """(Spanish signs and small words, English ones) of a text."""
    text = text.casefold()
    said = _WORD.findall(text)
    signs = 0 if text.isascii() else len(_SIGNS.findall(text))
    spanish = 0 if _SPANISH.isdisjoint(said) else len([w for w in said if w in _SPANISH])
    return signs + spanish, 0 if _ENGLISH.isdisjoint(said) else len([w for w in said if w in _ENGLISH])


_ASKS_WITHOUT = Sieve(
    r"\b(?:without|lack\w*|except|excluding|fail\w*|refus\w+|declin\w+|absent|missing|ohne|außer|sans|sauf|sin|"
    r"salvo|senza|sem|без|кроме)\b|"
    r"없|제외|빼고|以外|除了|なしで|بدون|ما عدا",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def asks_denial(question: str, *, spanish: bool = False) -> bool:
    """Whether a question asks what something is not, does not or lacks, so that a denial answers it."""
    return denies(question, spanish=spanish) or _ASKS_WITHOUT.search(question) is not None


@lru_cache(maxsize=65536)
def denies(text: str, *, spanish: bool = False) -> bool:
    """Whether there is a negation of a verb or a noun anywhere in a text."""
    shown = _SURE.sub(" ", masked(text))
    return bool(_VERBAL.search(shown) or _BACKWARD.search(shown) or (spanish and _SPANISH_NO.search(shown)))


_NEXT = re.compile(r"[^\W\d_]{3,}")


def denied_heads(text: str) -> list[str]:
    """The two words behind each negation of a verb, where negations stand before: `open to` of `is not open to all`."""
    shown = _SURE.sub(" ", masked(text))
    found = (_NEXT.findall(shown[cue.end() : cue.end() + 60])[:2] for cue in _VERBAL.finditer(shown))
    return [" ".join(heads) for heads in found if heads]


def undenied(sentence: str, *, spanish: bool = False, verbs: bool = True) -> str:
    """A sentence without the spans that it denies; with `verbs` off, only contrasts (`A, not B`) deny.

    Where the question is negative itself (`Who did not come?`), negated verbs answer it.
    """
    shown = masked(sentence)
    if "*" in shown or "_" in shown:
        shown = _EMPHASIS.sub(lambda m: " " * len(m[0]), shown)
    if not _may_deny()(shown.casefold()) or _NONE_OTHER.search(shown):
        return sentence
    shown = _SURE.sub(lambda m: "x" * len(m[0]), shown)
    gone: list[tuple[int, int]] = []
    for found in _BACKWARD.finditer(shown):
        begin = max((g[1] for g in gone), default=0)
        gone.append((begin, found.end()))
    for search in _SEARCHED.finditer(shown):
        turn = _TURN.search(shown, search.end())
        gone.append((search.start(), turn.start() if turn else len(shown)))
    for begin, end in _segments(shown):
        part = shown[begin:end]
        if forward := _FORWARD.search(part):
            gone.append((begin + forward.start(), end))
            part = part[: forward.start()]
        cue = _VERBAL.search(part) or (_SPANISH_NO.search(part) if spanish else None)
        if cue is None or _BACKWARD.search(part):
            continue
        contrast = _CONTRAST.fullmatch(part[: cue.end()]) is not None
        if not verbs and not (contrast and len(part[cue.end() :].split()) <= SHORT):
            continue
        before = _SUBORDINATE.match(part[: cue.start()])
        gone.append((begin + (before.end() if before else 0), end))
    return _without(sentence, gone)


@lru_cache(maxsize=1)
def _may_deny() -> Callable[[str], object]:
    """A quick look for the letters of any denial, which spares a sentence's segments."""
    cues = (_VERBAL, _FORWARD, _BACKWARD, _SEARCHED, _NONE_OTHER, _SPANISH_NO)
    needed = [needed_letters(cue.pattern, cue.flags) for cue in cues]
    return look(row for rows in needed for row in rows) if all(needed) else look(())


def _segments(text: str) -> list[tuple[int, int]]:
    bounds = [(m.start(), m.end()) for m in _BOUNDS.finditer(text)]
    begins, ends = [0, *(e for _, e in bounds)], [*(b for b, _ in bounds), len(text)]
    return [(b, e) for b, e in zip(begins, ends, strict=True) if e > b]


def _without(text: str, gone: list[tuple[int, int]]) -> str:
    if not gone:
        return text
    kept, place = [], 0
    for begin, end in sorted(gone):
        if begin > place:
            kept.append(text[place:begin])
        place = max(place, end)
    kept.append(text[place:])
    return " ".join(k.strip() for k in kept if k.strip()).strip(" ,;")
