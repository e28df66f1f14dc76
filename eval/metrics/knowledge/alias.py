"""Which wordings of an accepted answer are the same answer: spellings, inflections, names, added remarks."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from eval.metrics.quantities.ordinals import ORDINAL_FIRST, ordinals_as_digits
from eval.metrics.text.abbreviation import other_forms
from eval.metrics.text.korean import inflected
from eval.metrics.text.normalize import is_spaced_words, tokens

_STOP = """
a about also an and approximately are around as at be been between by called circa dr early for from he
her his how in into is it its known late mr mrs ms nearly of on onto or roughly she sir st that the
their there these they this those to up was were what when where which who whom whose with
"""
STOP = frozenset(_STOP.split())
"""Words that carry no answer; an answer of nothing else is compared whole."""
_ROMAN = {
    r: str(n)
    for n, r in enumerate(
        ["ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii", "xviii"], 2
    )
}
_ROMAN |= {"vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12", "xiii": "13", "xiv": "14",
           "xv": "15", "xvi": "16", "xvii": "17", "xviii": "18"}  # fmt: skip
_ORDINALS = ("third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
             "sixteenth seventeenth eighteenth nineteenth twentieth")  # fmt: skip
_NUMBER_WORDS = "thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
_TENS = {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90"}
_SAME = (
    _ROMAN
    | {w: str(n) for n, w in enumerate(_ORDINALS.split(), 3)}
    | {w: str(n) for n, w in enumerate(_NUMBER_WORDS.split(), 13)}
    | _TENS
    | {
        "usa": "us",
        "bce": "bc",
        "true": "yes",
        "false": "no",
        "falsehood": "no",
        "uk": "britain",
        "&": "and",
        "ave": "avenue",
        "blvd": "boulevard",
        "mt": "mount",
        "dept": "department",
        "univ": "university",
        "govt": "government",
        "intl": "international",
        "bros": "brother",
        "str": "strasse",
        "beneath": "under",
        "underneath": "under",
        "below": "under",
        "rd": "road",
    }
)
_SUFFIXES = frozenset(
    ["s", "e", "es", "ed", "d", "ing", "er", "r", "n", "an", "ian", "ese", "ish", "al", "ly", "ally", "ic"]
)
_OF_NAME = re.compile(r"\bD['’`´](?=[A-Z])")
"""D'Angelo is DAngelo: the elision of a name is part of it."""
_ELISION = re.compile(r"^(?:l|d|qu|un|dell|nell|all|dall|sull|gl)'(?=\w{2})")
_REMARK = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_CLAUSE = re.compile(r",\s+(?:who|which|where|when|a|an|the|so|because|as)\s.*$", re.IGNORECASE | re.DOTALL)
_EITHER = re.compile(r",?\s+or\s+|;\s+", re.IGNORECASE)
_ACRONYM = re.compile(r"[(\[]\s*([A-Z][A-Z.&]{1,7})\s*[)\]]")
_ACCEPT = re.compile(r"[(\[]\s*(?:also|or|accept|aka|a\.k\.a\.|i\.e\.)[:,]?\s+([^)\]]+)[)\]]", re.IGNORECASE)


_PAIRS = """
gray grey, yogurt yoghurt, center centre, theater theatre, meter metre, liter litre, fiber fibre, defense defence,
license licence, offense offence, program programme, catalog catalogue, dialog dialogue, whiskey whisky, donut doughnut,
mustache moustache, aluminium aluminum, tyre tire, kerb curb, plough plow, cheque check, mould mold, sulphur sulfur,
sulphate sulfate, jewellery jewelry, pyjamas pajamas, sceptical skeptical, storey story, draught draft,
메시지 메세지, 콘텐츠 컨텐츠, 액세서리 악세사리, 서비스 써비스, 센터 센타,
주스 쥬스, 텔레비전 텔레비젼, 내비게이션 네비게이션, 초콜릿 초콜렛, 스케줄 스케쥴,
디지털 디지탈, 데이터 데이타, 배터리 밧데리, 케이크 케잌, 파일 화일,
카펫 카페트, 리포트 레포트, 리더십 리더쉽, 워크숍 워크샵, 컬러 칼라,
애플리케이션 어플리케이션, 슈퍼마켓 수퍼마켓, 로켓 로케트, 소시지 소세지, 케첩 케찹,
타깃 타겟, 심벌 심볼, 알코올 알콜, 밸런스 발란스, 캐비닛 캐비넷,
재킷 자켓, 로봇 로보트
"""
_VARIANTS = {b: a for a, b in (pair.split() for pair in _PAIRS.replace("\n", " ").split(",") if pair.strip())}
"""Spellings of one word that differ by more than an ending; colour and color are a slip apart."""


