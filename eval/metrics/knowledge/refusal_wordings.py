"""How a reply refuses, in eleven languages: what it may begin with, and what says that it does not know."""

from __future__ import annotations

import re
import unicodedata

_BASED = (
    r"(?:(?:(?:(?:based|going|judging) (?:only |solely )?(?:on|by|from)|according to|from|given|with|after "
    r"(?:reviewing|reading|checking)|"
    r"in|within|having (?:read|checked))"
    r" (?:all |only )?(?:the|these|this|your|my) [^,.;!?\n]{3,60},"
    r"|(?:laut|nach|gemäß|anhand|aufgrund|auf (?:der )?(?:basis|grundlage)|in) (?:de[rnms]|diese[rnms]?|den) "
    r"[^,.;!?\n]{3,60}?\s(?=lässt|kann|"
    r"ist|geht|finde|gibt|weiß)"
    r"|(?:d'après|selon|sur la base|dans) (?:de |des |les? |la |ces? )?[^,.;!?\n]{3,60},"
    r"|(?:según|de acuerdo con|con base en|basándome en|en) (?:los?|las?|el|esta?|estos) [^,.;!?\n]{3,60},"
    r"|(?:secondo|in base a|sulla base d|n)(?:e?gli|e?i|alla|ai|ei|el|ella|l|le)? [^,.;!?\n]{3,60},"
    r"|(?:de acordo com|segundo|com base) (?:n?os?|n?as?) [^,.;!?\n]{3,60},"
    r"|(?:на основе|на основании|согласно|судя по|исходя из) [^,.;!?\n]{3,60}?,?\s(?=я|невозможно|нельзя|не)"
    r"|(?:根据|依据|基于|按照|从|在)[^，,。；\n]{1,24}[，,]|(?:提供された|与えられた)?(?:資料|文書|情報|"
    r"文脈)[^、。\n]{0,12}(?:では|だけでは|によると|からは)、?"
    r"|(?:제공된|주어진|제시된)? ?(?:자료|문서|문단|정보|내용)[^.,\n]{0,10}(?:에 따르면|만으로는|에서는?|로는|에는),?"
    r"|(?:بناء[ً]? على|وفق[اًا]+ ل|استناد[اًا]+ إلى)[^،.\n]{3,60}،)\s*)?"
)
"""Based on the documents provided, ...: what a refusal may begin with."""
LEAD = _BASED + (
    r"(?:\W|\b(?:i am (?:very |so |really )?(?:sorry|afraid)|sorry|apologies|unfortunately|well|hmm|um|but|that|"
    r"the answer(?: is)?|"
    r"answer|it is|that is|this is|i|honestly|really|es tut mir leid|leider|tut mir leid|désolée?|malheureusement|"
    r"je suis|"
    r"lo siento|lamentablemente|mi dispiace|purtroppo|desculpe|infelizmente|sinto muito|извините|к сожалению|"
    r"простите)\b|죄송(?:합니다|하지만|해요)|죄송합니다만|유감스럽게도|抱歉|对不起|很抱歉|不好意思|"
    r"申し訳(?:ありません|ございません)が?|"
    r"すみませんが?|残念ながら|عذرا|عذراً|آسف|للأسف)*"
)
ABOUT = (
    r"(?:document|documents|papers?|text|context|passages?|sources?|files?|filings?|reports?|contracts?|polic(?:y|"
    r"ies)|tables?|pages?|letters?|minutes|guides?|handbook|manual|records?|information|data|"
    r"excerpts?|article)"
)
_TOLD = (
    r"(?=\W*$|\s*[,;:.!?()]|\s(?:who|whom|whose|what|when|where|why|which|whether|if|how|here|there|anywhere|at "
    r"all|to me|"
    rf"from what|(?:in|from|within|among|on|by) (?:\w+ ){{0,4}}?{ABOUT}(?:\W*$|\W*[,;:.!?()]|\s(?:i|you|we|that|"
    r"which|provided|given|above|below|supplied|available|at)\b)))"
)
"""Behind `not available`, `not found`: the end, or where it was looked for. With more it is told of the thing itself,
as in `It is not available in red` or `not known for its wines`."""
_KEPT = r"(?:provided|given|available|listed|known|found|contained)\b" + _TOLD
_COVERED = r"(?:covered|included)\b(?! by\b)(?! in (?:\w+ )?(?:contract|policy|policies|rent|price)\b)" + _TOLD
"""What a policy does not cover is told of a thing too."""
_NO_DATA = (
    r"(?=\W*$|\s*[,;:.!?()]|\s(?:on|about|of|for|to|that|in|from|regarding|concerning|as to|here|available|given|found|"
    r"provided|(?:is|was|are) (?:\w+ )?(?:available|given|found|provided|stated|mentioned|listed)|can be "
    r"found|could be "
    r"found)\b)"
)
"""No data is stored: told of a thing."""
_SILENT = r"(?:say|tell|mention|state|specify|give|answer|list|indicate|discuss|address)"
_HOLD = (
    r"(?<!contract does not )(?<!contracts do not )(?<!policy does not )(?<!policies do not "
    r")(?:contain|provide|include|cover|have)\b|"
    r"(?:contain|provide|include|cover|have)\b(?=\W*$|\s*[,;:.!?()]|\s(?:(?:any|the|this|that|enough|such|sufficient|"
    r"specific|an?|relevant) )*(?:information|answers?|details?|data|mention|it|this|that|what|who|when|where|how|"
    r"whether)\b)"
)
"""A policy that does not cover floods, or a contract that does not include parking, is told of; documents are not."""
GENERAL = re.compile(
    rf"{LEAD}(?:"
    r"(?:i )?(?:really |honestly |simply |just )?(?:do|did) not (?:actually |really )?(?:know\b|have (?:(?:that|"
    r"this|the|any|enough|"
    r"sufficient) )?(?:\w+ )?(?:information|data|details?|answer))"
    r"|(?:i )?(?:have|has|got) no (?:idea|information|answer|data|knowledge|clue)\b|no idea\b|no clue\b|not sure\W*$"
    r"|i am not (?:sure|certain|aware)\b"
    r"|(?:i |we )?(?:am |was |were |are )?(?:can not|could not|not able to|unable to)\W*(?:\w+ ){0,2}?(?:answer|"
    r"say|tell|find|determine|help|locate|confirm|provide(?=\W*$|\s*[,;:.!?]|\s(?:you with "
    r")?(?:(?:an?|the|any|that|this|"
    r"more|such|specific|exact|further) )*(?:answers?|information|details?|data|figures?|that|this|it)\b))\b"
    r"|(?:the answer |the information )is not (?:\w+ )?(?:mentioned|stated|specified|provided|given|available|covered|"
    r"listed|known|found|contained|included)\b"
    rf"|(?:it |this |that )?is not (?:\w+ )?(?:(?:mentioned|stated|specified)\b|{_KEPT}|{_COVERED})"
    rf"|(?:the |these |those |my |our )?(?:\w+ )?{ABOUT} (?:\w+ )?(?:do|does|did) not (?:{_SILENT}\b|{_HOLD})"
    rf"|(?:there is|i (?:have|found|see)) (?:no|not enough|insufficient) (?:such |relevant )?(?:information|"
    rf"mention|data|answer|record)\b{_NO_DATA}"
    rf"|(?:i )?dunno\b|(?:not enough|insufficient|no) (?:information|data)\b{_NO_DATA}|i did not "
    rf"find\b|(?:it|that|this) is "
    r"unknown\b"
    r"|(?:das |es )?(?:weiß|weiss) ich (?:leider )?nicht|ich (?:weiß|weiss) (?:es |das )?(?:leider )?nicht|keine "
    r"ahnung|ich kann (?:\w+ ){0,4}nicht "
    r"(?:beantworten|sagen|finden)|(?:dazu |darüber )?(?:habe ich|liegen|gibt es|ich habe) (?:\w+ )?keine "
    r"(?:angaben?|informationen?)|"
    r"(?:die|das|der) (?:\w+ )?(?:unterlagen|dokumente?|texte?|quellen?) (?:\w+ )?(?:sagen|sagt|enthalten|enthält|"
    r"nennen|nennt)\b[^.]*\b(?:nicht|keine?)\b"
    r"|je ne (?:le )?sais pas|je l'ignore|aucune idée|je ne (?:peux|trouve)\b[^.]*\bpas|(?:le|les) (?:\w+ "
    r")?(?:documents?|textes?) ne (?:le |la |les |l'|en )?(?:dis|dit|mention|précis|indiqu|contien|donn|fourni|spécifi|"
    r"répond|parl|permet|comport)[^.]*\bpas\b"
    r"|no (?:lo )?s[eé]\b|no tengo (?:ni idea|información|datos)|no puedo (?:responder|decir|encontrar)|ni idea|"
    r"(?:el|los) (?:\w+ )?(?:documentos?|textos?) no (?:dicen?|mencionan?|contienen?|indican?)"
    r"|non (?:lo )?so\b|non ne ho idea|nessuna idea|non posso (?:rispondere|dire)|non (?:ho|ci sono) (?:\w+ "
    r")?informazioni|"
    r"(?:il|i) (?:\w+ )?(?:document[io]|test[io]) non (?:lo |la |ne "
    r")?(?:dic|menzion|conten|contien|indic|specific|precis|"
    r"riport|forni|parl|rispond|cita)"
    r"|(?:eu )?não sei\b|não tenho (?:ideia|informações|informação)|não posso (?:responder|dizer)|não faço ideia|"
    r"(?:o|os) (?:\w+ )?(?:documentos?|textos?) não (?:o |a )?(?:diz|mencion|cont[éêe]m|indic|especific|inform|"
    r"fornec|fala|respond|cita|traz)"
    r"|(?:я )?(?:этого )?не знаю\b|не могу (?:ответить|сказать|найти)|понятия не имею|нет (?:данных|информации|"
    r"сведений)|"
    r"в (?:\w+ )?(?:документах|документе|тексте) (?:(?:этого|об этом) (?:нет|не )|(?:нет|не)\W*$|"
    r"нет (?:этого|информ|ответ|сведен|данн|упомин|указан)|не (?:указ|сказ|упом|говор|содерж|привод|назван|сообщ))"
    r"|(?:\S+\s)?(?:잘 )?(?:모르겠|모릅니다|몰라요|모름|알 수 없|알 수가 없)|(?:\S+\s){0,4}(?:찾을 수 없|확인할 수 "
    r"없|답(?:변)?(?:을)? ?(?:드)?(?:할|릴) 수 없|"
    r"(?:나와|적혀|나타나|언급되어|기재되어|명시되어) 있지 않|정보가 없|내용이 없|언급이 없)"
    r"|(?:我|对此)?(?:不知道|不清楚|不太清楚|无法(?:回答|确定|得知|提供)|不確定|不确定|無法回答)|(?:文档|文件|"
    r"资料(?![馆室库员])|"
    r"文中|上下文|文章)[^。]{0,6}(?:(?:没有|未)(?:提|说|包含|记载|给出|写|指|答案|相关|这|该|任何|关于|信息|说明|具体|"
    r"明确|\W*$)|找不到|查不到|无法找到)"
    r"|(?:我)?(?:找不到|查不到|无法找到|未能?找到|没有找到)(?:相关|这个|该|任何)?的?(?:答案|信息|资料|内容|记录)"
    r"|(?:\S{0,6})?(?:わかりません|分かりません|知りません|存じません|不明です|お答えできません|回答できません)|"
    r"(?:資料|文書|文中|本文)[^。]{0,8}(?:ありません|記載されていません|書かれていません)"
    r"|لا أعرف|لا أعلم|لا أدري|ليس لدي (?:أي )?(?:فكرة|معلومات|علم)|لا (?:يمكنني|أستطيع)|لا تذكر|لا توجد معلومات"
    r"|(?:this|that|the|such|any) (?:\w+ )?(?:information|answer|detail|figure|data|date|value|number|name) (?:is|"
    r"was|are) not "
    rf"(?:\w+ )?(?:in (?=(?:\w+ ){{0,4}}?(?:{ABOUT}|here|there|what)\b)|mentioned|stated|specified|provided|given|"
    r"available|covered|listed|found|"
    r"contained|included|"
    r"present|clear|known)\b"
    r"|(?:it|this|that) is (?:not possible|impossible) to (?:say|tell|determine|know|answer)\b|(?:it|this|that) is "
    r"(?:not clear|"
    r"unclear) from\b"
    r"|n\/?a\W*$|(?:none|nothing) (?:given|found|stated|listed)\W*$"
    r"|not (?:mentioned|stated|specified|given|provided|available|found|listed|covered)\W*$"
    rf"|(?:nothing in|none of) (?:the|these|those|your) (?:\w+ )?{ABOUT} (?:\w+ )?"
    r"(?:answers?|mentions?|says?|states?|tells?)\b"
    r"|(?:can not|could not) be (?:determined|answered|found|said|established) (?:from|based|by|with|in)\b"
    r"|(?:kann ich|ich kann) (?:\w+ ){0,4}nicht (?:beantworten|sagen|finden|angeben)|(?:das |dies |es |die antwort "
    r")?lässt sich "
    r"(?:\w+ ){0,4}nicht (?:beantworten|sagen|feststellen|ermitteln)"
    r"|(?:das|dies|die antwort) (?:steht [^.]{0,40}?nicht (?:in|im|drin)(?! frage)|geht [^.]{0,60}?nicht [^.]{0,40}?"
    r"\bhervor)\b|"
    r"(?:das|dies) (?:wird|ist) [^.]{0,40}?nicht (?:erwähnt|genannt|angegeben|aufgeführt)|(?:das|dies) ist (?:in|im) "
    r"(?:\w+ ){0,2}(?:dokument|text|unterlagen|quellen?|abschnitt)\w* nicht enthalten|(?:dazu|darüber|hierzu) "
    r"(?:finde ich|gibt es|liegen|habe "
    r"ich|steht) "
    r"[^.]{0,20}?(?:keine?|nichts)\b"
    r"|(?:cette |l'|aucune )(?:information|réponse|donnée|précision) (?:n'est|ne figure|ne se trouve)\b|je n'ai pas "
    r"(?:cette|l'|d'|la|"
    r"cet|trouvé)\b|(?:ce|cela|ceci|il) n'est pas (?:indiqué|mentionné|précisé|spécifié|dit|fourni(?! "
    r"(?:avec|par|pour|en)))"
    r"|no (?:encuentro|encontré|he encontrado|tengo (?:esa|esta|la|ninguna)|dispongo)\b|(?:esa|esta|la|dicha) "
    r"(?:información|respuesta) "
    r"no\b|no se (?:menciona|indica|especifica|dice|proporciona)\b|(?:el|los) (?:\w+ )?(?:documentos?|textos?) no "
    r"(?:lo |la )?"
    r"(?:dicen?|mencionan?|contienen?|indican?|especifican?)"
    r"|non (?:trovo|ho trovato|ho (?:questa|la|questo))\b|(?:questa |l'|tale )(?:informazione|risposta) non\b|non "
    r"(?:è|viene|si) (?:\w+ )?"
    r"(?:indica|specifica|menziona|riporta|precisa)\w*"
    r"|não (?:encontrei|encontro|achei|tenho (?:essa|esta|a|nenhuma)|disponho)\b|(?:essa|esta|a) (?:informação|"
    r"resposta) não\b|"
    r"não (?:é|está|foi|se) (?:menciona|indica|especifica|informa)\w*"
    r"|(?:я )?не (?:нашёл|нашел|нашла|могу найти|удалось найти)|(?:эта|этой|такой|данная) (?:информаци|сведени)\w+ "
    r"(?:не|нет)|"
    r"(?:это |об этом )?не (?:указан\w*|сказано|упоминается|говорится)"
    r"|无法(?:从|根据|在)[^。，]{0,10}(?:得知|确定|找到|回答|判断)|没有(?:相关|这方面|任何|该|此)的?(?:信息|内容|"
    r"资料|记载|答案|说明)"
    r"|[^。、]{0,10}(?:見つかりません|見当たりません|記載[がは]?ありません)"
    r"|لم (?:أجد|أعثر)|غير (?:مذكور|(?:موجود|متوفر)(?=\W*$|\s*[،,.]|\sفي (?:ال)?(?:نص|وثائق|وثيقة|مستند|سياق|ملف|"
    r"مقاطع|مصادر)))"
    r")",
    re.IGNORECASE,
)
"""Refusals in the eleven languages of `languages.py`, at the head of a sentence that expands its contractions."""
_CONTRACTIONS = (
    (re.compile(r"\bcan ?not\b|\bcan'?t\b"), "can not"),
    (re.compile(r"\bwon'?t\b"), "will not"),
    (re.compile(r"\b(do|does|did|is|are|was|were|has|have|had|could|would|should)n'?t\b"), r"\1 not"),
    (re.compile(r"\bi'm\b|\bim(?= (?:sorry|afraid|not|unsure|unable))"), "i am"),
    (re.compile(r"\b(i|you|we|they)'ve\b"), r"\1 have"),
    (re.compile(r"\b(it|that|there|he|she|what)'s\b"), r"\1 is"),
    (re.compile(r"\b(i|you|we|they|it|he|she)'ll\b"), r"\1 will"),
    (re.compile(r"\b(i|you|we|they)'d\b"), r"\1 would"),
)


def expanded(text: str) -> str:
    """A text in small letters, its English contractions spelled out."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("`", "'")
    for pattern, spelled in _CONTRACTIONS:
        text = pattern.sub(spelled, text)
    return text
