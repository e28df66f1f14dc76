"""Yes or no: which of the two a reply says, by a word or by a sentence, in eleven languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from eval.metrics.knowledge.alias import same_word
from eval.metrics.knowledge.denial import denies, is_spanish
from eval.metrics.knowledge.polar_words import (
    BOTH,
    CONCLUDED,
    DEPENDS,
    DOUBT_NO,
    GOLD,
    LEAD,
    MEANINGS,
    NEGATORS,
    NO_ANSWER,
    NO_WORDS,
    OPPOSITE,
    SMALL,
    YES_WORDS,
)
from eval.metrics.text.korean import HANGUL

_SENTENCE = re.compile(r"(?<=[^\W\d_]{2})[.]\s+|[!;\n]|[。！？؟?]")


@lru_cache(maxsize=65536)
def polar_gold(answer: str, question: str = "") -> str:
    """`yes` or `no` where an accepted answer is that, in any language; else an empty string.

    It may explain itself where the question asks for yes or no: `No, it corrodes within a season`.
    """
    bare = _folded(answer).strip(" .!。\"'*")
    side = next((side for side, words in GOLD.items() if bare in words), "")
    if side or not question:
        return side
    led = _EXPLAINED.match(bare)
    if led is None or _ASKS_WHAT.search(question):
        return ""
    return next((side for side, words in GOLD.items() if led[1] in words), "")


_EXPLAINED = re.compile(r"([^\W\d_]+)\s?[,，、;:.。—–-]\s?\S")
_ASKS_WHAT = re.compile(
    r"\b(?:wh(?:at|ich|o|om|ose|en|ere|y)|how|or|name|list|wer|wen|wem|was|welche\w*|wie|wo|wann|warum|wieso|oder|qui|que|quoi|"
    r"quel\w*|où|quand|comment|combien|pourquoi|ou|qué|cuál\w*|quién\w*|dónde|cuándo|cuánt\w+|cómo|chi|che|cosa|qual\w*|dove|"
    r"quando|quant\w+|come|quem|onde|como|кто|кого|что|как\w*|где|когда|сколько|почему|или)\b|무엇|어느|누구|누가|몇|언제|어디|"
    r"얼마|어떤|왜|什么|哪|谁|几|多少|怎|何|どれ|どの|誰|いつ|どこ|いくつ|いくら|なぜ|ما |من |أين|متى|كم|أي ",
    re.IGNORECASE,
)
"""A question that yes or no does not answer."""


@lru_cache(maxsize=65536)
def polarity(reply: str, question: str = "") -> str:
    """`yes`, `no`, or an empty string where a reply says neither, both, or leaves it open.

    A word that answers at the head of the reply decides; else a sentence that repeats what the question asks for, with
    or without a negation: `A helmet is mandatory` says yes to `Is a helmet mandatory?`, and `취소할 수 없습니다` no.
    """
    text = _folded(reply)
    if BOTH.search(text):
        return ""
    if concluded := CONCLUDED.search(text):
        text = text[concluded.end() :]
    led = LEAD.match(text)
    subject = _LED_BY.search(led[0]) if led else None
    text = NO_ANSWER.sub("", LEAD.sub("", text))
    word = re.match(r"[^\W\d_]+(?:'t)?", text)
    first = word[0] if word else ""
    head = re.split(r"[.,!;:\n。，！、؟?—–-]", text, maxsplit=1)[0].strip(" \"'*)_")
    said = _word(head) or (
        _word(first)
        if first in ("yes", "no", "ja", "nein", "oui", "non", "sì", "sim", "não", "да", "нет", "نعم")
        else ""
    )
    if said:
        rest = text[len(head) if _word(head) else len(first) :]
        return "" if _taken_back(rest, said) else said
    if DOUBT_NO.search(text):
        return "no"
    told = f"{subject[0]}{text}" if subject else text
    found = [_of_sentence(s, _folded(question)) for s in _SENTENCE.split(told) if s.strip()]
    decided = [f for f in found if f]
    return decided[0] if decided and len(set(decided)) == 1 else ""


def _folded(text: str) -> str:
    if text.isascii():
        return text.casefold()
    return _VOWELS.sub("", unicodedata.normalize("NFKC", text)).casefold().replace("’", "'")


_VOWELS = re.compile("[\u0640\u064b-\u0652]")
"""Arabic vowel signs, and the stroke that stretches a word."""
_CLITIC = re.compile("^[وف]?(?:بال|كال|لل|ال)(?=..)")
"""And, in, like, for, the: written as one with an Arabic word."""


def _word(head: str) -> str:
    head = re.sub(r"(?<=[가-힣])(?:입니다|이에요|예요)$", "", head) if head[:1] in "예네" else head
    for small in ("", "of course", "for sure", "it is", "that's", "you're", "absolut", "completely", "quite", "very"):
        bare = head.removeprefix(small).strip() if small else head
        if bare in YES_WORDS:
            return "yes"
        if bare in NO_WORDS:
            return "no"
    return (
        "yes"
        if head
        in (
            "of course",
            "for sure",
            "by all means",
            "bien sûr",
            "por supuesto",
            "certo che sì",
            "com certeza",
            "auf jeden fall",
        )
        else ""
    )


def _taken_back(rest: str, said: str) -> bool:
    """Whether the other of the two is said behind as an answer: `Yes, no, not on file`, not `Yes, no exceptions`."""
    other = NO_WORDS if said == "yes" else YES_WORDS
    parts = (p.strip(" \"'*()_") for p in re.split(r"[.,!;:\n。，！、]|\bbut\b|\bor\b", rest))
    strong = {
        "yes",
        "no",
        "ja",
        "nein",
        "oui",
        "non",
        "sí",
        "sì",
        "sim",
        "não",
        "да",
        "нет",
        "예",
        "네",
        "아니요",
        "아니오",
        "아뇨",
    }
    return any(p in other and p in strong for p in parts)


def _of_sentence(sentence: str, question: str) -> str:
    """What a sentence answers that takes up the question's predicate; empty where it is about something else."""
    if not question or DEPENDS.search(sentence):
        return ""
    asked, given = _content(question), _content(sentence)
    meanings = [m for m in MEANINGS if m.search(question)]
    stated = [m for m in MEANINGS if m.search(sentence)]
    if _bare_verb(sentence, question):
        return "no" if denies(sentence, spanish=is_spanish(question, sentence)) else "yes"
    if not asked:
        return ""
    shared = [w for w in asked if any(_alike(w, g) for g in given)]
    strange = [g for g in given if not any(_alike(g, w) for w in asked) and not any(m.search(g) for m in MEANINGS)]
    missing = [w for w in asked if w not in shared and not any(m.search(w) for m in MEANINGS)]
    if missing and missing[0] == asked[0] and _PRONOUN.match(sentence):
        missing = missing[1:]
    both = any(m in stated for m in meanings)
    if meanings and not both:
        return ""
    if not shared and not (both and not strange):
        return ""
    if missing and (strange or (not both and len(missing) > len(shared))):
        return ""
    spanish = is_spanish(question, sentence)
    turns = _turns(sentence, spanish, asked) - _turns(_positive(question), spanish, asked)
    return "yes" if turns % 2 == 0 else "no"


