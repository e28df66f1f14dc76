"""Number words in digits."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from eval.metrics.quantities.cjk_numerals import cjk_in_digits
from eval.metrics.quantities.number_words import LEXICONS, PLAIN, Replacement
from eval.metrics.quantities.ordinals import ORDINAL_WORD
from eval.metrics.text.sieve import Sieve, look, needed_letters, one_of

_ONE = Sieve(
    r"(?<![\w-])(?<!\bthe )(?<!\bthis )(?<!\bthat )(?<!\bwhich )(?<!\beach )(?<!\bevery )(?<!\bno )(?<!\bany "
    r")(?<!\bfirst )"
    r"(?<!\bsecond )(?<!\blast )(?<!\bnext )(?<!\bother )(?<!\banother )(?<!\bonly )(?<!\bright )(?<!\bwrong "
    r")(?<!\bnew )"
    r"one(?![\w'-])(?! (?:of|who|that|which|can|must|should|may|is|was|has|would|will|day|another)\b)",
    re.IGNORECASE,
)


@lru_cache(maxsize=32)
def _runs(language: str) -> Sieve:
    lexicon = LEXICONS[language]
    atom = one_of(lexicon.atoms)
    pattern = rf"(?<![\w\-])(?:{atom})(?:{lexicon.joint}(?:{atom}))*(?![\w])"
    return Sieve(pattern, re.IGNORECASE, first=list(lexicon.atoms), glued=_is_glued(language))


@lru_cache(maxsize=32)
def _atom(language: str) -> re.Pattern[str]:
    return re.compile(one_of(LEXICONS[language].atoms), re.IGNORECASE)


@lru_cache(maxsize=32)
def _fractions(language: str) -> list[tuple[Sieve, Replacement]]:
    return [(Sieve(p, re.IGNORECASE), r) for p, r in LEXICONS[language].fractions]


@lru_cache(maxsize=64)
def _any_fraction(language: str, counted: bool) -> Sieve:
    """All fraction words that need a digit beside them, or all others."""
    patterns = [p for p, _ in LEXICONS[language].fractions if (_COUNT.search(p) is not None) is counted]
    return Sieve("|".join(f"(?:{p})" for p in patterns) or r"(?!)x", re.IGNORECASE)


_COUNT = re.compile(r"\(\\d(?:\+|\{[\d,]+\})\)(?!\?)")
_DIGIT = re.compile(r"\d")


def _may_hold_fraction(text: str, language: str) -> bool:
    """A quick look for some 24 patterns: most texts hold none of them."""
    folded = text.casefold()
    if _any_fraction(language, False).may(folded):
        return True
    return _DIGIT.search(text) is not None and bool(_any_fraction(language, True).may(folded))


@lru_cache(maxsize=32)
def _letters(language: str) -> Callable[[str], object]:
    """A look for what every number word, ordinal or fraction of a language has."""
    lexicon = LEXICONS.get(language)
    first = [*(ORDINAL_WORD.first if language in ("en", "") else ()), *(lexicon.atoms if lexicon else ())]
    needed = [needed_letters(p, re.IGNORECASE) for p, _ in lexicon.fractions] if lexicon else []
    if not all(needed):
        return look(())
    return look(["cent", *(row for rows in needed for row in rows)], first, glued=_is_glued(language))


def _is_glued(language: str) -> bool:
    """Whether number words of a language are written as one word."""
    return language in LEXICONS and re.fullmatch(LEXICONS[language].joint, "") is not None


@lru_cache(maxsize=65536)
def spelled(text: str, language: str) -> bool:
    """Whether an ASCII text may hold number words of a language: a quick look that spares the patterns themselves."""
    return bool(_letters(language)(text.casefold()))


@lru_cache(maxsize=1)
def _any_letters() -> Callable[[str], object]:
    rows = {row for lexicon in LEXICONS.values() for p, _ in lexicon.fractions for row in needed_letters(p, re.I)}
    apart = [w for name, lexicon in LEXICONS.items() if not _is_glued(name) for w in lexicon.atoms]
    glued = look((), [w for name, lexicon in LEXICONS.items() if _is_glued(name) for w in lexicon.atoms], glued=True)
    others = look(["cent", *rows], [*ORDINAL_WORD.first, *apart])
    return lambda text: others(text) or glued(text)


def spelled_anywhere(text: str) -> bool:
    """The same for number words of any language."""
    return bool(_any_letters()(text.casefold()))


@lru_cache(maxsize=32768)
def in_digits(text: str, language: str = "en") -> str:
    """The text with number words of a language, fraction words and Chinese numerals as digits.

    Articles (`ein`, `un`), the pronoun `one` and scale words behind digits stay.
    """
    if not text.isascii():
        text = cjk_in_digits(text, language)
    if language not in LEXICONS:
        return text
    if "cent" in text or "ciento" in text:
        text = _PERCENT.sub("%", text)
    if language == "it":
        text = text.replace("centott", "cento ott")  # cento loses its vowel before otto and ottanta
    text = _runs(language).sub(lambda m: _run(m[0], language), text)
    if _may_hold_fraction(text, language):
        for pattern, replacement in _fractions(language):
            text = pattern.sub(replacement, text)
    return _ONE.sub("1", _A_BEFORE.sub("", text)) if language == "en" else text


_PERCENT = re.compile(r"\b(?:por ciento|por cento|per cento|per cent|pour cent)\b", re.IGNORECASE)
"""Before `ciento` is read as a hundred."""
_A_BEFORE = re.compile(r"\ba (?=\d{3,}\b)", re.IGNORECASE)
"""A 500 page book: the article of the page."""


def _run(run: str, language: str) -> str:
    """The run with its longest numerals from the left as digits."""
    lexicon, out, place = LEXICONS[language], "", 0
    found = list(_atom(language).finditer(run))
    while found:
        for n in range(len(found), 0, -1):
            values = [lexicon.atoms[m[0].casefold()] for m in found[:n]]
            number = number_of(values, language)
            if number is not None:
                break
        part = run[found[0].start() : found[n - 1].end()]
        keep = n == 1 and part.casefold() in PLAIN[language]
        out += run[place : found[0].start()] + (part if keep else str(number))
        place, found = found[n - 1].end(), found[n:]
    return out + run[place:]


def number_of(values: list[int], language: str = "en") -> int | None:
    """The number that a row of number words says, by adding and multiplying; None when they say none."""
    total = section = 0
    scale = 10**15
    before = -1
    for i, v in enumerate(values):
        if v >= 1000:
            if v >= scale:
                return None
            total, section, scale = total + (section or 1) * v, 0, v
        elif v == 100:
            if section >= 100 or (section == 0 and i and before < 1000):
                return None
            section = (section or 1) * 100
        elif i == 0 or before >= 1000 or (section % 100 == 0 and section >= 100 and v < 100):
            section += v
        else:
            rest = section % 100
            ok = (v < 10 and rest >= 20 and rest % 10 == 0 and v > 0) or (
                language == "fr" and rest in (60, 80) and 10 <= v < 20
            )
            ok = ok or (language == "de" and 1 <= rest < 10 and v >= 20 and v % 10 == 0)
            if not ok:
                year = language == "en" and total == 0 and i == 1 and 13 <= section <= 20 and 10 <= v <= 99
                if not year:
                    return None
                section = section * 100
            section += v
        before = v
    return total + section
