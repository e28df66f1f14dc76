"""One way to compare texts: the SQuAD rules, made safe for numbers and for scripts other than Latin."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ARTICLES = {"a", "an", "the"}
_THOUSANDS = re.compile(r"(?<=\d)[,\u00a0\u202f'](?=\d{3}(?!\d))")
_TOKEN = re.compile(r"[+-]?\d+(?:\.\d+)?|[^\W\d_]+(?:['\u2019][^\W\d_]+)*|[%\u00b0$\u20ac\u00a3]")


@lru_cache(maxsize=65536)
def tokens(text: str) -> tuple[str, ...]:
    """Lower-case words and numbers without articles and punctuation (SQuAD, arXiv:1606.05250), after Unicode NFKC.

    Numbers keep their decimals and a minus, and lose thousands separators; a number and the unit glued to it are two
    tokens, so that "12m" equals "12 m". A hyphen between words or digits separates: "10-12" is 10 and 12, not 10 and -12.
    """
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-").casefold()
    plain = re.sub(r"(?<=\w)-(?=\w)", " ", _THOUSANDS.sub("", plain))
    return tuple(t.lstrip("+") for t in _TOKEN.findall(plain) if t not in _ARTICLES)


def normalise(text: str) -> str:
    """The text's tokens, joined by single spaces."""
    return " ".join(tokens(text))


def contains_tokens(text: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """Whether `part` stands in `text` as whole tokens in a row; an empty part stands nowhere."""
    return bool(part) and any(text[i : i + len(part)] == part for i in range(len(text) - len(part) + 1))
