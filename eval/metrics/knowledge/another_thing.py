"""What a sentence says of another thing than the question asks about: `Yolande owns Long Sutter` of the Painted Nutmeg.

Read from capitals and small words, so for languages that write names with them; `another_thing_unmarked.py` has those
that do not. A sentence is set aside only where it is nothing but the question's relation, another name and the answer,
or another relation of the same thing; whatever else it says makes it count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from eval.metrics.knowledge.alias import STOP, same_word, words
from eval.metrics.knowledge.name_forms import same_name
from eval.metrics.knowledge.name_tokens import LED, POLITE, Token, tokens_of
from eval.metrics.knowledge.relations import groups_of, related
from eval.metrics.knowledge.small_words import BE, OF, THE, is_small, small_set

_NEUTRAL = small_set(
    "currently now also actually indeed yes therefore so still today present current derzeit aktuell heute also auch "
    "actuellement aujourd'hui actualmente ahora attualmente ora atualmente agora сейчас теперь that"
)
_PRONOUN = small_set(
    "it its he his him she her hers they their them this these he's she's it's both same other another each all es "
    "er sie ihm ihr dies diese dieser dieses il elle ils elles ce cette ces son sa ses esto esta este ese esa su lo "
    "él ella esso essa questo questa suo sua ele ela isso este esta seu оно он она они его её их этот эта это тот "
    "as known called aka named under"
)
_HOW = small_set("how wie")
_WHICH = small_set("which what welcher welche welches quel quelle qué que quale qual какая какой какое")
_GERMAN = small_set("wer wen wem wessen was wo wann wie welche welcher welches welchem")
_DO = small_set("do does did")
_BELONGS = ("belong", "gehör", "appart", "pertene", "appartien", "pertenc", "принадлеж")
_TIME = small_set("when wann quand cuándo quando когда")
_PERSON = small_set("who whom wer wen wem qui quién quien chi quem кто")
_DAYS = small_set("today yesterday tomorrow tonight everybody everyone nobody somebody")
_ABSTRACT = re.compile(r"(?:ion|ing|ment|ship|work|ance|ence|ity|ness|ung|ist|age|ry|s)$")
"""Endings of nouns that begin a sentence without an article and are no names."""
SHORT = 3
"""A relation has at most so many words."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks: of which thing, and what it is to the answer."""

    thing: str
    relation: tuple[str, ...]
    groups: frozenset[int]
    word: str
    """The first word of the question: who, when."""
    kinds: tuple[str, ...]
    """What it calls the thing beside its name: the pub Painted Nutmeg."""
    undergoes: bool
    """Whether the thing does not act, as in `When was Acme founded?`: who founds is then no thing of its kind."""


def _may_follow(word: str) -> bool:
    """Whether a word that says of what kind a name is may stand behind a word; Russian has no articles."""
    return word in THE or word in OF or "а" <= word[0] <= "я"


def _passes(word: str) -> bool:
    return is_small(word) or word in _NEUTRAL


@lru_cache(maxsize=4096)
def asked_of(question: str) -> Asked | None:
    """What a question asks, where it is one relation of one thing with a name; None for any other question."""
    found = tokens_of(POLITE.sub("", question.strip()))
    runs, rest = _runs(found)
    if not found:
        return None
    if len(runs) == 2 and _is_role(found, runs):
        rest, runs = sorted([*runs[0], *rest]), runs[1:]
    if len(runs) != 1:
        return None
    kinds = [i for i in rest if i + 1 == runs[0][0] and i > 0 and _may_follow(found[i - 1].folded)]
    if len(rest) > 1 and rest[0] == 1 and found[0].folded in _WHICH | _HOW:
        rest = rest[1:]  # which river flows through it, how long is the warranty
    kinds = kinds if len(kinds) < len(rest) else []
    rest = [i for i in rest if i not in kinds]
    relation = tuple(found[i].folded for i in rest)
    if not 0 < len(relation) <= SHORT or any(not w[0].isalpha() for w in relation):
        return None
    groups = frozenset(g for w in relation for g in groups_of(w))
    name = " ".join(found[i].text for i in runs[0])
    before = [t.folded for t in found[: runs[0][0]] if t.folded not in THE]
    undergoes = bool(before) and before[-1] in BE - _DO and rest[0] > runs[0][0]
    return Asked(name, relation, groups, found[0].folded, tuple(found[i].folded for i in kinds), undergoes)


def _runs(found: Sequence[Token]) -> tuple[list[list[int]], list[int]]:
    """(the places of words with capitals, those in a row together; the places of other words that are not small)."""
    runs: list[list[int]] = []
    rest: list[int] = []
    for i, token in enumerate(found):
        numbered = token.text[0].isdigit() and runs and runs[-1][-1] == i - 1  # Pump 300
        if numbered or (token.capital and not (i == 0 and _passes(token.folded))):
            if runs and runs[-1][-1] == i - 1:
                runs[-1].append(i)
            else:
                runs.append([i])
        elif not _passes(token.folded) and token.text != "'s":
            rest.append(i)
    return runs, rest


