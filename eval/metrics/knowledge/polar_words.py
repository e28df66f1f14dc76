"""The words of yes and no in eleven languages, and those that turn a sentence to the other."""

from __future__ import annotations

import re

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
    "맞습니다 是 是的 对 可以 需要 はい"
)
_GOLD_NO = (
    "no false incorrect nein falsch non faux falso não нет неверно لا خطأ 아니요 아니오 아뇨 아닙니다 不 不是 否 "
    "不对 不可以 不能 不行 不需要 不会 いいえ"
)
GOLD = {"yes": frozenset(_GOLD_YES.split()), "no": frozenset(_GOLD_NO.split())}
LEAD = re.compile(
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
CONCLUDED = Sieve(
    r"\b(?:the )?answer to (?:(?:the|your|this) )?question (?:of |as to |about |on )?(?:whether|if|is|can|does|may)\b"
    r"[^.\n]{2,250}?\b(?:is|would be)\s*:?\s*(?=[\"'*]*(?:yes|no)\b)|"
    r"\b(?:the (?:short |correct |final )?answer|die antwort|la réponse|la respuesta|la risposta|a resposta|ответ|"
    r"الإجابة|정답|답|答案|"
    r"答え)(?: (?:here|to (?:(?:your|the|this|that) question|this|that|it)))?\s*(?:is|ist|lautet|est|es|è|"
    r"é|هي|은|는|是|は)?\s*:?\s*(?=[\"'*]*\w)",
    re.IGNORECASE,
)
NO_ANSWER = re.compile(
    r"^(?:no (?:problem|worries|doubt|question|wonder|matter|need to worry|trouble|longer)\b|sure thing|no one\b|"
    r"no other\b|right (?:now|away|after|before)|"
    r"true to|kein problem|pas de (?:problème|souci)|no hay problema|sin problema|nessun problema|sem problema|нет "
    r"проблем|لا مشكلة|没问题|問題ありません)"
    r"\W*",
    re.IGNORECASE,
)
"""Courtesies that begin like an answer."""
BOTH = Sieve(
    r"\b(?:yes (?:and|or) no|yes/no|no (?:and|or) yes|jein|ja und nein|ja oder nein|oui et non|oui ou non|sí y no|"
    r"sì e no|sim e não|да и нет)\b",
    re.IGNORECASE,
)
DEPENDS = Sieve(
    r"\b(?:depends?|it varies|maybe|perhaps|possibly|not sure|unsure|might|unclear|sometimes|vielleicht|kommt "
    r"darauf an|hängt|peut-être|"
    r"ça dépend|cela dépend|depende|quizás?|tal vez|dipende|forse|talvez|возможно|зависит|может быть|ربما|يعتمد)\b|"
    r"경우에 따라|상황에 따라|아마|수도 있|也许|可能|看情况|場合による|かもしれ|たぶん",
    re.IGNORECASE,
)
DOUBT_NO = Sieve(
    r"\bi (?:do not|don't|doubt)\b.{0,8}\b(?:think|believe|so)\b|\bnot (?:at all|really|exactly)\b|\bby no means\b|"
    r"\bof course not\b|\b(?:absolutely|definitely|certainly) not\b",
    re.IGNORECASE,
)
OPPOSITE = Sieve(
    r"\b(?:forbid\w*|forbade|prohibit\w*|ban(?:s|ned)?|impossible|unnecessary|optional|voluntary|disallow\w*|"
    r"unable|unsupported|unavailable|closed|closes|shut|geschlossen|fermée?s?|cerrad[oa]s?|chius[oaie]|fechad[oa]s?|закрыт\w*|"
    r"indisponibles?|indisponíve(?:l|is)|"
    r"not|denied|denies|refus\w+|verboten|untersagt|unmöglich|unnötig|überflüssig|optional|freiwillig|interdit\w*|"
    r"défendu\w*|impossible|"
    r"inutile|facultati\w+|prohibid\w+|imposible|innecesari\w+|opcional|vietat\w+|proibit\w+|impossibile|"
    r"facoltativ\w+|proibid\w+|"
    r"impossível|desnecessári\w+|facultativ\w+|запрещ\w+|нельзя|невозможно|необязательно|ненужн\w+)\b|"
    r"금지|불가|불필요|선택 ?사항|禁止|不可(?!以)|不必|无需|無需|毋须|免|不要(?=です|$)|ممنوع|محظور|مستحيل|اختياري",
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
    r"يمكن|مسموح|[يت]سمح|يجوز|ممنوع",
    r"\b(?:(?:un)?available|offered|orderable|obtainable|in "
    r"stock|sold|ordered|buy|bought|purchased?|erhältlich|verfügbar|"
    r"lieferbar|bestellbar|bestell\w+|kaufen|(?:in)?disponibles?|commander|acheter|pedir|comprar|disponibil[ei]|ordinare|"
    r"acquistare|disponíve(?:l|is)|encomendar|доступ\w+|в "
    r"наличии|заказать|купить)\b|주문|구입|구매|판매|订购|购买|出售|"
    r"有货|注文|購入|販売",
    r"\b(?:open|opens|closed|closes|shut|geöffnet|offen|geschlossen|ouverte?s?|fermée?s?|abiert[oa]s?|cerrad[oa]s?|"
    r"apert[oaie]|chius[oaie]|abert[oa]s?|fechad[oa]s?|открыт\w*|закрыт\w*)\b",
)
"""Words of one meaning: what must be, what may be, what may be had, what is open."""
_SMALL_WORDS = """
a an the is are was were be been being do does did has have had will would it its this that there in on at of
to for with by from and or any some you your we our they i one if then once after before as so also too der
die das den dem ein eine einen einer man es ist sind wird werden im am zu für von mit auf und le la les un une
des du de est sont il elle y en ce se à au aux el los las una son por para con lo gli uno è sono per di da o
os um uma é são em no na ли это в на с и по для هل في من على
"""
SMALL = frozenset(_SMALL_WORDS.split())
_NEGATOR_WORDS = (
    "not never no none nobody nothing can cannot don doesn isn aren won nicht kein keine keinen nie pas ne plus non "
    "não не ليس لا "
)
NEGATORS = frozenset(_NEGATOR_WORDS.split())
MEANINGS = [re.compile(pattern, re.IGNORECASE) for pattern in _SAME]
