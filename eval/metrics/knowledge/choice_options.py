"""The options that a multiple-choice question lists."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

FAMILIES = (
    list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    list("abcdefghijklmnopqrstuvwxyz"),
    ["가", "나", "다", "라", "마", "바", "사"],
    unicodedata.normalize("NFKC", "ㄱ ㄴ ㄷ ㄹ ㅁ ㅂ ㅅ").split(),
    ["А", "Б", "В", "Г", "Д", "Е"],
    ["أ", "ب", "ج", "د", "ه", "و"],
    [str(n) for n in range(1, 21)],
    ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"],
    ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"],
)
"""Labels in their order; a list of options has two or more of one family in a row, from the first one on."""
_CIRCLED = re.compile(r"[①-⑳⓵-⓾❶-❿➀-➉]|[Ⓐ-ⓩ]")
_BOLD = re.compile(r"\*\*|__(?=\S)|(?<=\S)__|`")
_TAIL = re.compile(
    r"(?:[\s,;|•*]|(?:^|\s)[-–—](?=\s*$)|\s(?:or|and|oder|und|ou|et|o|y|e|또는|或|или|أو)\s*$)+$", re.IGNORECASE
)


def flat(text: str) -> str:
    """The text with ① as (1), full-width signs as usual ones, and without marks of bold and code."""
    text = _CIRCLED.sub(_label, text)
    return _BOLD.sub("", unicodedata.normalize("NFKC", text).replace("、", ")"))


def _label(match: re.Match[str]) -> str:
    number = unicodedata.numeric(match[0], None)
    return f" ({unicodedata.normalize('NFKC', match[0]) if number is None else int(number)}) "


@lru_cache(maxsize=16384)
def options(question: str) -> dict[str, str]:
    """The options that a question lists, text by label: `A) red B) blue`, `1. red`, `(a) red`, `[A] red`, `① red`.

    They stand in a line or one a line, behind a bullet perhaps. Empty where there are none.
    """
    text = flat(question)
    for family in FAMILIES:
        chains = [_chain(text, family, form) for form in _FORMS]
        best = max(chains, key=len)
        if len(best) >= 2:
            return _texts(text, family, best)
    return {}


_FORMS = (r"\({}\)", r"\[{}\]", r"{}\)", r"{}\.(?!\d)", r"{}:", r"{}\s[-–—](?=\s)", r"{}\s*\|")


@lru_cache(maxsize=256)
def _mark(label: str, form: str) -> re.Pattern[str]:
    return re.compile(r"(?:(?<=^)|(?<=[\s,;|?!.:]))" + form.format(re.escape(label)) + r"\s*(?=\S)", re.MULTILINE)


def _chain(text: str, family: Sequence[str], form: str) -> list[re.Match[str]]:
    """The longest run of marks of one form whose labels follow each other."""
    best: list[re.Match[str]] = []
    for first in _mark(family[0], form).finditer(text):
        chain = [first]
        for label in family[1:]:
            found = _mark(label, form).search(text, chain[-1].end())
            if found is None:
                break
            chain.append(found)
        best = max(best, chain, key=len)
    return best


def _texts(text: str, family: Sequence[str], chain: Sequence[re.Match[str]]) -> dict[str, str]:
    lines = all(re.search(r"(?:^|\n)[\s>•*-]*$", text[: m.start()]) for m in chain)
    ends = [*(m.start() for m in chain[1:]), len(text)]
    found = [text[m.end() : end] for m, end in zip(chain, ends, strict=True)]
    found[-1] = re.split(r"\n" if lines else r"\n\s*\n", found[-1], maxsplit=1)[0]
    return {label: _TAIL.sub("", t).strip() for label, t in zip(family, found, strict=False)}


def with_options(question: str, listed: Sequence[str]) -> str:
    """The question with its options behind it, one a line from A) on; as it is where it lists them already."""
    if list(options(question).values()) == [t.strip() for t in listed]:
        return question
    lines = [f"{label}) {text}" for label, text in zip(FAMILIES[0], listed, strict=False)]
    return "\n".join([question.rstrip(), *lines])
