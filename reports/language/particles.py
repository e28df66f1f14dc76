"""Korean particles, whose form follows the sound that the word before them ends with."""

from __future__ import annotations

import re

PAIRS = {
    "은/는": ("은", "는"), "이/가": ("이", "가"), "을/를": ("을", "를"), "과/와": ("과", "와"),
    "으로/로": ("으로", "로"), "이라/라": ("이라", "라"),
}  # fmt: skip
"""As it is written in a text -> after a consonant, after a vowel."""

MARK = re.compile(r"\((" + "|".join(map(re.escape, PAIRS)) + r")\)")
ASIDE = re.compile(r"\s*\([^()]*\)$")
DIGITS = {"0": "영", "1": "일", "2": "이", "3": "삼", "4": "사", "5": "오", "6": "육", "7": "칠", "8": "팔", "9": "구"}
LETTERS = {"l": "ㄹ", "r": "ㄹ", "m": "ㅁ", "n": "ㄴ"}
"""Letters of the Latin alphabet whose names, and mostly the words that end with them, end with a consonant."""


def with_particles(text: str) -> str:
    """The text with each `(은/는)` and its like in the form that fits the word before it.

    A figure is read as it is spoken (`3` as 삼, `%` as 퍼센트), brackets behind a word are passed over, and a word in
    Latin letters is taken to end as the name of its last letter does.
    """
    return MARK.sub(lambda m: particle(text[: m.start()], m[1]), text)


def particle(before: str, pair: str) -> str:
    """The form of one particle after a text."""
    after_consonant, after_vowel = PAIRS[pair]
    sound = _final(before)
    if not sound or (pair == "으로/로" and sound == "ㄹ"):
        return after_vowel
    return after_consonant


def _final(text: str) -> str:
    """The final consonant of a text as it is spoken: empty after a vowel, ㄹ, or a dot for any other."""
    text = re.sub(r"<[^>]+>", "", text).rstrip()
    while (shorter := ASIDE.sub("", text)) != text:
        text = shorter
    last = text.rstrip("\"'”’`.,)]}")[-1:]
    last = DIGITS.get(last, last)
    if "가" <= last <= "힣":
        place = (ord(last) - ord("가")) % 28
        return "ㄹ" if place == 8 else "·" if place else ""
    return LETTERS.get(last.lower(), "")