def _is_role(found: Sequence[Token], runs: list[list[int]]) -> bool:
    """Whether the first words with capitals say what is asked for: the CEO of Acme, and any noun in German."""
    if found[0].folded in _GERMAN and len(runs[0]) == 1:
        return True
    begin, end = runs[0][0], runs[0][-1] + 1
    return begin > 0 and found[begin - 1].folded in THE and found[end].folded in OF


_KIND = re.compile(r"(?<=[tprk])x(?=[oOn])")
_PARTLY = re.compile(r"n+a[an]*|a+n[an]*")
"""Ruth Lorn, who is asked about Edda Lorn: both words are of the answer."""


def _labels(found: Sequence[Token], asked: Asked, accepted: frozenset[str], thing: frozenset[str]) -> str:
    """A letter for each token; see the frames."""
    labels = ""
    for i, token in enumerate(found):
        word = token.folded
        if word == "'s":
            label = "g"
        elif not word[0].isalnum():
            label = "s" if word in "—–:" else ","
        elif token.capital and not (i == 0 and _passes(word)):
            label = _of_name(token, asked, accepted, thing)
            label = "O" if label == "o" and labels.endswith("t") else label
        elif word[0].isdigit() and labels[-1:] in _NAMES:
            label = "d"
        else:
            label = _of_word(word, asked, accepted)
        labels += label
    if asked.kinds:
        labels = _KIND.sub(".", labels)
    labels = _numbered(labels, found, thing)
    return _PARTLY.sub(lambda m: "a" * len(m[0]), labels)


_NAMES = ("n", "o", "O", "d")
_NUMBERED = re.compile(r"[noO]+d+")


def _numbered(labels: str, found: Sequence[Token], thing: frozenset[str]) -> str:
    """The labels with those of names that end with a number: Pump 400 is not Pump 300, and not partly so."""
    own = frozenset(w for w in thing if w[0].isdigit())
    for run in _NUMBERED.finditer(labels):
        said = {w for i in range(*run.span()) if labels[i] == "d" for w in words(found[i].text)}
        same = "n" if own & said or not own else "o"
        kept = run[0].replace("d", "x") if not own else same * len(run[0])
        labels = labels[: run.start()] + kept + labels[run.end() :]
    return labels


def _of_name(token: Token, asked: Asked, accepted: frozenset[str], thing: frozenset[str]) -> str:
    own = words(token.text)
    if not accepted.isdisjoint(own):
        return "a"
    if not thing.isdisjoint(own):
        return "n"
    if any(a[0] == w[0] and same_word(a, w, True) for w in own for a in accepted):
        return "a"
    if any(related(token.folded, kind) for kind in asked.kinds):
        return "."
    return "r" if any(related(token.folded, r) for r in asked.relation) else "o"


def _of_word(word: str, asked: Asked, accepted: frozenset[str]) -> str:
    for label, known in (("t", THE), ("p", OF), ("s", BE), ("i", _PRONOUN), (".", _NEUTRAL)):
        if word in known:
            return label
    if any(related(word, r) for r in asked.relation):
        return "r"
    if not accepted.isdisjoint(words(word)) or (word[0].isdigit() and any(a[0].isdigit() for a in accepted)):
        return "a"
    return "k" if groups_of(word) else "x"


_REL = r"(?:[xkr]+p)?[xkr]*[kr]"
"""Owner, home port, colour of the hull."""
_WHOSE = rf"(?:{_REL}p?(?P<whose>[oO]+|n+)|(?:[xk]+p)?[xk]+p(?P<own>n+))"
_FRAMES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_WHOSE}s+[^oOnkri]*a[^oOnkri]*",  # the owner of Long Sutter is Yolande
        rf"[ax]*a[ax]*s+{_WHOSE}(?:x[xap]{{0,4}})?",  # Yolande is the owner of Long Sutter
        # Long Sutter's owner is Yolande
        rf"(?:(?P<whose>[oO]+)g{_REL}|(?P<own>n+)g(?:[xkr]+p)?[xkr]+)s+[^oOnkri]*a[^oOnkri]*",
        rf"[ax]*a[ax]*s+(?P<whose>[oO]+|n+)g(?:{_REL})",  # Yolande is Long Sutter's owner
        r"(?P<whose>[oO]+|n+)s*[kr][^oOni]*a[^oOni]*",  # Long Sutter belongs to Yolande, was built in Kent
        r"(?P<whose>[oO]+|n+)s+[^oOnri]*a[^oOnri]*r[^oOni]*",  # Long Sutter has twelve rooms
        r"[ax]*a[ax]*s*[xkr]*[kr]p?(?P<whose>[oO]+|n+)(?:x[xap]{0,4})?",  # Yolande owns Long Sutter
    )
)
"""r: of the question's relation; k: of another; o, O: another name, behind an article; n: the question's; a: of the
answer; s: a form of be; p: of; x: anything else; t: article; i: pronoun; g: 's."""
NAMED = 4
"""So many of the frames name a relation by a noun, the others by a verb."""