@lru_cache(maxsize=65536)
def words(text: str) -> tuple[str, ...]:
    """Tokens (see `tokens`) without diacritics, plurals and ordinal endings; numerals of every kind as digits."""
    if is_spaced_words(text) and ORDINAL_FIRST.isdisjoint(text.casefold().split()):
        parts = tokens(text)
    else:
        parts = tokens(ordinals_as_digits(_OF_NAME.sub("D", text) if "D" in text else text))
    if _ENDINGS.isdisjoint(parts):
        return tuple(map(_word, parts))
    found: list[str] = []
    for token in parts:
        if found and token in _ENDINGS and found[-1].isdigit():
            continue
        found.append(_word(token))
    return tuple(found)


_ENDINGS = frozenset(("st", "nd", "rd", "th"))


@lru_cache(maxsize=65536)
def _word(token: str) -> str:
    token = _ELISION.sub("", token) if "'" in token else token
    if token.endswith("str") and len(token) > 5:  # Hauptstr. is Hauptstrasse
        token += "asse"
    return stem(_SAME.get(token, token))


@lru_cache(maxsize=65536)
def stem(token: str) -> str:
    """A word without diacritics and English plural ending."""
    if not token.isascii():
        bare = unicodedata.normalize("NFD", token)
        token = unicodedata.normalize("NFC", "".join(c for c in bare if unicodedata.category(c) != "Mn"))
        token = token.replace("ø", "o").replace("ł", "l").replace("æ", "ae").replace("œ", "oe")
    token = _VARIANTS.get(token, token.replace("'", ""))
    if len(token) < 4 or not token.isalpha():
        return token
    if token.endswith("s") and not token.endswith(("ss", "us", "is")):
        if token.endswith("ies"):
            return token[:-3] + "y"
        token = token[:-2] if token.endswith(("xes", "ches", "shes", "sses", "zes")) else token[:-1]
    return _AMERICAN.sub(_american, token) if len(token) > 4 else token


_AMERICAN = re.compile(r"(?<=[a-z]{3})our(?=$|ed$|ing$|ful$|able$|ite$|hood$)|(?<=[a-z]{3})is(?=e$|ed$|ing$|ation$)")
"""Colour is color, organise organize: endings that are spelled in two ways."""


def _american(match: re.Match[str]) -> str:
    return "or" if match[0] == "our" else "iz"


@lru_cache(maxsize=65536)
def readings(answer: str) -> tuple[str, ...]:
    """The accepted answer, and what it says without remarks: `Ann Berg (clerk)`, `IWC or the Whaling Commission`."""
    forms = [answer]
    remarked = "(" in answer or "[" in answer
    bare = _REMARK.sub(" ", answer) if remarked else answer
    if remarked or "," in answer:
        forms += [bare, _CLAUSE.sub("", answer), *_ACCEPT.findall(answer), *_ACRONYM.findall(answer)]
    forms += other_forms(answer)
    if _EITHER.search(answer):
        forms += _EITHER.split(bare)
    capitals = re.findall(r"\b[A-Z](?=[a-z])", answer)
    if len(capitals) >= 3 and len(answer.split()) <= 7 and not any(c.isdigit() for c in answer):
        forms.append("".join(capitals))
    return tuple(dict.fromkeys(f.strip() for f in forms if tokens(f)))


_NICKNAMES = """
alexander alex, andrew andy, anthony antony, benjamin ben benny, charles charlie chuck, christopher chris,
christian chris, daniel dan danny, david dave, deborah debbie deb, donald don donnie, douglas doug, edward ed eddie,
elizabeth eliza, frederick fred freddie, geoffrey geoff, gregory greg, james jim jimmy jamie, jeffrey jeff,
jennifer jen jenny, jessica jess, jonathan jon, john johnny, joseph joe joey, joshua josh, katherine kate kathy,
catherine cathy cate, kenneth ken kenny, lawrence larry, leonard len lenny, margaret maggie meg, matthew matt,
maximilian max,
michael mike mick, nicholas nick, patricia pat, patrick pat paddy, peter pete, philip phil, phillip phil, raymond ray,
robert rob robbie, ronald ron ronnie, samuel sam sammy, stephen steve, steven steve, susan sue susie, theodore ted
theo, thomas tom tommy, timothy tim, vincent vince, walter walt, william will willie
"""
_CALLED: dict[str, frozenset[str]] = {}
for _long, *_shorts in (names.split() for names in _NICKNAMES.replace("\n", " ").split(",")):
    _CALLED[_long] = _CALLED.get(_long, frozenset()) | frozenset(_shorts)
"""Short forms of first names that begin as these do."""


