"""Checks of how a reply is put: letter case, punctuation, how it begins and ends, what it is wrapped in."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from eval.metrics.style.check import BOUNDS, Fails, StyleContext, bounds, check, options, texts, word
from eval.metrics.style.checks_length import paragraphs
from eval.metrics.style.courtesies import CLOSING, OPENING

_SMALL = {
    *("a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "into", "nor", "of", "off", "on", "onto", "or"),
    *("over", "per", "the", "to", "up", "via", "with"),
}
"""Words that a title leaves small, unless it begins with them."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
SIGNS = {
    "comma": ",，、،", "semicolon": ";；؛", "colon": ":：", "exclamation": "!！¡", "question": "?？¿؟",
    "dash": "–—―", "hyphen": "-‐‑", "ellipsis": "…", "quote": "\"“”„«»「」『』", "apostrophe": "'’‘",
    "parenthesis": "()（）", "asterisk": "*", "slash": "/", "ampersand": "&＆", "full stop": ".。．",
}  # fmt: skip
_WRAPPED = (('"', '"'), ("“", "”"), ("„", "“"), ("«", "»"), ("「", "」"), ("'", "'"), ("‘", "’"))


@check("case")
def case_check(argument: Any, context: StyleContext) -> Fails:
    """All letters are upper or lower case, or words begin as in a title or a sentence; letters without case pass."""
    kind = word(argument, ("upper", "lower", "title", "sentence"))

    def fails(reply: str) -> str:
        if kind in ("upper", "lower"):
            wrong = str.islower if kind == "upper" else str.isupper
            found = next((w for w in reply.split() if any(wrong(c) for c in w)), "")
        elif kind == "title":
            words = list(_WORD.finditer(reply))
            found = next(
                (m[0] for i, m in enumerate(words) if m[0][0].islower() and (i == 0 or m[0] not in _SMALL)), ""
            )
        else:
            found = _not_a_sentence(reply)
        return f"is not in {kind} case at {found!r}" if found else ""

    return fails


def _not_a_sentence(reply: str) -> str:
    """The first word that should begin with a capital and does not, or the first of a run of words with one."""
    starts = re.finditer(r"(?:^|[.!?]\s+)[\"'“‘«(]*([^\W\d_]\w*)", reply)
    if small := next((m[1] for m in starts if m[1][0].islower()), ""):
        return small
    words = [m[0] for m in _WORD.finditer(reply)]
    large = [w for w in words[1:] if w[0].isupper()]
    return large[0] if len(words) > 3 and len(large) == len(words) - 1 else ""


@check("capital_words")
def capital_words_check(argument: Any, context: StyleContext) -> Fails:
    """The number of words all in capitals, of two letters or more, lies within the bounds."""
    allowed = bounds(options(argument, BOUNDS))
    return lambda reply: allowed.fault(
        sum(len(m[0]) > 1 and m[0].isupper() for m in _WORD.finditer(reply)), "word in capitals", "words in capitals"
    )


@check("punctuation")
def punctuation_check(argument: Any, context: StyleContext) -> Fails:
    """None of the named signs stands in the reply, in any script; `emoji` is one of them."""
    banned = texts(options(argument, {"ban": list}).get("ban"))
    if unknown := [name for name in banned if name not in SIGNS and name != "emoji"]:
        raise ValueError(f"unknown sign '{unknown[0]}'; known: {', '.join(SIGNS)}, emoji; for others take `excludes`")
    signs = {sign: name for name in banned for sign in SIGNS.get(name, "")}

    def fails(reply: str) -> str:
        named = (signs.get(c) or ("emoji" if "emoji" in banned and _is_emoji(c) else "") for c in reply)
        first = next(filter(None, named), "")
        return f"has a sign of the kind '{first}'" if first else ""

    return fails


def _is_emoji(sign: str) -> bool:
    return unicodedata.category(sign) == "So" and (ord(sign) >= 0x1F000 or 0x2600 <= ord(sign) <= 0x27BF)


@check("starts_with")
def starts_with_check(argument: Any, context: StyleContext) -> Fails:
    """The reply, or the named paragraph of it, begins with one of the texts, letter by letter."""
    given = argument if isinstance(argument, dict) else {"text": argument}
    options(given, {"text": object, "paragraph": int})
    wanted, number = texts(given.get("text")), given.get("paragraph", 1)
    if number < 1:
        raise ValueError("'paragraph' counts from 1")

    def fails(reply: str) -> str:
        pieces = paragraphs(reply)
        if len(pieces) < number:
            return f"has no paragraph {number}"
        start = reply if number == 1 else pieces[number - 1].lstrip()
        return "" if start.startswith(tuple(wanted)) else f"does not start with {' or '.join(map(repr, wanted))}"

    return fails


@check("ends_with")
def ends_with_check(argument: Any, context: StyleContext) -> Fails:
    """The reply ends with one of the texts, letter by letter."""
    wanted = texts(argument)
    return lambda reply: "" if reply.endswith(tuple(wanted)) else f"does not end with {' or '.join(map(repr, wanted))}"


@check("one_of")
def one_of_check(argument: Any, context: StyleContext) -> Fails:
    """The whole reply is one of the texts, letter by letter."""
    wanted = texts(argument)
    return lambda reply: "" if reply in wanted else f"is none of {', '.join(map(repr, wanted))}"


@check("preamble")
def preamble_check(argument: Any, context: StyleContext) -> Fails:
    """The reply does not begin as assistants do before they come to the point."""
    word(argument, ("none",))

    def fails(reply: str) -> str:
        found = OPENING.match(reply)
        return f"begins with {found[0].strip()!r}" if found else ""

    return fails


@check("closing")
def closing_check(argument: Any, context: StyleContext) -> Fails:
    """The reply does not end as assistants do when they have come to the point: with wishes and offers."""
    word(argument, ("none",))

    def fails(reply: str) -> str:
        found = CLOSING.search(reply[-300:])
        return f"ends with {found[1].strip()!r}" if found else ""

    return fails


@check("quotes")
def quotes_check(argument: Any, context: StyleContext) -> Fails:
    """The whole reply stands in quotation marks, or does not."""
    kind = word(argument, ("whole", "none"))

    def fails(reply: str) -> str:
        whole = len(reply) > 1 and any(reply.startswith(a) and reply.endswith(b) for a, b in _WRAPPED)
        if kind == "whole":
            return "" if whole else "does not stand in quotation marks"
        return "stands in quotation marks" if whole else ""

    return fails


@check("placeholders")
def placeholders_check(argument: Any, context: StyleContext) -> Fails:
    """The number of gaps to fill in, such as [name], lies within the bounds; links and footnotes are none."""
    allowed = bounds(options(argument, BOUNDS))
    gap = re.compile(r"\[([^\[\]\n]*)\](?!\()")
    return lambda reply: allowed.fault(
        sum(any(c.isalpha() for c in text) for text in gap.findall(reply)), "placeholder"
    )
