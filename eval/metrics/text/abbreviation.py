"""Short and long forms of one name: initials, legal forms, weekdays, articles of other languages."""

from __future__ import annotations

import re
from functools import lru_cache

from eval.metrics.text.sieve import Sieve

_GROUPS = (
    ("United States", "United States of America", "USA", "US", "America", "the States"),
    ("United Kingdom", "UK", "Great Britain", "Britain"),
    ("European Union", "EU"), ("United Nations", "UN"), ("United Arab Emirates", "UAE"), ("New York City", "NYC"),
    ("Los Angeles", "LA"), ("Soviet Union", "USSR"), ("Washington, D.C.", "Washington DC"), ("grey", "gray"),
    ("Monday", "Mon"), ("Tuesday", "Tue", "Tues"), ("Wednesday", "Wed"), ("Thursday", "Thu", "Thur", "Thurs"),
    ("Friday", "Fri"), ("Saturday", "Sat"), ("Sunday", "Sun"), ("January", "Jan"), ("February", "Feb"),
    ("August", "Aug"),
    ("September", "Sep", "Sept"), ("October", "Oct"), ("November", "Nov"), ("December", "Dec"),
    ("nobody", "no one", "Nobody", "No one"), ("niemand", "keiner", "Niemand", "Keiner"),
    ("television", "TV"), ("human resources", "HR"), ("information technology", "IT"), ("vice president", "VP"),
    ("artificial intelligence", "AI"), ("headquarters", "HQ"), ("managing director", "MD"),
)  # fmt: skip
"""Names that share no initials, or too few of them to be compared by these."""
_FORMS = {form.casefold(): group for group in _GROUPS for form in group}
_LEGAL = re.compile(
    r"[\s,]+(?:(?:GmbH|AG|SE|KG|KGaA|OHG|UG|e\.?\s?V\.?|Inc\.?|LLC|LLP|L\.?P\.?|Ltd\.?|Limited|plc|PLC|Corp\.?|"
    r"Corporation|Co\.|"
    r"Company|S\.?A\.?S?\.?|SARL|S\.?r\.?l\.?|S\.?p\.?A\.?|S\.?L\.?|B\.?V\.?|N\.?V\.?|Oy|Oyj|AB|A/S|ApS|ASA|AS|"
    r"K\.?K\.?|Pty|"
    r"Ltda\.?|ООО|АО|ПАО)(?=[\s,.]|$)\s*(?:&\s*)?)+\.?\s*$|\s*(?:주식회사|\(주\)|㈜|株式会社|有限会社|股份有限公司|"
    r"有限责任公司|有限公司)\s*$"
    r"|^\s*(?:주식회사|\(주\)|㈜|株式会社)\s*"
)
_ARTICLE = re.compile(
    r"^(?:(?:à|a|en|au|aux|du|des|de|dans|in|im|am|an|auf|bei|zu|zur|zum|nel|nella|del|della|dello|dei|al|alla|do|"
    r"da|no|na|ao|em)\s+)?"
    r"(?:(?:le|la|les|un|une|des|du|el|los|las|una|unos|unas|il|lo|i|gli|uno|o|os|as|um|uma|der|die|das|den|dem|"
    r"des|ein|eine|einen|"
    r"einem|einer|eines)\s+|(?:l|d|un|dell|nell|all|dall|sull|gl)['’]\s?)?"
)
"""In small letters alone: La Paz and Die Hard begin with a name."""
_NONE = Sieve(
    r"^(none|neither|nobody|no one|nothing|keine[rs]?|aucune?|ninguno|ninguna|nessuno|nessuna|nenhum|nenhuma|ни "
    r"один|никто|아무도)\s+"
    r"(?:of\s+(?:them|these|those|the above|the \w+)|davon|von (?:ihnen|diesen)|d'entre (?:eux|elles)|de (?:ellos|"
    r"ellas|eles|elas)|"
    r"di (?:loro|essi)|из них)\.?$",
    re.IGNORECASE,
)
_UMLAUTS = ("ä:ae", "ö:oe", "ü:ue", "Ä:Ae", "Ö:Oe", "Ü:Ue", "å:aa", "ø:oe", "Å:Aa", "Ø:Oe")
_STREET = re.compile(r"(?<=[a-zäöüß])str\.?(?=\s|$)", re.IGNORECASE)
_THE = re.compile(r"^[Tt]he\s+")
_INITIALS = re.compile(r"(?<![\w.])(?:[A-Z]\.?){2,6}(?![\w])")
_LIST = re.compile(r"[,;/]|\band\b|&|\bor\b")
SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "by",
        "de",
        "der",
        "des",
        "die",
        "do",
        "du",
        "et",
        "for",
        "für",
        "la",
        "le",
        "of",
        "on",
        "the",
        "to",
        "und",
        "van",
        "von",
        "y",
    ]
)