_OTHERWISE = """
robert bob bobby, william bill billy, richard dick rick, edward ted ned, margaret peggy, henry harry hank, john jack,
sarah sally, mary polly molly, elizabeth liz beth betty bess, alexander sandy sasha, ann nancy, dorothy dolly,
martha patty, rebecca becky, anthony tony, eugene gene, elisabeth lisa, christina tina, alexandra sandra
"""
_CALLED_OTHERWISE = {
    long: frozenset(shorts) for long, *shorts in (names.split() for names in _OTHERWISE.replace("\n", " ").split(","))
}
"""Short forms that begin otherwise; they count beside a last name alone, for words are looked for by their letter."""
_LATIN_PLURALS = (("um", "a"), ("on", "a"), ("a", "ae"), ("is", "e"), ("ix", "ice"), ("ex", "ice"))
"""Singular and plural, as `stem` leaves them: nucleolus, nucleoli; analysis, analyse."""


def _turns(word: str, other: str, ending: str, plural: str) -> bool:
    return word.endswith(ending) and other == word[: -len(ending)] + plural


@lru_cache(maxsize=262144)
def same_word(gold: str, given: str, name: bool) -> bool:
    """Equal, inflected, or, where the gold is a name, one slip of spelling apart."""
    if gold == given or (given.startswith(gold) and not given.isascii() and inflected(gold, given)):
        return True
    if "а" <= gold[0] <= "я" and declined(gold, given):
        return True
    short, long = (gold, given) if len(gold) <= len(given) else (given, gold)
    if name and (short in _CALLED.get(long, ()) or long in _CALLED.get(short, ())):
        return True
    if name and (given in _CALLED_OTHERWISE.get(gold, ()) or gold in _CALLED_OTHERWISE.get(given, ())):
        return True
    if not gold.isalpha() or not given.isalpha() or len(short) < 4 or gold[0] != given[0]:
        return False
    root = short.removesuffix("e") if len(short) > 4 else short
    if long.startswith(root) and long[len(root) :] in _SUFFIXES:
        return True
    if gold[:-1] == given[:-1] and {gold[-1], given[-1]} <= set("aeiou"):  # Mario is not Maria
        return False
    if _turns(gold, given, "us", "i") or _turns(given, gold, "us", "i"):
        return True
    if len(short) > 5 and any(_turns(gold, given, *pair) or _turns(given, gold, *pair) for pair in _LATIN_PLURALS):
        return True
    return name and len(short) >= 5 and slips(gold, given, 2 if len(short) >= 8 else 1)


def declined(word: str, other: str) -> bool:
    """Whether two Russian words are forms of one: the same stem of STEM letters or more before endings of a case."""
    if word[:STEM] != other[:STEM] or abs(len(word) - len(other)) > 3:
        return False
    return not _stems(word).isdisjoint(_stems(other))


STEM = 3
_CASES = (
    "а я о е ы и у ю ь ии ия ие ию ой ей ом ем ов ев ам ям ами ями ах ях ого его ому ему ым им ых их ыми ими ая яя ое "
    "ее ую юю ые ью ием иям иями иях иеи ыи"
)
_CASE_ENDINGS = tuple(sorted(_CASES.replace("й", "и").split(), key=len, reverse=True))
"""As `stem` leaves them: й is и."""


@lru_cache(maxsize=65536)
def _stems(word: str) -> frozenset[str]:
    """The word, and what is left of it without each ending that it may have."""
    cut = (word.removesuffix(e) for e in _CASE_ENDINGS if word.endswith(e))
    return frozenset(s for s in (word, *cut) if len(s) >= STEM)


def slips(a: str, b: str, most: int) -> bool:
    """Whether two words are at most so many insertions, deletions, substitutions or swaps apart (Damerau 1964)."""
    if abs(len(a) - len(b)) > most:
        return False
    a, b = _unlike(a, b)
    if max(len(a), len(b)) <= most:
        return True
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, last, row = row if i == 1 else before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = last
    return row[-1] <= most


def _unlike(a: str, b: str) -> tuple[str, str]:
    """Two words without the beginning and the end that they share, which cost no slip."""
    begin, most = 0, min(len(a), len(b))
    while begin < most and a[begin] == b[begin]:
        begin += 1
    end = 0
    while end < most - begin and a[-1 - end] == b[-1 - end]:
        end += 1
    return a[begin : len(a) - end], b[begin : len(b) - end]


def has_initials(given: str, answer: str) -> bool:
    """Whether capitalised words in a row have the initials that the accepted answer consists of, small words aside."""
    short = answer.strip(" .")
    if not re.fullmatch(r"[A-Z]{3,6}", short):
        return False
    initials = "".join(w[0] for w in re.findall(r"[^\W\d_]+", given) if w[0].isupper() or w not in STOP)
    return short in initials