_KIN = re.compile(r"[ax]*a[ax]*s+x?(?P<kin>k)p[xr]*r[pg]?n+")


@lru_cache(maxsize=1)
def _family() -> frozenset[int]:
    return frozenset(g for word in ("wife", "mother", "son", "brother") for g in groups_of(word))


def labelled(sentence: str, asked: Asked, answers: Iterable[str]) -> tuple[list[Token], str]:
    """(the words of a sentence behind its lead-in, a letter for each of them)."""
    found = tokens_of(LED.sub("", sentence))
    thing = _content(asked.thing)
    return found, _labels(found, asked, _content(*answers) - thing, thing)


@lru_cache(maxsize=4096)
def _content(*texts: str) -> frozenset[str]:
    return frozenset(w for text in texts for w in words(text) if w not in STOP)


def tells_of_another(sentence: str, question: str, answers: Iterable[str]) -> bool:
    """Whether a sentence is nothing but the question's relation to another name, or another one to the same name."""
    asked = asked_of(question)
    if asked is None:
        return False
    found, labels = labelled(sentence, asked, answers)
    if "i" in labels or not ("r" in labels or "k" in labels):
        return False
    parts = [p for p in re.finditer(r"[^,]+", labels) if any(c in p[0] for c in "rk")]
    if len(parts) != 1 or ("n" in labels and "n" not in parts[0][0]):
        return False
    places = [parts[0].start() + i for i, c in enumerate(parts[0][0]) if c not in "t."]
    row = "".join(labels[i] for i in places)
    if kin := _KIN.fullmatch(row):  # Yolande is the sister of the owner of the Painted Nutmeg
        of_kin = groups_of(found[places[kin.start("kin")]].folded)
        return bool(of_kin & _family()) and not of_kin & asked.groups
    number, frame = next(((i, f) for i, pattern in enumerate(_FRAMES) if (f := pattern.fullmatch(row))), (0, None))
    if frame is None:
        return False
    named = number < NAMED
    tokens = [found[i] for i in places]
    whose = range(*frame.span("own" if frame.groupdict().get("own") else "whose"))
    if row[whose.start] == "n":
        return "r" not in row and _differs(row, tokens, asked, named)
    if not _is_other(row, tokens, whose, asked):
        return False
    said = [t.folded for t, label in zip(tokens, row, strict=True) if label == "r"]
    if number == NAMED and _acts(row, whose, tokens, asked):
        return False
    if all(any(related(s, r) for s in said) for r in asked.relation):
        return "k" not in row
    return not said and _differs(row, tokens, asked, named)


def _acts(row: str, whose: range, tokens: Sequence[Token], asked: Asked) -> bool:
    """Whether the other name is of who acts, and the thing that is asked about does not: Tom founded it in 1987."""
    if row[whose.stop : whose.stop + 1] == "s" or not (asked.undergoes or asked.word in _PERSON):
        return False
    return not tokens[whose.stop].folded.startswith(_BELONGS)


def _differs(row: str, tokens: Sequence[Token], asked: Asked, named: bool) -> bool:
    """Whether the relation that is said is none that the question asks for, both of them known.

    A verb tells more than a relation (who buys a thing owns it), so only those of birth and the like differ.
    """
    said = [groups_of(t.folded) for t, label in zip(tokens, row, strict=True) if label == "k"]
    if (asked.word in _TIME or not named) and not all(g & _ends() for g in (asked.groups, *said)):
        return False  # opened, founded and built may be the same year
    return bool(asked.groups) and all(not g & asked.groups for g in said)


@lru_cache(maxsize=1)
def _ends() -> frozenset[int]:
    """The groups whose times differ: to open and to close, to be born and to die."""
    return frozenset(g for word in ("open", "close", "born", "died") for g in groups_of(word))


def _is_other(row: str, tokens: Sequence[Token], whose: range, asked: Asked) -> bool:
    """Whether a run of capitals is the name of a thing, and of no form of the question's own."""
    name = [tokens[i].text for i in whose]
    if len(name) == 1 and not any(map(str.isdigit, name[0])):
        if row[whose.start] == "O":  # the Company
            return False
        if row[whose.stop : whose.stop + 1] == "g" and name[0].casefold() not in _DAYS:
            return not same_name(name[0], asked.thing)
        if whose.start == 0 and (
            not name[0].isascii() or asked.word not in _PERSON or " " in asked.thing or _ABSTRACT.search(name[0])
        ):
            return False
    return not same_name(" ".join(name), asked.thing)
