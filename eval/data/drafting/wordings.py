"""How a fact is asked for, in the language of its corpus; nothing of the value stands in the question."""

from __future__ import annotations

import re

from eval.data.drafting.fact import Fact

WORDINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "sentence": ("What is the {attribute} of {subject}?", "Name the {attribute} of {subject}."),
        "person": ("Who is the {attribute} of {subject}?", "Name the {attribute} of {subject}."),
        "meaning": ('What does "{subject}" mean?',),
        "table": (
            'What is given as "{attribute}" for {subject} in "{title}"?',
            'In "{title}", what stands under "{attribute}" for {subject}?',
        ),
        "field": ('What does "{title}" give as "{attribute}"?', 'What is stated under "{attribute}" in "{title}"?'),
        "cloze": ('What belongs in the gap of this sentence from "{title}"? {gapped}',),
    },
    "de": {
        "table": ("Was steht in „{title}“ unter „{attribute}“ für {subject}?",),
        "field": ("Was gibt „{title}“ als „{attribute}“ an?",),
        "cloze": ("Was gehört in die Lücke dieses Satzes aus „{title}“? {gapped}",),
        "meaning": ("Was bedeutet „{subject}“?",),
        "sentence": ("Was steht unter „{attribute}“ für {subject}?",),
    },
    "ko": {
        "table": ("「{title}」에서 {subject}의 「{attribute}」 항목은 무엇입니까?",),
        "field": ("「{title}」에 「{attribute}」 항목은 무엇으로 적혀 있습니까?",),
        "cloze": ("「{title}」에 나오는 다음 문장의 빈칸에 들어갈 말은 무엇입니까? {gapped}",),
        "meaning": ("「{subject}」의 뜻은 무엇입니까?",),
        "sentence": ("{subject}의 「{attribute}」은(는) 무엇입니까?",),
    },
}  # fmt: skip
"""By language and kind of fact; languages that are not here are asked in the form `title: subject: attribute?`."""
NEUTRAL = {
    "table": ("{title}: {subject}: {attribute}?",), "field": ("{title}: {attribute}?",),
    "cloze": ("{title}: {gapped}",),
    "meaning": ("{subject}?",), "sentence": ("{subject}: {attribute}?",),
}  # fmt: skip
GAP = "____"
_PERSON = re.compile(r"(?:er|or|ess|ist|ant|ian|man|woman|head|chief|chair|clerk|boss|mate|lead|author)$")
"""How words for people end who are something."""
_NAME = re.compile(r"(?:[A-ZÀ-Þ][\w.'’-]*)(?: (?:van|von|de|der|la|el|[A-ZÀ-Þ][\w.'’-]*)){1,3}")


def ask(fact: Fact, language: str, choice: int) -> str:
    """The question after a fact, in one of its wordings."""
    if fact.origin in ("faq", "written"):
        return fact.sentence
    kind = "meaning" if fact.attribute == "meaning" and fact.origin == "sentence" else fact.origin
    if kind == "sentence" and _PERSON.search(fact.attribute) and _NAME.fullmatch(fact.value):
        kind = "person" if "person" in WORDINGS.get(language[:2], {}) else kind
    wordings = WORDINGS.get(language[:2], {}).get(kind) or NEUTRAL[kind]
    gapped = fact.sentence.replace(fact.value, GAP, 1) if fact.origin == "cloze" else ""
    wording = wordings[choice % len(wordings)]
    return wording.format(title=fact.named, subject=fact.subject, attribute=fact.attribute, gapped=gapped)
