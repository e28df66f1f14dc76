"""Checks of how much a reply says: characters, words, sentences, lines, paragraphs, and words or letters by count."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from eval.metrics.style.check import BOUNDS, Bounds, Fails, StyleContext, bounds, check, options
from eval.metrics.style.checks_content import as_words

_ITEM = re.compile(r"^[ \t]*(?:[-*+•]|\d+[.)])[ \t]+", re.MULTILINE)
_ABBREVIATION = re.compile(
    r"\b(?:(?:Mr|Mrs|Ms|Dr|Prof|St|vs|approx|ca|e\.g|i\.e|cf|z\.B|d\.h|bzw|Hr|p\.ex)\.(?=\s+\S)"
    r"|(?:[Nn]os?|Nr|núm|pág|p|pp|Fig|Eq)\.(?=\s+\d)|(?:etc|al|usw|Inc|Ltd|Co|Jr|Sr)\.(?=\s+[a-zà-ÿ]))"
)
_INITIAL = re.compile(r"\b([A-ZÄÖÜÀ-Ý])\.(?=\s+[A-ZÄÖÜÀ-Ý])")
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)|[。！？]+[」』”’）]*")
"""A dot inside a number, an address or an abbreviation has no space after it and ends nothing."""


def _counted(name: str, count: Callable[[str], int], singular: str, plural: str = "") -> None:
    def builder(argument: Any, context: StyleContext) -> Fails:
        allowed = bounds(options(argument, BOUNDS))
        return lambda reply: allowed.fault(count(reply), singular, plural)

    check(name)(builder)


def count_sentences(text: str) -> int:
    """Sentences: a full stop, question or exclamation mark and what follows; an item or paragraph ends one too.

    Abbreviations and initials end none. A piece counts when it holds a letter or a digit.
    """
    blocks = re.split(r"\n\s*\n", _ITEM.sub("\n\n", text))
    count = 0
    for block in blocks:
        joined = _INITIAL.sub(r"\1", _ABBREVIATION.sub(lambda m: m[0].replace(".", ""), block))
        count += sum(any(c.isalnum() for c in piece) for piece in _END.split(joined))
    return count


def paragraphs(text: str, separator: str | None = None) -> list[str]:
    """The pieces between blank lines, or between lines that hold the separator alone; empty ones do not count."""
    cut = rf"^[ \t]*{re.escape(separator)}[ \t]*$" if separator else r"\n[ \t]*\n"
    return [piece for piece in re.split(cut, text, flags=re.MULTILINE) if piece.strip()]


_counted("characters", len, "character")
_counted("words", lambda reply: len(reply.split()), "word")
_counted("sentences", count_sentences, "sentence")
_counted("lines", lambda reply: len([line for line in reply.split("\n") if line.strip()]), "line")


@check("paragraphs")
def paragraphs_check(argument: Any, context: StyleContext) -> Fails:
    """The number of paragraphs, between blank lines or the given separator line, lies within the bounds."""
    given = options(argument, {**BOUNDS, "separator": str})
    allowed, separator = bounds(given), given.get("separator")
    if separator is not None and not separator.strip():
        raise ValueError("'separator' is blank; leave it out, and blank lines separate")
    return lambda reply: allowed.fault(len(paragraphs(reply, separator and separator.strip())), "paragraph")


@check("keywords")
def keywords_check(argument: Any, context: StyleContext) -> Fails:
    """Each word or phrase stands in the reply as often as its bounds say, as whole words, whatever its case."""
    wanted = [(text, as_words(text), allowed) for text, allowed in _each(argument)]

    def fails(reply: str) -> str:
        counts = ((text, len(pattern.findall(reply)), allowed) for text, pattern, allowed in wanted)
        return next((f"says {text!r} {n} times" for text, n, allowed in counts if not allowed.holds(n)), "")

    return fails


@check("letters")
def letters_check(argument: Any, context: StyleContext) -> Fails:
    """Each letter or sign stands in the reply as often as its bounds say, whatever its case."""
    wanted = _each(argument)
    if long := [text for text, _ in wanted if len(text) != 1]:
        raise ValueError(f"expected single letters, found {long[0]!r}; for words take `keywords`")

    def fails(reply: str) -> str:
        counts = ((text, reply.casefold().count(text.casefold()), allowed) for text, allowed in wanted)
        return next((f"has {text!r} {n} times" for text, n, allowed in counts if not allowed.holds(n)), "")

    return fails


def _each(argument: Any) -> list[tuple[str, Bounds]]:
    """What is counted, with its bounds."""
    if not isinstance(argument, dict) or not argument:
        raise ValueError(f"expected a mapping such as `pump: {{min: 2}}`, found {argument!r}")
    found = []
    for text, given in argument.items():
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"expected a text to count, found {text!r}; put it in quotes")
        try:
            found.append((text, bounds(options(given, BOUNDS))))
        except ValueError as error:
            raise ValueError(f"'{text}': {error}") from None
    return found
