"""Whether a reply stands by the answer that it names: negations, hedges, refusals, lists of guesses."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from eval.metrics.knowledge import discourse
from eval.metrics.knowledge.denial import asks_denial, is_spanish, masked, undenied
from eval.metrics.knowledge.frames import answered, of_another
from eval.metrics.knowledge.superseded import current
from eval.metrics.text.normalize import tokens
from eval.metrics.text.sieve import Sieve

_CLAUSES = re.compile(
    r"[.](?:(?<=[^\W\d_]{2}[.])(?=\s|$)|(?<=[\d)\]%°*_\"'”»][.])(?=\s+[A-Z]|$)|(?<=['’][a-z][.])(?=\s+[A-Z]|$))|!(?![=\w])|\n|[。！？؟]|\?(?=\s|$)|;(?=\s)"
)
"""Each alternative begins with its sign, so that the search can leap from sign to sign."""
NEGATIVE = re.compile(
    r"\b(?:not|no|never|neither|nor|(?-i:may)|don't|\w+n't|know|unknown|none|nothing|nobody|nicht|keine?[mnrs]?|"
    r"nie|niemals|pas|"
    r"aucune?|jamais|ne|n'|nunca|ning\w+|non|nessun\w*|mai|não|nenhum\w*|не|нет|никогда|ничего)\b|[不没沒无無未非]|"
    r"ない|ません|なし|"
    r"لا|ليس|لم|아니|않|없|못|안 ",
    re.IGNORECASE,
)
"""An answer with such a word may itself look like a denial."""
_HEDGED = Sieve(
    r"\b(?:maybe|perhaps|possibly|might be(?! called)|could be|not (?:quite |entirely |completely )?(?:sure|"
    r"certain)|unsure|"
    r"i guess|i'd guess|my guess|a guess|just guessing|"
    r"vielleicht|möglicherweise|eventuell|könnte|nicht sicher|peut-être|pourrait|possiblement|quizás?|tal vez|podría|"
    r"posiblemente|forse|potrebbe|magari|possibilmente|talvez|poderia|possivelmente|pode ser|возможно|может быть|"
    r"наверное)\b|"
    r"也许|或许|可能是|大概|说不定|かもしれ|たぶん|もしかし|ربما|قد يكون|لعل|"
    r"(?<![가-힣])(?:아마|아마도|어쩌면|혹시)(?![가-힣])|것 같|일지도|[일을]지 모|일 수도 있|추측|확실하지|확실치|"
    r"아닐까",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"(?<=\w)\W+(?:if|unless|in case|when|where)\b.*$", re.IGNORECASE | re.DOTALL)
"""Yes, if the fault might be in it: what a condition leaves open is not the answer."""
_REFUSED = re.compile(
    r"^\W*(?:i'm sorry,? (?:but )?)?(?:unfortunately,? )?"
    r"(?:i (?:do not|don't) know|i have no idea|"
    r"i cannot (?:answer|say|tell)|i can't (?:answer|say|tell)|no idea)\b[^.!?]*[.!?]?\s*$"
    r"find\b",
    re.IGNORECASE,
)
_ITEMS = re.compile(
    r"\s*(?:,|;|、|(?<!\d)/|/(?!\d)|\n|\bor\b|\band\b|\||\b(?:oder|ou|или)\b|(?<=\s)(?:또는|혹은|أو)(?=\s)|"
    r"(?<=[가-힣])이?나(?=\s)|或者?(?=\S)|または|あるいは)\s*",
    re.IGNORECASE,
)
_OR = re.compile(
    r"\b(?:or|oder|ou|o|или)\b|(?<=\s)(?:또는|혹은|أو)(?=\s)|(?<=[가-힣])이?나(?=\s)|或|または|あるいは", re.IGNORECASE
)
_EITHER = re.compile(r"(?:^|[,،、])\s*(?:either|entweder|soit|либо|إما|要么)\s*(?=\S)", re.IGNORECASE)
"""Soit Anna, soit Ben: the word for `either` begins each of them."""
_TWO_NAMES = re.compile(r"(\b[A-ZÀ-Þ][\w'’-]+)\s+o\s+(?=(?:(?:en|a|in|nel|nella|al|alla|de|di|del)\s)?[A-ZÀ-Þ])")
"""The `o` of Spanish and Italian between two names; that of Portuguese is an article."""
_WHERE = re.compile(
    r"^(?:in|im|at|on|from|by|en|à|a|au|em|no|na|nel|nella|al|alla|von|aus|bei|auf|de|di|da|del|в|во|на|из)\s+(?=\S)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"^\W*(?:it (?:is|was|lies|stands) |somewhere |(?:either )?in )?(?:between|zwischen|entre|tra|fra|между|"
    r"بين)\s+[^,.]{2,40}"
    r"\s(?:and|und|et|y|e|и|و)\s?[^,.]{2,40}\W*$",
    re.IGNORECASE,
)
"""Between Dresden and Leipzig: neither of them."""
_COLON = re.compile(r":(?=\s)")
_SHORT_LEAD = re.compile(r"^\W*(?:it|that|this|the answer) (?:is|was)\b", re.IGNORECASE)
_LEAD = re.compile(r"^.*\b(?:is|was|ist|war|est|était|fue|è|é|foi)\b(?: either| entweder| soit)?", re.IGNORECASE)
"""What a list of alternatives is the answer to; one that is joined by `and` may be an answer of several parts."""
_AND = re.compile(r"\band\b|&", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|does|did|do|can|will|would|played|won|wrote|which|who|whom|whose)\b|"
    r"'s\b",
    re.IGNORECASE,
)
"""What makes a clause more than a list: a verb, or a relative pronoun, which brings one."""
_ALSO = re.compile(
    r"\b(?:also|formerly|previously|now|better|sometimes|otherwise) (?:known|called|named)|\baka\b|\(", re.I
)
_POINT = re.compile(r"^\s*(?:[-*•·–]|\(?[a-zA-Z][.)])\s+")
REMARKS = 3
"""So many remarks in a list of items of one or two words that does not begin with an accepted answer are no remarks."""
POINTS = 3
"""So many points or more make a list."""
ITEM = 5
"""An item of a list of guesses has at most so many tokens."""
UNSPACED = 16
"""Or so many signs, where words are written without blanks."""
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


@lru_cache(maxsize=65536)
def asserted(reply: str, question: str = "") -> str:
    """The clauses of a reply that neither deny nor doubt what they name; empty where it refuses as a whole."""
    text = reply.replace("\u2019", "'")
    if _REFUSED.match(text):
        return ""
    spanish = is_spanish(question, text)
    negative = asks_denial(question.replace("\u2019", "'"), spanish=spanish)
    kept = []
    for sentence, sign in discourse.kept(_sentences(discourse.uncrossed(discourse.final(text), question)), question):
        clause = current(answered(sentence), question)
        if _hedged(clause, question) or (sign in "?？؟" and _bare(clause)) or of_another(clause, question):
            continue
        kept.append(undenied(clause, spanish=spanish, verbs=not negative))
    return "\n".join(k for k in kept if k.strip())


def _hedged(clause: str, question: str) -> bool:
    """Whether a clause doubts what it says, and does not only repeat that from the question."""
    shown = masked(clause)
    if not _HEDGED.search(shown) or _HEDGED.search(question):
        return False
    return _HEDGED.search(_CONDITION.sub("", shown)) is not None


def _bare(clause: str) -> bool:
    """Whether a question is a guess: `Dresden?`, and no question that the reply asks or repeats."""
    return len(tokens(clause)) <= 3


def _sentences(text: str) -> list[tuple[str, str]]:
    """Each sentence with the sign that ends it, or a blank."""
    found, place = [], 0
    for sign in _CLAUSES.finditer(text):
        found.append((text[place : sign.start()], sign[0]))
        place = sign.end()
    return [(clause, sign) for clause, sign in [*found, (text[place:], " ")] if clause.strip()]


def only_guesses(
    reply: str, accepts: Callable[[str], bool], passes: Callable[[str], bool], remarks: Callable[[str], bool]
) -> bool:
    """Whether every clause that names an accepted answer is nothing but short alternatives, some accepted, not all.

    Two names or quantities joined by `or` are guesses when one is a stranger, a bare list of three or more when two
    are. Items that `passes` lets through, such as what the question says, do not count; nor do up to two that look like
    `remarks`, or more behind an accepted one. Clauses are lines, as `asserted` gives them.
    """
    lines = _one_list([line for line in reply.split("\n") if line.strip(" .*-\"'")], accepts)

    def told(item: str, first: str, several: bool) -> bool:
        return not passes(item) and not (remarks(item) and (not several or accepts(first)))

    found = [(line, None if _is_between(line) else _alternatives(line, told, remarks)) for line in lines]
    listing = [(line, items or []) for line, items in found if items is None or items]
    if not listing or any(items == [] and (len(lines) == 1 or accepts(line)) for line, items in found):
        return False
    naming = [(line, items) for line, items in listing if len(lines) == 1 or accepts(line)]
    return bool(naming) and all(not items or _guesses(line, items, accepts) for line, items in naming)


def _one_list(lines: list[str], accepts: Callable[[str], bool]) -> list[str]:
    """Short points of a reply that consists of nothing else as one list, where the first of them is not accepted.

    Behind an accepted first point the others tell more of it.
    """
    points = [_POINT.sub("", line).strip() for line in lines]
    plain = all(_POINT.match(line) for line in lines) and not any(_VERB.search(p) or _ITEMS.search(p) for p in points)
    if len(points) < POINTS or not plain or accepts(points[0]) or not all(map(_short, points)):
        return lines
    return [", ".join(points)]


def _is_between(clause: str) -> bool:
    return _BETWEEN.match(clause) is not None and not any(c.isdigit() for c in clause)


def _alternatives(clause: str, told: Callable[[str, str, bool], bool], remarks: Callable[[str], bool]) -> list[str]:
    """The items of a clause that is nothing but a list of short alternatives; empty for any other clause."""
    text = _listed(clause)
    if _VERB.search(text) or _ALSO.search(text):
        return []
    split = _ITEMS.split(text)
    if len(split) < 2 or len(_ITEMS.split(masked(text))) < 2:  # a list in quotation marks is one title
        return []
    parts = {tokens(i): i for i in (_WHERE.sub("", i) for i in split) if tokens(i)}
    if len(parts) < 2:
        return []
    first = next(iter(parts.values()))
    several = sum(map(remarks, parts.values())) >= REMARKS and all(len(p) <= 2 for p in parts)
    items = [i for i in parts.values() if told(i, first, several)]
    return items if len(items) > 1 and all(map(_short, items)) else []


def _short(item: str) -> bool:
    return len(tokens(item)) <= ITEM or (len(item) <= UNSPACED and _HAN.search(item) is not None)


@lru_cache(maxsize=4096)
def _listed(clause: str) -> str:
    """What stands behind the verb of a clause."""
    text = _COLON.split(clause)[-1] if ":" in clause else clause
    text = _TWO_NAMES.sub(r"\1 or ", text)
    text = _EITHER.sub(lambda m: " or " if m.start() else "", text.strip(" .*-\n"))
    led = _LEAD.sub("", text)
    return (_SHORT_LEAD.sub("", text) if _AND.search(led) else led).strip(" .*-\n")


_COLOURS = re.compile(
    r"(?:(?:dark|light|pale|bright|deep|dunkel|hell)[\s-]?)?(?:black|white|gr[ae]y|red|green|blue|yellow|orange|purple|violet|"
    r"pink|brown|beige|silver|gold|schwarz|weiß|grau|rot|grün|blau|gelb|lila|violett|rosa|braun|noir|blanc|gris|rouge|vert|bleu|"
    r"jaune|marron|negro|blanco|rojo|verde|azul|amarillo|morado|marrón|nero|bianco|grigio|rosso|blu|giallo|viola|preto|branco|"
    r"cinza|vermelho|amarelo|roxo|чёрный|черный|белый|серый|красный|зелёный|зеленый|синий|голубой|жёлтый|желтый|коричневый)",
    re.IGNORECASE,
)
"""Common words that exclude each other."""


def _guesses(clause: str, items: list[str], accepts: Callable[[str], bool]) -> bool:
    text = _listed(clause)
    strangers = sum(not accepts(i) for i in items)
    if strangers == len(items):
        return False
    if len(items) == 2:
        named = all((i[0].isalpha() and not i[0].islower()) or i[0].isdigit() for i in items)
        named = named or all(_COLOURS.fullmatch(i.strip(" .")) for i in items)
        return bool(_OR.search(text)) and named and strangers == 1
    return strangers >= 2


_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_MARK = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s+")
_STATEMENT = re.compile(r"(?<=[^\d\s][.!?])\s+|(?<=[。！？])")


def says_otherwise(reply: str, accepts: Callable[[str], bool]) -> bool:
    """Whether a reply makes an accepted statement of one number again, word for word, with other numbers.

    `It is 21 months. It is 32 months. It is 48 months.` says nothing for sure; of two, the last may correct the first.
    """
    said: dict[str, list[str]] = {}
    lines = reply.split("\n")
    counting = _numbering(lines)
    for place, line in enumerate(lines):
        for statement in _STATEMENT.split(_MARK.sub("", line)) if place not in counting else ():
            if len(_NUMBER.findall(statement)) == 1:
                made = said.setdefault(_NUMBER.sub("#", statement).strip(" .*_").casefold(), [])
                if statement not in made:
                    made.append(statement)
    several = (made for made in said.values() if len({_NUMBER.findall(m)[0] for m in made}) > 1)
    return any(
        any(accepts(m) for m in made)
        and not all(accepts(m) for m in made)
        and not (len(made) == 2 and accepts(made[1]))
        for made in several
    )


def _numbering(lines: list[str]) -> set[int]:
    """Places of lines that are nothing but the number of a list's item, parted from the item that stands behind."""
    bare = {place for place, line in enumerate(lines) if line.strip(" .)").isdecimal()}
    items = [lines[p + 1] for p in sorted(bare) if p + 1 < len(lines)]
    return bare if len(set(items)) == len(items) and not any(p + 1 in bare for p in bare) else set()
