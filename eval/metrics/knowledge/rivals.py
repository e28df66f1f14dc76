"""Which of two: where a question names both rivals and the reply does too, the one that the reply asserts counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from eval.metrics.knowledge.alias import STOP, same_word, words
from eval.metrics.knowledge.stance import asserted
from eval.metrics.text.normalize import contains_tokens, tokens

_OR = r"(?:,?\s*\b(?:or|oder|ou|o|или|versus|vs\.?|compared (?:to|with))\s+|\s*(?:아니면|또는|还是|還是|或者|أم|أو)\s*)"
_AND = r"(?:\s+(?:and|und|et|y|e|и|و)\s+|\s*(?:和|与|と|과|와)\s*)"
_OF_TWO = re.compile(
    r"\b(?:between|which of|who of|of the two|whether|zwischen|welche[rs]? von|wer von|entre|lequel|laquelle|cuál "
    r"de|tra|fra|quale|qual|"
    r"между|из)\b|중|中|どちら|哪|谁更|誰",
    re.IGNORECASE,
)
_OPPOSITES = [
    frozenset(pair.split("/"))
    for pair in [
        "warm/cold",
        "warmer/colder",
        "hot/cold",
        "hotter/colder",
        "hotter/cooler",
        "warmer/cooler",
        "older/younger",
        "elder/younger",
        "bigger/smaller",
        "larger/smaller",
        "longer/shorter",
        "taller/shorter",
        "higher/lower",
        "heavier/lighter",
        "faster/slower",
        "quicker/slower",
        "earlier/later",
        "cheaper/dearer",
        "cheaper/costlier",
        "richer/poorer",
        "stronger/weaker",
        "deeper/shallower",
        "wider/narrower",
        "thicker/thinner",
        "newer/older",
        "more/less",
        "more/fewer",
        "better/worse",
        "most/least",
        "before/after",
        "first/last",
        "wärmer/kälter",
        "älter/jünger",
        "größer/kleiner",
        "länger/kürzer",
        "höher/niedriger",
        "schwerer/leichter",
        "schneller/langsamer",
        "früher/später",
        "billiger/teurer",
        "mehr/weniger",
        "plus/moins",
        "más/menos",
        "mayor/menor",
        "più/meno",
        "mais/menos",
        "больше/меньше",
        "старше/младше",
        "теплее/холоднее",
        "дороже/дешевле",
        "быстрее/медленнее",
    ]
]
_PASSIVE = re.compile(
    r"\b(?:was|were|is|are|been|got|gets|wurde|wird|fue|foi|è stat[oa]|a été|был[аи]?)\b[^,.]{0,30}?\s(?:by|von|"
    r"par|por|da|pelo|pela|dal|dalla)\s",
    re.IGNORECASE,
)
_ASKS_PATIENT = re.compile(
    r"\b(?:was|were|is|are|got|been)\s(?:\w+\s)?\w+(?:ed|en|own|ung|ought|aught|aken|eaten)\b(?!.*\bby\b)|\bwhom\b|"
    r"\bwurde\b|\bwen\b|\ba été\b|\bfue\b|\bfoi\b",
    re.IGNORECASE,
)
_WINS = re.compile(
    r"\b(?:beat\w*|defeat\w*|overtook|overtak\w+|outran|outrun\w*|outperform\w*|exceed\w*|surpass\w*|topp?\w*|"
    r"outlast\w*|outsold)\b",
    re.I,
)
_CLEFT = (
    r"^\W*(?:it|that|this|the (?:answer|winner|former|one)|answer|es|das|c|ce|è|era|é|это)?\W*"
    r"(?:is|was|were|ist|war|est|était|'est|es|fue|era|è|é|foi)?\W*(?:the\s+)?"
)
_CLAUSES = re.compile(r"[.;:\n]|,\s|\s(?:while|whereas|but|because|since|although|and)\s", re.IGNORECASE)


_THE = r"(?:(?:the|der|die|das|den|le|la|les|el|los|las|il|lo|gli|o|a|os|as)\s+|l['’])?"
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_NAME = r"[^\W\d_a-zß-ÿ가-힣][\w'’-]*"


@lru_cache(maxsize=16384)
def rivals(question: str, answer: str) -> tuple[str, str] | None:
    """The accepted answer and its rival as a question names them: `Which is colder, Oslo or Rome?`; or None."""
    bare = answer.strip(" .")
    # Most answers stand in no question, or beside no rival, and compiling the patterns costs 3 ms.
    if not bare or len(bare) > 60 or bare not in question:
        return None
    join = rf"(?:{_OR}|{_AND})" if _OF_TWO.search(question) else _OR
    if not _is_joined(question, bare):
        return None
    if _UNSPACED.search(bare):  # without blanks a rival is taken to be as long
        name = rf"[\u3040-\u30ff\u3400-\u9fff]{{{len(bare)}}}"
        own, edge = re.escape(bare), ""
    else:
        name = rf"(?:the\s+)?(?:{_NAME}(?:\s+{_NAME}){{0,3}}|[\w'’-]+(?:\s[\w'’-]+){{{len(bare.split()) - 1}}})"
        own, edge = rf"(?<!\w){re.escape(bare)}", r"(?<!\w)"
    after = re.search(rf"{own}{join}{_THE}(?P<rival>{name})", question)
    before = re.search(rf"{edge}(?P<rival>{name}){join}{_THE}{re.escape(bare)}", question)
    found = after or before
    if found is None:
        return None
    rival = re.sub(
        r"^(?:is|are|was|were|did|does|do|has|had|who|which|between|of|the|der|die|das|le|la|les|el|il|lo)\s+",
        "",
        found["rival"],
        flags=re.IGNORECASE,
    )
    rival = re.split("[哪谁誰のでがは中更]", rival)[0] if edge == "" else rival
    return (bare, rival) if rival and tokens(rival) != tokens(bare) else None


_JOINS = re.compile(rf"(?:{_OR}|{_AND})")
_JOINED = re.compile(rf"(?:{_OR}|{_AND}){_THE}$")


def _is_joined(question: str, bare: str) -> bool:
    """Whether a word that may join two rivals stands right beside a name."""
    place = question.find(bare)
    while place >= 0:
        if _JOINS.match(question, place + len(bare)) or _JOINED.search(question[:place]):
            return True
        place = question.find(bare, place + 1)
    return False


def settles(given: str, answers: Sequence[str], question: str) -> bool | None:
    """Whether a reply that names both rivals asserts the accepted one; False where it leaves it open.

    None where the question names no rival of an accepted answer, or the reply does not name both. The subject of a
    comparison counts, or the other where the comparison is the opposite of the question's; of an act, who does it, or
    whom it is done to where the question asks for that.
    """
    pair = _pair(tuple(answers), question)
    if pair is None:
        return None
    said = asserted(given, question)
    ours, theirs = _is_named(said, pair[0], pair[1]), _is_named(said, pair[1], pair[0])
    if not theirs:
        return False if ours and _turned(said, question) and not _is_named(given, pair[1], pair[0]) else None
    if not ours:
        return True if _turned(said, question) and not _is_named(given, pair[0], pair[1]) else None
    found = _asserted_one(said, pair, question)
    return found == 0


@lru_cache(maxsize=16384)
def _pair(answers: tuple[str, ...], question: str) -> tuple[str, str] | None:
    """The first accepted answer that has a rival in the question, and that rival where it is not accepted too."""
    pair = next((p for a in answers if (p := rivals(question, a))), None)
    return None if pair is None or any(tokens(pair[1]) == tokens(a) for a in answers) else pair


def _is_named(text: str, name: str, other: str) -> bool:
    own = tuple(t for t in tokens(name) if t not in tokens(other)) or tokens(name)
    return contains_tokens(tokens(text), own) or contains_tokens(tokens(text), own[-1:])


def _turned(text: str, question: str) -> bool:
    """Whether a text compares the other way than the question does: warmer for colder."""
    said, asked = set(re.findall(r"\w+", text.casefold())), set(re.findall(r"\w+", question.casefold()))
    flips = [pair for pair in _OPPOSITES if pair & asked and pair & said and not pair & asked & said]
    return len(flips) % 2 == 1


def _asserted_one(said: str, pair: tuple[str, str], question: str) -> int | None:
    """0 or 1 for the rival that a text asserts, None where it asserts neither."""
    asked = [w for w in words(question) if w not in STOP and w not in words(" ".join(pair))]
    for sentence in re.split(r"[.;\n]", said):
        there = [_is_named(sentence, pair[0], pair[1]), _is_named(sentence, pair[1], pair[0])]
        if not any(there):
            continue
        standard = next((i for i in (0, 1) if _is_standard(sentence, pair[i])), None)
        if standard is not None:
            return standard if _turned(sentence, question) else 1 - standard
        for i in (0, 1):
            if re.match(
                _CLEFT
                + re.escape(pair[i])
                + r"(?!\w)(?=\W*(?:$|[,(–—-]|(?:who|that|which|because|since|as|rather|over)\b))",
                sentence,
                re.I,
            ):
                return i
        if (
            all(there)
            and (order := _order(sentence, pair)) is not None
            and (_WINS.search(sentence) or _shares(sentence, asked))
        ):
            agent = 1 - order if _PASSIVE.search(sentence) else order
            if (
                len([c for c in _CLAUSES.split(sentence) if any(_is_named(c, p, q) for p, q in (pair, pair[::-1]))])
                == 1
            ):
                return 1 - agent if _ASKS_PATIENT.search(question) else agent
        for clause in _CLAUSES.split(sentence):
            here = [_is_named(clause, pair[0], pair[1]), _is_named(clause, pair[1], pair[0])]
            if sum(here) == 1 and _shares(clause, asked):
                one = here.index(True)
                return 1 - one if _turned(clause, question) else one
    return None


def _is_standard(sentence: str, name: str) -> bool:
    """Whether a name stands behind `than`: what the subject is compared with."""
    own = re.escape(name)
    return (
        re.search(
            rf"(?:\b(?:than|als|que|do que|di|che|rispetto a|чем)\s+(?:in\s+|the\s+|that of\s+|der\s+|die\s+|"
            rf"das\s+|le\s+|la\s+|el\s+)?"
            rf"|比|من\s)(?:{own})(?!\w)|{own}\s?(?:보다|より)|(?:{own})に比べ",
            sentence, re.IGNORECASE,
        ) is not None
    )  # fmt: skip


def _order(sentence: str, pair: tuple[str, str]) -> int | None:
    places = [sentence.casefold().find(p.split()[-1].casefold()) for p in pair]
    return None if min(places) < 0 else places.index(min(places))


def _shares(clause: str, asked: Sequence[str]) -> bool:
    return any(same_word(a, w, False) or same_word(w, a, False) for a in asked for w in words(clause) if w not in STOP)
