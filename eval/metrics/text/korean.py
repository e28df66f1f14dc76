"""Korean nouns: which endings leave a noun the same noun."""

from __future__ import annotations

import re
from functools import lru_cache

HANGUL = re.compile(r"[가-힣]")
"""A Korean syllable, as NFKC composes it."""

_CASE = "에게서|에게|에서|에|의|까지|부터|마다|보다|처럼|한테서|한테|께서|께|밖에|조차|마저|대로|만큼|하고|뿐|"
_AFTER_CASE = (
    r"(?:는|은|도|만|의|만이|만을|만은|입니다|이다|이에요|예요|이었다|이었습니다|였다|였습니다|인데|인데요|이고|"
    r"이며|이지만)?"
)
_COPULA = "입니다|입니까|이다|이에요|이었다|이었습니다|이었어요|임|"
_ENDINGS = {
    True: rf"(?:은|이|을|(?:{_CASE}으로서|으로써|으로|과|이나|이랑){_AFTER_CASE}|도|만|만이|만을|만은|"
    rf"{_COPULA}이예요|이야|이죠|이지요|이고|이며|이라고|이라는|이란|이라|이지만|인데요?|인|이네요|이군요|이랍니다|"
    rf"이거든요|이면|이라서|이어서|이었던|이었고|이었으며|이었는데|이었지만|입니다만)",
    False: rf"(?:는|가|를|(?:{_CASE}로서|로써|로|와|나|랑){_AFTER_CASE}|도|만|만이|만을|만은|"
    rf"{_COPULA}예요|였다|였습니다|였어요|야|다|죠|지요|고|며|라고|라는|란|라|지만|인데요?|인|네요|군요|랍니다|"
    rf"거든요|면|라서|여서|였던|였고|였으며|였는데|였지만|입니다만|"
    rf"이라고|이며|이고)",
}
_FORMS = {
    final: re.compile(rf"(?:(?:님|씨)?들(?:{_ENDINGS[True]}|로)?|님{_ENDINGS[True]}?|씨{_ENDINGS[False]}?|{ends}?)")
    for final, ends in _ENDINGS.items()
}
"""Endings of a noun whose last syllable has a final consonant (True) or none (False)."""
_SHORT = {
    True: re.compile(
        "은|이|을|의|에|에서|과|으로|도|만|부터|까지|마다|보다|처럼|입니다|이다|이에요|이고|이며|이었다|이었습니다"
    ),
    False: re.compile("는|가|를|의|에|에서|와|로|도|만|부터|까지|마다|보다|처럼|입니다|이다|예요|였다|였습니다"),
}
"""What may follow a noun of one syllable: with more, other words would be taken for it."""
_GOLD_ENDING = re.compile("(?:입니다|이에요|예요|에서|에게|까지|부터|으로)$")


@lru_cache(maxsize=262144)
def inflected(stem: str, word: str) -> bool:
    """Whether a word is the stem with particles or a form of "to be" behind it that fit its last sound.

    A stem that does not end in a syllable (BMW, 30) takes the endings of either kind.
    """
    if not stem or not word.startswith(stem):
        return False
    rest, last = word[len(stem) :], stem[-1]
    if not rest:
        return True
    if not HANGUL.match(last):
        return any(form.fullmatch(rest) for form in _FORMS.values())
    final = (ord(last) - 0xAC00) % 28
    if final == 8 and rest.startswith(("로", "으로")):  # ㄹ takes 로, as vowels do
        rest = "으" + rest if rest.startswith("로") else "?"
    if len(stem) == 2 and rest[0] == "나":  # 김하나 is another than 김하; in 사과나 배 neither is said for sure
        return False
    forms = _SHORT if len(stem) == 1 else _FORMS
    return forms[final != 0].fullmatch(rest) is not None


@lru_cache(maxsize=65536)
def bare(word: str) -> str:
    """The word without its ending: the shortest stem of two syllables or more that it is a form of."""
    if not HANGUL.search(word):
        return word
    return next((word[:n] for n in range(2, len(word)) if inflected(word[:n], word)), word)


def without_ending(answer: str) -> str:
    """An accepted answer without an ending that cannot belong to the noun: 서울입니다, 서울에서."""
    return _GOLD_ENDING.sub("", answer) or answer
