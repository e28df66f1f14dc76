"""How assistants begin and end a reply when nobody asked them to, in six languages."""

from __future__ import annotations

import re

_BEGIN = (
    r"(?:sure(?: thing)?|certainly|of course|absolutely|okay|ok|alright|great(?: question)?|good question|"
    r"no problem|gladly|thank(?:s| you)(?: for [^.!\n]{1,60})?|hello(?: there)?|hi(?: there)?)\s*[,.!:–—]",
    r"(?:i(?:'|’)d be (?:happy|glad)|i(?: a|'|’)m (?:happy|glad|sorry)|i can help|i(?:'|’)ll help|"
    r"i understand|i apologi[sz]e|as an? (?:ai|assistant|language model))\b",
    r"(?:here(?: i|'|’)s|here are|below (?:is|are)|the following (?:is|are))\b[^.\n]{0,80}:",
    r"based on (?:the|your)\b[^.\n]{0,60}\b(?:context|passages?|documents?|information|question)\b",
    r"according to the (?:provided|given|above)\b",
    r"(?:natürlich|selbstverständlich|gerne|hallo)\s*[,.!:–—]|hier (?:ist|sind)\b[^.\n]{0,80}:|als ki\b",
    r"(?:bien sûr|certainement|d['’]accord|bonjour|avec plaisir)\s*[,.!:–—]|voici\b[^.\n]{0,80}:",
    r"¡?(?:claro(?: que sí)?|por supuesto|desde luego|hola|con gusto)\s*[,.!:–—]|aquí (?:está|tienes?)\b[^.\n]{0,80}:",
    r"(?:certo|certamente|ciao|volentieri)\s*[,.!:–—]|ecco\b[^.\n]{0,80}:",
    r"(?:물론(?:입니다|이죠|이에요)?|안녕하세요|알겠습니다|좋은 질문(?:입니다|이에요|이네요))\s*[,.!:]",
    r"다음은[^.\n]{0,80}:",
)
_FINISH = (
    r"(?:please )?(?:let me know|feel free|don['’]t hesitate)\b",
    r"i(?:['’]m| am) (?:always |here and )?(?:happy|glad|here) to help\b",
    r"(?:i hope (?:this|that) helps|hope this helps|is there anything else|would you like me to|"
    r"if you (?:have|need) (?:any|more|further))\b",
    r"(?:ich hoffe, das|wenn sie (?:noch|weitere) fragen|melden sie sich gerne|lassen sie (?:es )?mich wissen)\b",
    r"(?:n['’]hésitez pas|j['’]espère que cela|si vous avez d['’]autres)\b",
    r"(?:no dudes? en|espero que esto|si tienes? (?:más|alguna))\b",
    r"(?:non esitare|spero che questo|fammi sapere)\b",
    r"(?:도움이 되(?:었으면|셨으면|길)|더 궁금한|추가(?:로)? (?:질문|궁금)|언제든지? (?:물어|문의|말씀))",
)

OPENING = re.compile(rf"[\W_]*?(?:{'|'.join(_BEGIN)})(?=\W*\w)", re.IGNORECASE)
"""Matches at the start of a reply that goes on, marks of emphasis aside: a bare "Certainly." may be the answer."""
CLOSING = re.compile(rf"(?:^|[.!?:\n…]\W*)((?:{'|'.join(_FINISH)})[^\n.!?]*)\W*$", re.IGNORECASE)
"""Finds the last sentence of a reply, as its group, when it is such an end."""
