"""Text as it was meant, without what typesetting did to it: ligatures, invisible signs, words torn at line ends."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Set

_LIGATURES = re.compile("[\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufb4f\ufb50-\ufdfb\ufe70-\ufefc\u2e80-\u2fdf]")
"""Letters as they are drawn, each one character: Latin, Armenian, Hebrew and Arabic ligatures, and radicals.

Only these are replaced by what they stand for: x² must not become x2, nor ½ become 1/2.
"""
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_JOINERS = re.compile("(?<=[\u0000-\u024f\u3040-\u9fff\uac00-\ud7a3])[\u200c\u200d]|[\u200c\u200d](?=[\u0000-\u024f])")
"""Zero-width joiners and non-joiners beside letters that have no use for them; Persian, Hindi and emoji do."""
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")

_TORN = re.compile(r"(?<![^\W_])((?:[^\W\d_]|\d)[\w'’-]*)[-\u2010]\n[^\S\n]*(\w[\w'’-]*)([^\s]*)([^\S\n]*)(\n|$)?")
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_TENS_TEXT = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = frozenset(_TENS_TEXT.split())
_DIGITS_TEXT = "one two three four five six seven eight nine"
_DIGITS = frozenset(_DIGITS_TEXT.split())
_PREFIXES_TEXT = (
    "cross double first full half high long low non open part post second self semi short single third well"
)
_PREFIXES = frozenset(_PREFIXES_TEXT.split())
"""First halves that English writes with a hyphen; decides where the corpus has neither form."""
_ENDINGS = re.compile(
    r"(?:ly|ing|ed|er|ers|est|ish|ness|age|ment|able|light|lights|land|lands|ward|wards|sense|ity|ial|ner|.{1,3})$"
)
"""What follows such a first half within one word: part-ner, self-ish, high-lights."""
_SUSPENDED_TEXT = "und oder bzw sowie and or to et ou y o e en of og och"
_SUSPENDED = frozenset(_SUSPENDED_TEXT.split())
"""After these a hyphen at the line end stands for a word to come: Wartungs- und Reparaturkosten."""


def tidy(text: str) -> str:
    """Text in composed Unicode, without control and invisible signs, ligatures, trailing blanks, runs of empty lines.

    Letters and numbers stay as they are; a word that a soft hyphen tears at a line end is whole again.
    """
    text = text.replace("\u00ad\n", "")
    text = _LIGATURES.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text)
    text = _CONTROL.sub("", _JOINERS.sub("", _INVISIBLE.sub("", text)))
    text = unicodedata.normalize("NFC", text.replace("\u00a0", " "))
    text = re.sub(r"[^\S\n]+\n", "\n", text + "\n")
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def words(texts: Iterable[str]) -> frozenset[str]:
    """All words of these texts, case aside, but for the two halves of those that a line end tears."""
    found: set[str] = set()
    for text in texts:
        found.update(word.casefold() for word in _WORD.findall(_TORN.sub("\n", text)))
    return frozenset(found)


def join_torn(text: str, vocabulary: Set[str]) -> str:
    """Text whose words that a hyphen tears at a line end are whole again; `vocabulary` is `words` of the corpus.

    A hyphen stays where it belongs to the word: before a digit or capital (KX-4410), in what the corpus writes with one
    elsewhere, where both halves are words of the corpus, and after a prefix that English writes so.
    """

    def join(match: re.Match[str]) -> str:
        head, tail, rest, gap, end = (group or "" for group in match.groups())
        if tail.casefold() in _SUSPENDED:
            return f"{head}- {tail}{rest}{gap}{end}"
        return f"{head}{'-' if _hyphenated(head, tail, vocabulary) else ''}{tail}{rest}\n"

    before = None
    while before != text:  # a word may be torn twice
        before, text = text, _TORN.sub(join, text)
    return text.rstrip("\n")


def _hyphenated(head: str, tail: str, vocabulary: Set[str]) -> bool:
    first, last = head.rsplit("-", 1)[-1], tail.split("-", 1)[0]
    if not (first.isalpha() and last.isalpha()):
        return True
    if (first + last).casefold() in vocabulary:
        return False
    if f"{first}-{last}".casefold() in vocabulary:
        return True
    if last[0].isupper():
        return True
    if first.casefold() in _TENS:
        return last.casefold() in _DIGITS
    if first.casefold() in _PREFIXES and not _ENDINGS.fullmatch(last):
        return True
    return len(last) > 2 and {first.casefold(), last.casefold()} <= vocabulary
