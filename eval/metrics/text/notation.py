"""Signs that do not change what a text says: invisible characters, footnote marks, LaTeX, digits of other scripts."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SUPERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SUPER = re.compile(r"([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_METRIC = re.compile(
    r"(?:^|[^\w])(?:[munckd]?m|mi|ft|in|yd|inch|μm|[x-z])$|[)\]]$|(?<!\w)[A-Za-z]$|"
    r"(?<![A-Za-z])[a-z]{2}$",
    re.IGNORECASE,
)
"""What a superscript raises to a power: a unit of length, a bracket, a variable."""
_TEN = re.compile(r"(?<![\d.,])10$|(?:^|\s)[2-9]$")
_CITATION = re.compile(
    r"(?<=[^\W_])(?<!\b[A-Za-z])[.,;:!?)\"'”’]{0,2}\s?(?:\[\d{1,3}(?:\s*[,–-]\s*\d{1,3})*\])+(?![\w(\[])"
)
_FRACTION = re.compile(r"(\d)?\s?([¼-¾⅐-⅞])")
_PLAIN_SIGNS = {
    "\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2044": "/", "\u2019": "'",
    "\u2018": "'", "\u02bc": "'", "\u2033": '"', "\u2032": "'", "\u066b": ".", "\u066c": ",", "\u066a": "%",
    "\u00b5": "μ", "\u301c": "~", "\uff5e": "~", "\u00ba": "°", "\u22c5": "·", "\u30fb": "·",
}  # fmt: skip
_SIGN = re.compile("[" + "".join(_PLAIN_SIGNS) + "]")
_LATEX = (
    (re.compile(r"\\ "), " "),
    (re.compile(r"\\(?:left|right|displaystyle|,|;|!|:|quad)(?![A-Za-z])"), " "),
    (re.compile(r"\\[dt]?frac\s*(?:\{([^{}]*)\}\s*\{([^{}]*)\}|(\w)\s*(\w))"), r" \1\3/\2\4"),
    (re.compile(r"\\(?:text|mathrm|mathbf|textbf|boxed|operatorname|fbox|mathit)\s*\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\^\s*\{?\s*\\circ\s*\}?|\\degree\b"), "°"),
    (re.compile(r"\\(?:times)\b"), "×"), (re.compile(r"\\(?:cdot)\b"), "·"),
    (re.compile(r"\\(?:approx|sim)\b"), "~"), (re.compile(r"\\(?:leq?)\b"), "≤"), (re.compile(r"\\(?:geq?)\b"), "≥"),
    (re.compile(r"\\mu\b"), "μ"), (re.compile(r"\\pm\b"), "±"),
    (re.compile(r"\\([%$#&_])"), r"\1"),
    (re.compile(r"\^\{([^{}]*)\}"), r"^\1"),
    (re.compile(r"\\[()\[\]]"), " "),
)  # fmt: skip
_MATH = re.compile(r"\$\$?(?!\s)([^$\n]{1,80}?)(?<!\s)\$\$?(?!\d)")
_INVISIBLE = re.compile(
    "[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f"
    "\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001"
    "\U000e0020-\U000e007f]"
)
"""Characters of the Unicode category Cf (format), and variation selectors."""
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_FIGURE = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹¼-¾⅐-⅞\d]")
"""What is raised, a fraction, or a digit of another script where ASCII is cut out; NFKC makes none of other signs."""
_ASCII = re.compile(r"[\x00-\x7f]+")
_STARS = re.compile(r"(?<=[A-Za-z)])\*\*(?=\d)")


_MISREAD = (
    ("\u00c2\u00a0", " "),
    ("\u00e2\u20ac\u201c", "-"),
    ("\u00e2\u20ac\u2122", "'"),
    ("\u00c2\u00b0", "°"),
    ("\u00c2\u00a3", "£"),
)
"""UTF-8 that was read as Windows-1252."""
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])`(?=[^\W\d_])")


@lru_cache(maxsize=32768)
def written(text: str) -> str:
    """The text in NFKC without invisible signs, footnote marks and LaTeX; digits, minus and quotes of one kind.

    A power is `x^2`, but `m2` after a unit; a vulgar fraction is `1/2` behind a blank.
    """
    if text.isascii() and "\\" not in text and "$" not in text and "[" not in text and "**" not in text:
        return _APOSTROPHE.sub("'", text) if "`" in text else text
    if not text.isascii():
        for wrong, right in _MISREAD:
            text = text.replace(wrong, right)
        text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    if "[" in text:
        text = _CITATION.sub(lambda m: m[0][: m[0].index("[")].rstrip(), text)
    if not text.isascii():
        figures = _FIGURE.search(_ASCII.sub("", text)) is not None
        if figures:
            text = _SUPER.sub(_raised, text)
            text = _FRACTION.sub(lambda m: f"{m[1] or ''} {unicodedata.normalize('NFKC', m[2])}", text)
        text = _SIGN.sub(lambda m: _PLAIN_SIGNS[m[0]], unicodedata.normalize("NFKC", text))
        if figures:
            text = _OTHER_DIGIT.sub(lambda m: str(unicodedata.decimal(m[0])), text)
    if "\\" in text:
        for pattern, plain in _LATEX:
            text = pattern.sub(plain, text)
    text = _MATH.sub(_unmath, text) if "$" in text else text
    text = _APOSTROPHE.sub("'", text) if "`" in text else text
    return _STARS.sub("^", text) if "**" in text else text


def _raised(match: re.Match[str]) -> str:
    power = match[1].translate(_SUPERS)
    before, behind = match.string[: match.start()][-6:], match.string[match.end() :][:1]
    if _METRIC.search(before):
        return power if re.search(r"(?<![A-Za-z])[munckd]?m$|ft$|in$|mi$|yd$", before, re.IGNORECASE) else f"^{power}"
    if _TEN.search(before) or power.startswith(("-", "+")):
        return f"^{power}"
    return match[1] if behind.isalnum() else ""


def _unmath(match: re.Match[str]) -> str:
    """The inside of `$...$` where it is a formula; two prices in one sentence are none."""
    inside = match[1]
    money = re.match(r"-?\d", inside) and re.search(r"\d\s+[^\W\d_]{2}|,\s|\s(?:-|to)\s*$|-$", inside)
    return match[0] if money else f" {inside} "
