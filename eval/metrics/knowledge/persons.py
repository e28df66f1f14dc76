"""Persons: the last name may stand for the whole, but not behind another first name."""

from __future__ import annotations

import re

from eval.metrics.knowledge.alias import STOP, same_word, words
from eval.metrics.knowledge.gold import Gold, is_said, names_in
from eval.metrics.text.sieve import places_of

_HYPHENATED = re.compile(r"\w-[A-ZÀ-Þ]\w+\W*$")


_WORD = re.compile(r"\w")


def _goes_on(given: str, name: str, behind: str, gold: tuple[str, ...]) -> bool:
    """Whether another name stands right behind a name, with a blank alone between them."""
    if behind.rstrip("0123456789") in gold or behind in STOP:  # Otto Hahn1 has a footnote
        return False
    for place in places_of(name, given):
        end = place + len(name)
        rest = given[end:].lstrip()
        apart = len(rest) < len(given) - end and not _WORD.match(given[place - 1 : place])
        if apart and 0 in places_of(behind[:4], rest[:4]):
            return True
    return False


def is_first_name(word: str, gold: Gold, given: str, reply: tuple[str, ...]) -> bool:
    """Whether what comes near a name in one word is another's first name: Heinrich Himmler for Heydrich."""
    capitals = names_in(given)
    if word not in gold.names:
        return False
    places = [i for i, r in enumerate(reply) if same_word(word, r, True)]
    if any(reply[i].startswith(word) or word.startswith(reply[i]) for i in places):
        return False
    return bool(places) and all(
        i + 1 < len(reply) and reply[i + 1] in capitals and _goes_on(given, reply[i], reply[i + 1], gold.words)
        for i in places
    )


_PERSON = re.compile(r"(?:[A-ZÀ-Þ][a-zß-ÿ'’]+\s+){1,3}[A-ZÀ-Þ][a-zß-ÿ]+")


def hyphenated_on(given: str, answer: str) -> bool:
    """Whether a name of two or more words stands in a text with another behind a hyphen alone: Ines Lopez-Ruiz."""
    if not _PERSON.fullmatch(answer):
        return False
    ends = [place + len(answer) for place in places_of(answer, given)]
    return bool(ends) and all(re.match(r"-[A-ZÀ-Þ][a-zß-ÿ]", given[end:]) for end in ends)


def _another_of(given: str, last: str, gold: tuple[str, ...]) -> bool:
    """Whether a text says another thing of the same name: Bank of Oslo for University of Oslo."""
    if " of " not in given.casefold():
        return False
    found = re.findall(rf"(\w+) of (?:the )?(?:\w+ ){{0,2}}{re.escape(last)}", given, re.IGNORECASE)
    return bool(found) and all(words(f) != () and words(f)[0] not in gold for f in found)


def names_person(own: tuple[str, ...], gold: Gold, given: str, reply: tuple[str, ...]) -> bool:
    """The last name of a person, not behind another first name."""
    if not 2 <= len(gold.words) <= 4 or not all(w in gold.names for w in gold.words if w not in STOP):
        return False
    if "and" in gold.words or gold.words[-1] not in own or len(gold.words[-1]) < 4 or not gold.words[-1].isalpha():
        return False
    last, firsts = gold.words[-1], gold.words[:-1]
    if "of" in gold.words:
        behind = gold.words[gold.words.index("of") + 1 :]
        # Head of Research is not Head of Coastal Research, nor the Monarch of the United Kingdom Elizabeth of it.
        if not all(is_said(w, reply, True) for w in behind) or _another_of(given, last, gold.words):
            return False
    if _HYPHENATED.search(gold.text) and not is_said(gold.words[-2], reply, True):  # Maria Garcia is not Lopez-Garcia
        return False
    # A slip at the end makes another word of it rather: Arabic is not Saudi Arabia.
    places = [i for i, r in enumerate(reply) if r == last or (r[-1] == last[-1] and same_word(last, r, True))]
    capitals = names_in(given)
    for i in places:
        first = reply[i - 1] if i else ""
        if i + 1 < len(reply) and reply[i + 1] in capitals and _goes_on(given, reply[i], reply[i + 1], gold.words):
            continue  # a first name: Heinrich Himmler is not Heidrich
        if not first or first not in capitals or first in STOP:
            return True
        before = reply[max(0, i - 3) : i]
        if any(same_word(f, b, True) or (f[0] == b[0] and min(len(f), len(b)) == 1) for f in firsts for b in before):
            return True
    return False