@lru_cache(maxsize=65536)
def other_forms(answer: str) -> tuple[str, ...]:
    """Other ways to write an accepted answer: without a legal form or article, a weekday cut short, ae for ä."""
    found = [_LEGAL.sub("", answer), _NONE.sub(r"\1", answer), _STREET.sub("straße", answer)]
    if answer[:1].islower() or answer[:1] in "àl":
        found.append(_ARTICLE.sub("", answer))
    spelled = answer
    for pair in () if answer.isascii() else _UMLAUTS:
        letter, letters = pair.split(":")
        spelled = spelled.replace(letter, letters)
    found.append(spelled)
    return tuple(f for f in dict.fromkeys(found) if f.strip() and f != answer)


def short_forms(answer: str) -> frozenset[str]:
    """The short forms in capitals that stand for an accepted answer: CTO for chief technology officer, US and USA."""
    bare = _THE.sub("", answer.strip(" ."))
    group = frozenset(_FORMS.get(bare.casefold(), ()))
    parts = [w for w in re.findall(r"[^\W\d_]+", bare) if w.casefold() not in SMALL]
    initials = "".join(w[0] for w in parts).upper() if 3 <= len(parts) <= 6 and not _LIST.search(bare) else ""
    return group | ({initials} if initials.isascii() and initials else frozenset())


@lru_cache(maxsize=4096)
def _capitals(text: str) -> frozenset[str]:
    return frozenset(m.replace(".", "") for m in _INITIALS.findall(text))


def stands_short(given: str, answer: str) -> bool:
    """Whether a short or long form of an accepted answer stands in a text, letter by letter, dots aside."""
    forms, longer, initials = _shorts(answer)
    if forms:
        if not forms.isdisjoint(_capitals(given)):
            return True
        there = [f for f in longer if f in given]
        if any(re.search(rf"(?<!\w){re.escape(f)}(?!\w)", given) for f in there):
            return True
    return initials != "" and _spelled_out(initials, given)


@lru_cache(maxsize=65536)
def _shorts(answer: str) -> tuple[frozenset[str], tuple[str, ...], str]:
    """(the short and long forms of an accepted answer, those with small letters, itself as a short form)."""
    forms = short_forms(answer)
    return forms, tuple(f for f in forms if not f.isupper()), _initials(answer)


def _initials(answer: str) -> str:
    """An accepted short form in capitals, without dots; empty for any other answer."""
    short = _THE.sub("", answer.strip(" .")).replace(".", "")
    return short if 2 <= len(short) <= 6 and short.isascii() and short.isalpha() and short.isupper() else ""


def _spelled_out(short: str, given: str) -> bool:
    """Whether an accepted short form is spelled out as the whole of a terse reply: chief financial officer for CFO."""
    parts = [w for w in re.findall(r"[^\W\d_]+", given) if w.casefold() not in SMALL]
    return len(parts) == len(short) and "".join(w[0] for w in parts).upper() == short
