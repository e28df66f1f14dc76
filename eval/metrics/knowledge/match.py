"""`match`: does a reply assert an accepted answer, in whatever words and at whatever length?"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from eval.metrics.knowledge.alias import STOP, has_initials, same_word, words
from eval.metrics.knowledge.apart import is_apart
from eval.metrics.knowledge.asked_thing import of_asked
from eval.metrics.knowledge.discourse import labelled
from eval.metrics.knowledge.gold import Gold, gold_readings, is_said, names_in, read
from eval.metrics.knowledge.lists import adds_another, complete
from eval.metrics.knowledge.literal import another_day, literally
from eval.metrics.knowledge.none_of import NONE, leaves_some, names_none
from eval.metrics.knowledge.partial_names import changed, is_replaced, unqualified
from eval.metrics.knowledge.persons import hyphenated_on, is_first_name, names_person
from eval.metrics.knowledge.quantity_rows import without_rows
from eval.metrics.knowledge.rivals import settles
from eval.metrics.knowledge.stance import NEGATIVE, asserted, only_guesses, says_otherwise
from eval.metrics.knowledge.yes_no import polar_gold, polarity
from eval.metrics.quantities.equality import same
from eval.metrics.quantities.quantity import lone_quantity, measured, quantities
from eval.metrics.text.abbreviation import stands_short
from eval.metrics.text.normalize import POLAR, contains_tokens, polar, tokens
from eval.metrics.text.scripts import stands_unspaced

SHARE = 0.7
"""Of an accepted answer with LONG or more words of its own, so large a share must be said."""
LONG = 4
TERSE = 6
"""A reply of at most so many words of its own may say less than the accepted answer."""


WHO = frozenset(
    ("who", "whom", "wer", "wen", "qui", "quien", "chi", "quem", "кто", "кем", "кого", "누가", "누구", "من")
)
_LIST = re.compile(r",|\band\b|&|\bor\b|/")
"""An accepted answer that is a list itself cannot be told from guesses by its commas."""
_LETTERED = re.compile(r"\w[\s-]+([A-Z])\W*$")
_SPACED = re.compile(r"(?<=\w)\s+(?=[,.](?:\s|$))")


_LETTERS = re.compile(r"(?<![\w-])(?:[A-Za-z]-){3,}[A-Za-z](?![\w-])")


def _joined(match: re.Match[str]) -> str:
    """A word that is spelled out, P-A-D-A-W-A-N, as one."""
    return match[0].replace("-", "")


@lru_cache(maxsize=65536)
def _own(text: tuple[str, ...], asked: frozenset[str]) -> tuple[str, ...]:
    """The words that say more than the question does; where there are none, all that are not mere grammar."""
    content = tuple(w for w in text if w not in STOP)
    return tuple(w for w in content if not _asked(w, asked)) or content or tuple(text)


@lru_cache(maxsize=262144)
def _asked(word: str, asked: frozenset[str]) -> bool:
    return word in asked or any(same_word(q, word, True) for q in _by_letter(asked).get(word[0], ()))


@lru_cache(maxsize=1024)
def _by_letter(asked: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """The words of a question by their first letter, which no inflection or slip changes."""
    return {letter: tuple(w for w in asked if w[0] == letter) for letter in {w[0] for w in asked}}


@lru_cache(maxsize=1024)
def _asked_words(question: str) -> frozenset[str]:
    return frozenset(words(question))


def match(given: str, answers: Sequence[str], question: str = "") -> float:
    """1 when the reply asserts an accepted answer, and does not deny, doubt or merely list it."""
    text = _SPACED.sub("", given)
    text = _LETTERS.sub(_joined, text) if text.count("-") >= 3 else text
    return float(stands_by(text, answers, question, lambda part, a: met(part, a, question)))


def stands_by(given: str, answers: Sequence[str], question: str, names: Callable[[str, str], bool]) -> bool:
    """Whether a reply names an accepted answer, as `names(text, answer)` finds it, and stands by it.

    It does not where it denies or doubts the answer, or merely lists it among guesses. Length by itself is no fault.
    """
    given = without_question(given, question)
    if ("\n" in given or ";" in given) and not any(map(_is_list, answers)):
        given = labelled(given, question)
    answers = tuple(answers)
    if sides := _sides(answers, question):
        plain = [a for a in answers if not polar_gold(a, question)]
        return polarity(given, question) in sides or (bool(plain) and stands_by(given, plain, question, names))
    settled = settles(given, answers, question)
    if settled is not None:
        return settled
    said = asserted(given, question)
    kept = _kept(said, answers, question, names) if said else []
    if not kept:  # an answer that is a denial itself
        none = any(_is_zero(a) for a in answers) and names_none(given, question)
        denials = [a for a in answers if not (NONE.fullmatch(a.strip(" .")) and leaves_some(given))]
        return none or any((own := _negation(a)) and own in given.casefold() and names(given, a) for a in denials)
    if (told := of_asked(said, given, question, answers)) != said and not any(names(told, a) for a in kept):
        return False
    if len(answers) > 1 and another_day(said, kept, answers, question):
        return False
    # A bare number may as well count the statements (Symphony No. 4), so only one with its unit is looked for.
    with_unit = [a for a in kept if (q := lone_quantity(a)) is not None and (q.unit or q.word)]
    if with_unit and says_otherwise(said, lambda statement: any(names(statement, a) for a in with_unit)):
        return False
    if with_unit and (rest := without_rows(said)) != said and not any(names(rest, a) for a in kept):
        return False
    if any(_LIST.search(a) or a.strip(" .").casefold() in POLAR for a in kept):
        return True
    asked = _asked_words(question)
    proper = not any(a.lstrip()[:1].islower() for a in kept)  # `the caretaker` behind a name is a remark, no rival
    ordered = list(dict.fromkeys((*kept, *answers)))
    return not only_guesses(
        said,
        lambda item: any(names(item, a) for a in ordered),
        lambda item: bool(asked) and all(_asked(w, asked) for w in words(item)),
        lambda item: proper and item[0].islower(),
    )


@lru_cache(maxsize=16384)
def _sides(answers: tuple[str, ...], question: str) -> frozenset[str]:
    """Which of yes and no are accepted."""
    return frozenset(side for a in answers if (side := polar_gold(a, question)))


@lru_cache(maxsize=65536)
def _is_list(answer: str) -> bool:
    return _LIST.search(answer) is not None and lone_quantity(answer) is None


@lru_cache(maxsize=65536)
def _is_zero(answer: str) -> bool:
    wanted = lone_quantity(answer)
    return NONE.fullmatch(answer.strip(" .")) is not None or (wanted is not None and wanted.value == 0)


@lru_cache(maxsize=65536)
def _negation(answer: str) -> str:
    """The first word of an accepted answer that looks like a denial, case aside; empty where none does."""
    found = NEGATIVE.search(answer)
    return found[0].casefold() if found else ""


def _kept(said: str, answers: Sequence[str], question: str, names: Callable[[str, str], bool]) -> list[str]:
    """The accepted answers that a text names: the first, and of the others those that tell how to take it."""
    kept: list[str] = []
    for a in answers:
        if (not kept or _telling(a)) and names(said, a) and not changed(said, a, question):
            kept.append(a)
    return kept


@lru_cache(maxsize=65536)
def _telling(answer: str) -> bool:
    """Whether an accepted answer tells how to take the others: by a figure, as a list or as a common noun."""
    return bool(_LIST.search(answer)) or answer.lstrip()[:1].islower() or any(c.isdigit() for c in answer)


def without_question(given: str, question: str) -> str:
    """The reply without the question where it repeats it word for word."""
    asked = question.strip(" ?.!")
    place = given.casefold().find(asked.casefold()) if asked and len(tokens(asked)) > 2 else -1
    if place < 0:
        return given
    rest = given[:place] + " " + given[place + len(asked) :].lstrip("?.! \n")
    return rest if tokens(rest) else given


def holds(given: str, answer: str) -> bool:
    """Whether an accepted answer stands in a text as it is; `yes` and `no` must be the only one of the two."""
    said, wanted = tokens(given), tokens(answer)
    if len(wanted) == 1 and wanted[0] in POLAR:
        return polar(said) == {POLAR[wanted[0]]}
    return contains_tokens(said, wanted)


def met(given: str, answer: str, question: str = "") -> bool:
    """Whether an accepted answer is named in a text, whatever the text says of it."""
    if is_apart(given, answer):
        return False
    if (literal := literally(given, answer, question)) is not None:
        return literal and not adds_another(given, answer)
    if (unspaced := stands_unspaced(given, answer, question)) is not None:
        return unspaced
    listed = complete(given, answer, question, lambda text, item: _part_of_list(text, item, answer, question))
    return _named(given, answer, question) if listed is None else listed


def _part_of_list(given: str, item: str, answer: str, question: str) -> bool:
    return _named(given, item, question) if item == answer else met(given, item, question)


def _named(given: str, answer: str, question: str) -> bool:
    if adds_another(given, answer):
        return False
    if (letter := _letter(answer)) is not None and not letter.search(given):
        return False  # Type B is not Type A
    if "-" in given and hyphenated_on(given, answer):
        return False
    if unqualified(given, answer, question):
        return stands_short(given, answer)
    asked = _asked_words(question)
    if holds(given, answer):
        return True
    if not _worded(answer):
        return False
    if stands_short(given, answer):
        return True
    return _met(given, answer, asked)


@lru_cache(maxsize=65536)
def _letter(answer: str) -> re.Pattern[str] | None:
    """The letter by itself that an accepted answer ends with, which a text must hold; none in J K L."""
    found = _LETTERED.search(answer)
    if found is None or not any(len(w) > 1 for w in words(answer)):
        return None
    return re.compile(rf"(?<!\w){found[1]}(?![\w+#])", re.IGNORECASE)


@lru_cache(maxsize=65536)
def _worded(answer: str) -> bool:
    """Whether an accepted answer may be said in other words: it has words, and they are not yes or no."""
    return bool(gold_readings(answer)) and answer.strip(" .").casefold() not in POLAR


def _met(given: str, answer: str, asked: frozenset[str]) -> bool:
    return any(_says(given, g, asked) for g in _telling_readings(answer, asked))


@lru_cache(maxsize=65536)
def _telling_readings(answer: str, asked: frozenset[str]) -> tuple[Gold, ...]:
    """The readings of an accepted answer; where the whole says more than the question, those that do."""
    whole, *rest = gold_readings(answer)
    novel = any(not _asked(w, asked) for w in whole.words if w not in STOP)
    return tuple(g for g in (whole, *rest) if not novel or any(not _asked(w, asked) for w in g.words if w not in STOP))


def agrees(given: str, answer: str, question: str) -> bool:
    """Whether a text holds every number of an accepted answer, and every name that the question does not give."""
    asked, reply, names = _asked_words(question), words(given), names_in(answer)
    gold = words(answer)
    if any(w not in reply for w in gold if any(c.isdigit() for c in w)):
        return False
    return all(is_said(w, reply, True) for w in gold if w in names and not _asked(w, asked))


def _says(given: str, gold: Gold, asked: frozenset[str]) -> bool:
    reply = words(given)
    wanted = lone_quantity(gold.text)
    if wanted is not None and wanted.unit:
        return any(same(wanted, q) for q in quantities(given))
    own = _own(gold.words, asked)
    if gold.figures and any(n not in reply for n in own if n in gold.figures):
        return _measures_and_says(given, gold, asked)
    last = gold.words[-1]
    found = sum(is_said(w, reply, w in gold.names, w != last) for w in own)
    if found == len(own):
        return len(own) > 1 or own[0] in reply or not is_first_name(own[0], gold, given, reply)
    if len(last) == 1 and last.isascii() and last.isalpha() and reply == (last,):
        return True
    if len(gold.words) == 1 and has_initials(given, gold.text):
        return True
    if "".join(own) in reply or "".join(gold.words) in reply or _pair_glued(own, reply):
        return True
    # Who founded it? Основал Орлов: the verb before a last name stands in no first name's place.
    capitals = names_in(given)
    verbs = asked & WHO and gold.words[-1] in capitals and names_person(own, gold, given, reply)
    return _in_part(given, gold, own, reply, asked, found) and not is_replaced(
        gold.words,
        reply,
        lambda g, r: same_word(g, r, g in gold.names) or g[0] == r,
        STOP.__contains__,
        lambda word: bool(verbs) and word not in capitals,
    )


def _in_part(
    given: str, gold: Gold, own: tuple[str, ...], reply: tuple[str, ...], asked: frozenset[str], found: int
) -> bool:
    """Whether so much of an accepted answer is said that the rest may be left out."""
    if len(own) >= LONG and found >= SHARE * len(own) and "and" not in gold.words and gold.text.count(",") < 2:
        return True
    names, last = [w for w in own if w in gold.names], gold.words[-1]
    if (
        any(len(w) > 1 for w in names)
        and len(names) * 2 >= len(own)
        and all(is_said(w, reply, True, w != last) for w in names)
    ):
        return True
    if names_person(own, gold, given, reply):
        return True
    if found * 2 <= len(own):
        return False
    said = _own(reply, asked)
    if len(said) <= TERSE:
        places = [next((i for i, g in enumerate(own) if same_word(g, s, g in gold.names)), None) for s in said]
        known = all(any(same_word(g, s, g in gold.names) for g in gold.words) for s in said)
        inside = sorted(p for p in places if p is not None)
        return known and inside == list(range(inside[0], inside[0] + len(inside))) if inside else known
    return False


def _measures_and_says(given: str, gold: Gold, asked: frozenset[str]) -> bool:
    """Whether every quantity of an answer is said in some unit, and the words beside them too: 0.5 g twice daily."""
    wanted, rest = measured(gold.text)
    if not wanted or not words(rest):
        return False
    said = quantities(given)
    return all(any(same(w, q) for q in said) for w in wanted) and _says(given, read(rest), asked)


def _pair_glued(own: tuple[str, ...], reply: tuple[str, ...]) -> bool:
    return len(own) == 1 and len(own[0]) > 3 and any(a + b == own[0] for a, b in itertools.pairwise(reply))