_LED_BY = re.compile(r"(?:that is|that's|this is|it is|it's|das ist|das|c'est|это|这是)\W*$")
"""The subject of `It is not covered`, which is no mere lead-in."""
_PRONOUN = re.compile(
    r"\W*(?:it|they|he|she|this|that|these|those|you|we|es|er|sie|das|man|il|elle|ils|elles|on|ce|c'est|eso|esto|"
    r"ele|ela|isso|"
    r"он|она|оно|они|это|它|他|她|هو|هي|그것은|이는)\b",
    re.IGNORECASE,
)


_WITHOUT = re.compile(r"\b(?:no|without|ohne|sans|sin|senza|sem|без)\b (?!\w+ than)(?=(?:an?\s|une?\s)?(\w+))")


def _turns(text: str, spanish: bool, asked: Sequence[str]) -> int:
    """How many times a text turns its meaning round; `without` does where it is without what the question asks for."""
    without = any(_alike(found[1], a) for found in _WITHOUT.finditer(text) for a in asked)
    denied = without or _NONE.match(text) is not None or denies(text.replace("불가능", " "), spanish=spanish)
    return int(denied) + len(OPPOSITE.findall(re.sub(r"\bnot\b", " ", text)))


_NONE = re.compile(
    r"\W*(?:(?:is|are|was|were|does|do|did|has|have|can|may|ist|sind|war|hat|est|es|è|é) )?(?:none|nobody|no "
    r"one|nothing|keine[rs]?|niemand|nichts|aucune?|personne|rien|ninguno|ninguna|nadie|nada|nessuno|"
    r"nessuna|niente|nenhum|nenhuma|ninguém|никто|ничего|ни один|아무도|아무것도)\b",
    re.IGNORECASE,
)
"""None is needed."""


def _positive(question: str) -> str:
    """The question without a negation that only invites agreement: `Isn't it required?`."""
    return re.sub(r"^(\W*\w+)n't\b", r"\1", question)


def _content(text: str) -> list[str]:
    if HANGUL.search(text):
        return [w for w in re.findall(r"[가-힣]{2,}|[a-z0-9]+", text) if not _KOREAN_SMALL.match(w)]
    if re.search(r"[\u3040-\u30ff\u3400-\u9fff]", text):
        bare = re.sub(
            r"[吗嗎呢的了是か。？?はがをにでもの]|ですか?|ますか?|ません|不|没|沒|有|要|可以|能|ない", " ", text
        )
        return [
            run[i : i + 2]
            for run in re.findall(r"[\u30a0-\u30ff\u3400-\u9fff]+|[a-z0-9]+", bare)
            for i in range(0, max(1, len(run) - 1))
        ]
    found = (_CLITIC.sub("", w) for w in re.findall(r"[^\W_]+", text))
    return [w for w in found if w not in SMALL and len(w) > 1 and w not in NEGATORS]


_KOREAN_SMALL = re.compile("있|없|않|아닙|아니|합니|됩니|입니|되어|되나|됐|하나요|인가요|나요$|수는|수가|경우")


def _alike(a: str, b: str) -> bool:
    if same_word(a, b, False) or same_word(b, a, False):
        return True
    least = 2 if HANGUL.match(a) else 4
    stem = min(len(a), len(b)) - (2 if len(a) > 5 else 1 if len(a) > 4 or HANGUL.match(a) else 0)
    stem = max(stem, least)
    return min(len(a), len(b)) >= least and a[:stem] == b[:stem]


def _bare_verb(sentence: str, question: str) -> bool:
    """`It does`, `They can't`, `그렇지 않습니다`: the question's auxiliary and nothing of its own."""
    found = re.fullmatch(
        r"\W*(?:(?:yes|no)\W+)?(?:it|they|he|she|you|we|this|that|there|one|i) (is|are|was|were|do|does|did|can|"
        r"could|may|must|will|would|should|has|have|had)"
        r"(?:n't|not| not)?\W*(?:so)?\W*",
        sentence,
    )
    return found is not None and re.search(rf"\b{found[1]}", question) is not None
