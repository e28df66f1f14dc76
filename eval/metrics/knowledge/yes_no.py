"""Yes or no: which of the two a reply says, by a word or by a sentence, in eleven languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from eval.metrics.knowledge.alias import same_word
from eval.metrics.knowledge.denial import denies, is_spanish
from eval.metrics.text.korean import HANGUL
from eval.metrics.text.sieve import Sieve

_YES = (
    "yes yep yeah yup aye indeed absolutely definitely certainly correct true right affirmative exactly sure "
    "ja jawohl jep genau richtig stimmt natürlich selbstverständlich doch oui ouais exact exactement vrai "
    "absolument certainement "
    "sí si sì claro correcto cierto verdadero efectivamente certo esatto vero certamente assolutamente sim correto "
    "verdade "
    "verdadeiro exato да верно правильно конечно правда безусловно نعم أجل بلى صحيح بالتأكيد طبعا "
    "예 네 응 맞습니다 맞아요 맞다 그렇습니다 그래요 그렇다 물론입니다 물론이죠 옳습니다 참 사실입니다 가능합니다 "
    "是 是的 对 对的 對 正确 没错 可以 能 会 需要 有 当然 はい ええ うん そうです その通りです もちろんです "
    "正しいです 正解です"
)
_NO = (
    "no nope nah nay incorrect false wrong negative never nein nö falsch niemals keineswegs keinesfalls non faux "
    "nullement jamais "
    "falso incorrecto nunca incorretto sbagliato mai não nao errado incorreto нет неверно неправильно неправда "
    "никогда ложь "
    "لا كلا خطأ غير 아니요 아니오 아뇨 아닙니다 아니에요 아니다 아니 틀렸습니다 틀립니다 거짓 거짓입니다 불가능합니다 "
    "不 不是 不对 不對 不可以 不能 不会 不需要 没有 错 错误 否 いいえ いや ちがいます 違います 間違いです 不正解です"
)
YES_WORDS, NO_WORDS = frozenset(_YES.split()), frozenset(_NO.split())
_GOLD_YES = (
    "yes true correct ja richtig wahr oui vrai sí si sì verdadero vero sim verdadeiro да верно نعم صحيح 예 네 "
    "맞습니다 是 是的 对 はい"
)
_GOLD_NO = (
    "no false incorrect nein falsch non faux falso não нет неверно لا خطأ 아니요 아니오 아뇨 아닙니다 不 不是 否 "
    "不对 いいえ"
)
_GOLD = {"yes": frozenset(_GOLD_YES.split()), "no": frozenset(_GOLD_NO.split())}
_LEAD = re.compile(
    r"^[\W_]*(?:(?:you (?:asked|ask)|your question(?: was)?|question|well|so|hmm|i would say|i think|the (?:short |"
    r"correct )?answer(?: here)?(?: is)?|answer|die "
    r"antwort(?: ist| lautet)?|"
    r"antwort|la réponse(?: est)?|réponse|la respuesta(?: es)?|respuesta|la risposta(?: è)?|risposta|a resposta(?: "
    r"é)?|resposta|"
    r"ответ|الإجابة(?: هي)?|답은|정답은|답|정답|答案是|答案|答えは|that is|that's|this is|it is|it's|das ist|das|"
    r"c'est|es|è|é|это|这是)"
    r"\b[\s:,\"'*—-]*)*",
    re.IGNORECASE,
)
_CONCLUDED = Sieve(
    r"\b(?:the (?:short |correct |final )?answer|die antwort|la réponse|la respuesta|la risposta|a resposta|ответ|"
    r"الإجابة|정답|답|答案|"
    r"答え)(?: (?:here|to (?:(?:your|the|this|that) question|this|that|it)))?\s*(?:is|ist|lautet|est|es|è|"
    r"é|هي|은|는|是|は)?\s*:?\s*(?=[\"'*]*\w)",
    re.IGNORECASE,
)
_NO_ANSWER = re.compile(
    r"^(?:no (?:problem|worries|doubt|question|wonder|matter|need to worry|trouble|longer)\b|sure thing|no one\b|"
    r"no other\b|right (?:now|away|after|before)|"
    r"true to|kein problem|pas de (?:problème|souci)|no hay problema|sin problema|nessun problema|sem problema|нет "
    r"проблем|لا مشكلة|没问题|問題ありません)"
    r"\W*",
    re.IGNORECASE,
)
"""Courtesies that begin like an answer."""
_BOTH = Sieve(
    r"\b(?:yes (?:and|or) no|yes/no|no (?:and|or) yes|jein|ja und nein|ja oder nein|oui et non|oui ou non|sí y no|"
    r"sì e no|sim e não|да и нет)\b",
    re.IGNORECASE,
)
_DEPENDS = Sieve(
    r"\b(?:depends?|it varies|maybe|perhaps|possibly|not sure|unsure|might|unclear|sometimes|vielleicht|kommt "
    r"darauf an|hängt|peut-être|"
    r"ça dépend|cela dépend|depende|quizás?|tal vez|dipende|forse|talvez|возможно|зависит|может быть|ربما|يعتمد)\b|"
    r"경우에 따라|상황에 따라|아마|수도 있|也许|可能|看情况|場合による|かもしれ|たぶん",
    re.IGNORECASE,
)
_DOUBT_NO = Sieve(
    r"\bi (?:do not|don't|doubt)\b.{0,8}\b(?:think|believe|so)\b|\bnot (?:at all|really|exactly)\b|\bby no means\b|"
    r"\bof course not\b|\b(?:absolutely|definitely|certainly) not\b",
    re.IGNORECASE,
)
_OPPOSITE = Sieve(
    r"\b(?:forbid\w*|forbade|prohibit\w*|ban(?:s|ned)?|impossible|unnecessary|optional|voluntary|disallow\w*|"
    r"unable|unsupported|"
    r"not|denied|denies|refus\w+|verboten|untersagt|unmöglich|unnötig|überflüssig|optional|freiwillig|interdit\w*|"
    r"défendu\w*|impossible|"
    r"inutile|facultati\w+|prohibid\w+|imposible|innecesari\w+|opcional|vietat\w+|proibit\w+|impossibile|"
    r"facoltativ\w+|proibid\w+|"
    r"impossível|desnecessári\w+|facultativ\w+|запрещ\w+|нельзя|невозможно|необязательно|ненужн\w+)\b|"
    r"금지|불가|불필요|선택 ?사항|禁止|不可|不必|无需|無需|毋须|免|不要(?=です|$)|ممنوع|محظور|مستحيل|اختياري",
    re.IGNORECASE,
)
_SAME = (
    r"\b(?:optional|voluntary|unnecessary|unnötig|freiwillig|facultati\w+|inutile|innecesari\w+|opcional|"
    r"facoltativ\w+|"
    r"desnecessári\w+|необязательно|ненужн\w+|require\w*|need\w*|necessary|mandatory|compulsory|obligatory|must|"
    r"have to|has to|nötig|notwendig|"
    r"erforderlich|pflicht\w*|"
    r"braucht?|brauchen|benötigt?|muss|müssen|vorgeschrieben|faut|nécessaires?|obligatoires?|doit|doivent|besoin|"
    r"requise?s?|necesari\w+|"
    r"obligatori\w+|hay que|hace falta|debe\w*|necesit\w+|requier\w+|necessari\w+|deve\w*|bisogna|serve|precis\w+|"
    r"exigid\w+|нуж\w+|"
    r"необходим\w*|обязательн\w+|требуется|должн\w+|надо)\b|필요|필수|의무|해야|要|必须|必須|必要|需|يجب|ضروري|"
    r"إلزامي|مطلوب|يلزم",
    r"\b(?:must not|mustn't|should not|shouldn't|shall not|allow\w*|permit\w*|permission|may|can|can't|cannot|"
    r"could|able|"
    r"(?:im)?possible|let|lets|unmöglich|imposible|impossibile|impossível|невозможно|erlaubt|gestattet|zulässig|darf|"
    r"dürfen|kann|können|möglich|verboten|untersagt|"
    r"forbid\w*|prohibit\w*|banned|peut|peuvent|peut-on|permise?s?|autorisée?s?|possible|interdit\w*|puede\w*|"
    r"permitid\w+|posible|prohibid\w+|"
    r"può|possono|permess\w+|consentit\w+|possibile|vietat\w+|pode\w*|permitid\w+|possível|proibid\w+|можно|нельзя|"
    r"разреш\w+|возможно|"
    r"запрещ\w+)\b|가능|수 있|수 없|허용|허가|되나요|돼요|됩니다|금지|可以|能|允许|允許|禁止|できま|可能|いいです|"
    r"يمكن|مسموح|يجوز|ممنوع",
)
"""Words of one meaning: what must be, what may be."""
_SMALL = frozenset(
    [
        "a",
        "an",
        "the",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "do",
        "does",
        "did",
        "has",
        "have",
        "had",
        "will",
        "would",
        "it",
        "its",
        "this",
        "that",
        "there",
        "in",
        "on",
        "at",
        "of",
        "to",
        "for",
        "with",
        "by",
        "from",
        "and",
        "or",
        "any",
        "some",
        "you",
        "your",
        "we",
        "our",
        "they",
        "i",
        "one",
        "if",
        "then",
        "once",
        "after",
        "before",
        "as",
        "so",
        "also",
        "too",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "ein",
        "eine",
        "einen",
        "einer",
        "man",
        "es",
        "ist",
        "sind",
        "wird",
        "werden",
        "in",
        "im",
        "am",
        "zu",
        "für",
        "von",
        "mit",
        "auf",
        "und",
        "le",
        "la",
        "les",
        "un",
        "une",
        "des",
        "du",
        "de",
        "est",
        "sont",
        "il",
        "elle",
        "on",
        "y",
        "en",
        "ce",
        "se",
        "à",
        "au",
        "aux",
        "el",
        "los",
        "las",
        "una",
        "es",
        "son",
        "se",
        "por",
        "para",
        "con",
        "lo",
        "gli",
        "uno",
        "è",
        "sono",
        "per",
        "di",
        "da",
        "o",
        "os",
        "as",
        "um",
        "uma",
        "é",
        "são",
        "em",
        "no",
        "na",
        "do",
        "da",
        "ли",
        "это",
        "в",
        "на",
        "с",
        "и",
        "по",
        "для",
        "هل",
        "في",
        "من",
        "على",
    ]
)
_SENTENCE = re.compile(r"(?<=[^\W\d_]{2})[.]\s+|[!;\n]|[。！？؟?]")


_ALONE = frozenset(("yes", "no", "ja", "nein", "oui", "non", "sì", "sim", "não", "да", "нет", "نعم"))
"""These answer also where no sign stands behind them."""


@lru_cache(maxsize=65536)
def polar_gold(answer: str) -> str:
    """`yes` or `no` where an accepted answer is nothing but that, in any language; else an empty string."""
    bare = _folded(answer).strip(" .!。\"'*")
    return next((side for side, words in _GOLD.items() if bare in words), "")


@lru_cache(maxsize=65536)
def polarity(reply: str, question: str = "") -> str:
    """`yes`, `no`, or an empty string where a reply says neither, both, or leaves it open.

    A word that answers at the head of the reply decides; else a sentence that repeats what the question asks for, with
    or without a negation: `A helmet is mandatory` says yes to `Is a helmet mandatory?`, and `취소할 수 없습니다` no.
    """
    text = _folded(reply)
    if _BOTH.search(text):
        return ""
    if concluded := _CONCLUDED.search(text):
        text = text[concluded.end() :]
    text = _NO_ANSWER.sub("", _LEAD.sub("", text))
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
    if _DOUBT_NO.search(text):
        return "no"
    found = [_of_sentence(s, _folded(question)) for s in _SENTENCE.split(text) if s.strip()]
    decided = [f for f in found if f]
    return decided[0] if decided and len(set(decided)) == 1 else ""


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("’", "'")


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
    if not question or _DEPENDS.search(sentence):
        return ""
    asked, given = _content(question), _content(sentence)
    meanings = [m for m in _MEANINGS if m.search(question)]
    stated = [m for m in _MEANINGS if m.search(sentence)]
    if _bare_verb(sentence, question):
        return "no" if denies(sentence, spanish=is_spanish(f"{question} {sentence}")) else "yes"
    if not asked:
        return ""
    shared = [w for w in asked if any(_alike(w, g) for g in given)]
    strange = [g for g in given if not any(_alike(g, w) for w in asked) and not any(m.search(g) for m in _MEANINGS)]
    missing = [w for w in asked if w not in shared and not any(m.search(w) for m in _MEANINGS)]
    if missing and missing[0] == asked[0] and _PRONOUN.match(sentence):
        missing = missing[1:]
    both = any(m in stated for m in meanings)
    if meanings and not both:
        return ""
    if not shared and not (both and not strange):
        return ""
    if missing and (strange or (not both and len(missing) > len(shared))):
        return ""
    spanish = is_spanish(f"{question} {sentence}")
    turns = _turns(sentence, spanish, asked) - _turns(_positive(question), spanish, asked)
    return "yes" if turns % 2 == 0 else "no"


_PRONOUN = re.compile(
    r"\W*(?:it|they|he|she|this|that|these|those|you|we|es|er|sie|das|man|il|elle|ils|elles|on|ce|c'est|eso|esto|"
    r"ele|ela|isso|"
    r"он|она|оно|они|это|它|他|她|هو|هي|그것은|이는)\b",
    re.IGNORECASE,
)
_MEANINGS = [re.compile(pattern, re.IGNORECASE) for pattern in _SAME]


_WITHOUT = re.compile(r"\b(?:no|without|ohne|sans|sin|senza|sem|без)\b (?!\w+ than)(?=(?:an?\s|une?\s)?(\w+))")


def _turns(text: str, spanish: bool, asked: Sequence[str]) -> int:
    """How many times a text turns its meaning round; `without` does where it is without what the question asks for."""
    without = any(_alike(found[1], a) for found in _WITHOUT.finditer(text) for a in asked)
    denied = without or denies(text.replace("불가능", " "), spanish=spanish)
    return int(denied) + len(_OPPOSITE.findall(re.sub(r"\bnot\b", " ", text)))


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
    return [w for w in re.findall(r"[^\W_]+", text) if w not in _SMALL and len(w) > 1 and w not in _NEGATORS]


_KOREAN_SMALL = re.compile("있|없|않|아닙|아니|합니|됩니|입니|되어|되나|됐|하나요|인가요|나요$|수는|수가|경우")
_NEGATORS = frozenset(
    [
        "not",
        "never",
        "no",
        "can",
        "cannot",
        "don",
        "doesn",
        "isn",
        "aren",
        "won",
        "nicht",
        "kein",
        "keine",
        "keinen",
        "nie",
        "pas",
        "ne",
        "plus",
        "non",
        "não",
        "не",
        "ليس",
        "لا",
    ]
)


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
